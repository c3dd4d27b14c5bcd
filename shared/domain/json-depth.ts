import {
  CLOSE_LIST,
  CLOSE_OBJECT,
  closingQuote,
  COLON,
  COMMA,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
  SPACE,
} from './json-text.ts';

/** The deepest nesting of a JSON text, 1 for a flat object. For a text that is not JSON the number means nothing. */
export function jsonDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = closingQuote(text, at);
    else if (code === OPEN_OBJECT || code === OPEN_LIST) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) depth -= 1;
  }
  return deepest;
}

/** How many steps of the path are given; the whole path would be as long as the nesting. */
const STEPS_SHOWN = 4;

/** The first steps, names and list indexes, to the place where a JSON text first nests deeper than `maxDepth`. */
export function pathTooDeep(text: string, maxDepth: number): readonly PropertyKey[] {
  /** One step per open container, the outermost first: the index in a list, or the name in an object. */
  const steps: { index: number | null; name: string }[] = [];
  let depth = 0;
  for (let at = 0; at < text.length && depth <= maxDepth; at += 1) {
    const code = text.charCodeAt(at);
    const inner = depth <= STEPS_SHOWN ? steps[depth - 1] : undefined;
    if (code === QUOTE) {
      const end = closingQuote(text, at);
      if (inner?.index === null && nameEnds(text, end)) inner.name = text.slice(at, end + 1);
      at = end;
    } else if (code === COMMA && inner !== undefined && inner.index !== null) inner.index += 1;
    else if (code === OPEN_OBJECT || code === OPEN_LIST) {
      if (depth < STEPS_SHOWN) steps.push({ index: code === OPEN_LIST ? 0 : null, name: '""' });
      depth += 1;
    } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) {
      if (depth <= STEPS_SHOWN) steps.pop();
      depth = Math.max(0, depth - 1);
    }
  }
  return steps.map(({ index, name }) => index ?? unquote(name));
}

/** Whether a string is a name: what follows its closing quote is a colon. */
function nameEnds(text: string, closing: number): boolean {
  let at = closing + 1;
  while (text.charCodeAt(at) <= SPACE) at += 1;
  return text.charCodeAt(at) === COLON;
}

function unquote(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted.slice(1, -1); // not a valid JSON string: the text may be broken elsewhere too
  }
}
