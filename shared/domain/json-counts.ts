import { CLOSE_LIST, CLOSE_OBJECT, closingQuote, COLON, COMMA, OPEN_LIST, OPEN_OBJECT, QUOTE } from './json-text.ts';
import { LIMITS } from './limits.ts';

/** An object or a list of a JSON text that has more members than any valid body can have. */
export interface TooMany {
  /** Names and indexes that lead to it; empty: the text's own value. */
  readonly path: readonly PropertyKey[];
  readonly of: 'properties' | 'elements' | 'different names';
  readonly count: number;
  readonly limit: number;
}

/** Every part of a body except its inputs is at most 32 KB, so it has fewer properties than this, of 3 bytes each. */
const PROPERTIES = 10_000;
/** The same for elements of a list, of 2 bytes each. */
const ELEMENTS = 20_000;
/** Limit for a whole text: a new name costs JSON.parse a microsecond and 300 bytes, a known one almost nothing. */
const DIFFERENT_NAMES = 300_000;

/**
 * Counts the members of each object and list in one pass, before the text is parsed: JSON.parse takes a second for a
 * million names, and a schema ten seconds for a million elements. Returns the first object or list that is over its
 * limit, with its full count; `too_deep` when the text nests deeper than a body may; else null, also for a text that is
 * not JSON, which the parser reports.
 */
export function findTooMany(text: string): TooMany | 'too_deep' | null {
  // One entry per depth. Arrays of numbers, because an object per bracket would cost more than all the rest.
  const commas = new Int32Array(LIMITS.jsonDepth + 1);
  const limits = new Int32Array(LIMITS.jsonDepth + 1);
  const names = new Int32Array(LIMITS.jsonDepth + 1);
  let depth = 0;
  let over = 0;
  let name = 0;
  let named = 0;
  // About the body's own members: where the latest name ends, and for which name `isInputs` holds.
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
      // Once per name: in a text that is not JSON any number of lists may follow one name.
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

/**
 * A second pass that only texts with very many names pay for. Names that are written differently count as different.
 */
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

/** The longest form of the name `inputs`: every letter escaped. */
const LONGEST_INPUTS = 'inputs'.length * '\\u0000'.length + 1;

/** Stands for the name of a list's elements. */
const NONE = -1;

/** The name that begins at this quote, or the raw text when it is not a valid string. */
function nameAt(text: string, at = 0): string {
  const quoted = text.slice(at, closingQuote(text, at) + 1);
  try {
    return String(JSON.parse(quoted));
  } catch (error) {
    if (error instanceof SyntaxError) return quoted;
    throw error;
  }
}
