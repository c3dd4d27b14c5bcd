import { CLOSE_LIST, CLOSE_OBJECT, closingQuote, COLON, COMMA, OPEN_LIST, OPEN_OBJECT, QUOTE } from './json-text.ts';
import { LIMITS } from './limits.ts';

/** An object or a list of a JSON text that has more in it than any that could be taken. */
export interface TooMany {
  /** Names and places that lead to it; empty: the text's own value. */
  readonly path: readonly PropertyKey[];
  readonly of: 'properties' | 'elements' | 'different names';
  readonly count: number;
  readonly limit: number;
}

/** Whatever stands in a body but its inputs takes at most 32 KB, so no more properties than these, of 3 bytes. */
const PROPERTIES = 10_000;
/** Nor more elements than these, of 2 bytes. */
const ELEMENTS = 20_000;
/** In all of a text: a new name costs JSON.parse a microsecond and 300 bytes, one seen before next to nothing. */
const DIFFERENT_NAMES = 300_000;

/**
 * Counts before anything is parsed, in one pass: a million names take JSON.parse a second, and a million elements take a
 * schema ten. Gives the first object or list that is over its limit, with all that is in it; null also where the text is
 * no JSON, which is for others to say; `too_deep` where it nests deeper than a body may.
 */
export function findTooMany(text: string): TooMany | 'too_deep' | null {
  // Of each depth; arrays of numbers, as an object for each bracket would cost more than all the rest.
  const commas = new Int32Array(LIMITS.jsonDepth + 1);
  const limits = new Int32Array(LIMITS.jsonDepth + 1);
  const names = new Int32Array(LIMITS.jsonDepth + 1);
  let depth = 0;
  let over = 0;
  let name = 0;
  let named = 0;
  // Of the body's own member: where its name ends, and the one of which it is known whether it is `inputs`.
  let rootNameEnd = 0;
  let judged = NONE;
  let isInputs = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      name = at;
      at = closingQuote(text, at);
      if (depth === 1) rootNameEnd = at;
    } else if (code === COLON) {
      names[depth] = name;
      named += 1;
    } else if (code === COMMA) {
      const seen = (commas[depth] ?? 0) + 1;
      commas[depth] = seen;
      if (over === 0 && depth > 0 && seen >= (limits[depth] ?? 0)) over = depth;
    } else if (code === OPEN_OBJECT || code === OPEN_LIST) {
      if (depth === LIMITS.jsonDepth) return 'too_deep';
      depth += 1;
      commas[depth] = 0;
      // Once for a name: as many lists as there is room for may follow one, in a text that is no JSON.
      if (depth === 2 && names[1] !== judged) {
        judged = names[1] ?? NONE;
        isInputs = judged !== NONE && rootNameEnd - judged <= LONGEST_INPUTS && nameAt(text, judged) === 'inputs';
      }
      const most = depth === 2 && isInputs ? LIMITS.inputsPerLaunch : ELEMENTS;
      limits[depth] = code === OPEN_LIST ? most : PROPERTIES;
      names[depth] = code === OPEN_LIST ? NONE : at;
    } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) {
      if (over !== 0 && over === depth) break;
      depth = Math.max(0, depth - 1);
    }
  }
  if (over === 0) return named > DIFFERENT_NAMES ? findTooManyNames(text) : null;
  const path = Array.from({ length: over - 1 }, (_, index) => {
    const at = names[index + 1];
    return at === NONE ? (commas[index + 1] ?? 0) : nameAt(text, at);
  });
  const of = names[over] === NONE ? 'elements' : 'properties';
  return { path, of, count: (commas[over] ?? 0) + 1, limit: limits[over] ?? 0 };
}

/** Apart, so that only texts of very many names pay for it. Names are told apart as they are written. */
function findTooManyNames(text: string): TooMany | null {
  const names = new Set<string>();
  let from = 0;
  let to = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      from = at + 1;
      to = closingQuote(text, at);
      at = to;
    } else if (code === COLON) names.add(text.slice(from, to));
  }
  const count = names.size;
  return count > DIFFERENT_NAMES ? { path: [], of: 'different names', count, limit: DIFFERENT_NAMES } : null;
}

/** The longest that the name `inputs` may be written, each of its letters escaped. */
const LONGEST_INPUTS = 'inputs'.length * '\\u0000'.length + 1;

/** Stands for the name of a list's elements. */
const NONE = -1;

/** The name that begins at this quote; as it is written where it is none. */
function nameAt(text: string, at = 0): string {
  const quoted = text.slice(at, closingQuote(text, at) + 1);
  try {
    return String(JSON.parse(quoted));
  } catch (error) {
    if (error instanceof SyntaxError) return quoted;
    throw error;
  }
}
