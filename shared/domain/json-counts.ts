import { LIMITS } from './limits.ts';

/** An object or a list of a JSON text that has more in it than any that could be taken. */
export interface TooMany {
  /** Names and places that lead to it; empty: the text's own value. */
  readonly path: readonly PropertyKey[];
  readonly of: 'properties' | 'elements';
  readonly count: number;
  readonly limit: number;
}

/** Whatever stands in a body but its inputs takes at most 32 KB, so no more properties than these, of 3 bytes. */
const PROPERTIES = 10_000;
/** Nor more elements than these, of 2 bytes. */
const ELEMENTS = 20_000;

/**
 * Counts before anything is parsed, in one pass over the bytes: a million names take JSON.parse a second, and a million
 * elements take a schema ten. Gives the first object or list that is over its limit, with all that is in it; null also
 * where the text is no JSON or nests too deep, which is for others to say.
 */
export function findTooMany(bytes: Uint8Array): TooMany | null {
  // Of each depth; arrays of numbers, as an object for each bracket would cost more than all the rest.
  const commas = new Int32Array(LIMITS.jsonDepth + 1);
  const limits = new Int32Array(LIMITS.jsonDepth + 1);
  const names = new Int32Array(LIMITS.jsonDepth + 1);
  let depth = 0;
  let over = 0;
  let name = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      name = at;
      at = closingQuote(bytes, at);
    } else if (byte === COLON) names[depth] = name;
    else if (byte === COMMA) {
      const seen = (commas[depth] ?? 0) + 1;
      commas[depth] = seen;
      if (over === 0 && depth > 0 && seen >= (limits[depth] ?? 0)) over = depth;
    } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      if (depth === LIMITS.jsonDepth) return null;
      depth += 1;
      commas[depth] = 0;
      const isInputs =
        byte === OPEN_LIST && depth === 2 && (names[1] ?? NONE) !== NONE && nameAt(bytes, names[1]) === 'inputs';
      limits[depth] = isInputs ? LIMITS.inputsPerLaunch : byte === OPEN_LIST ? ELEMENTS : PROPERTIES;
      names[depth] = byte === OPEN_LIST ? NONE : at;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      if (over !== 0 && over === depth) break;
      depth = Math.max(0, depth - 1);
    }
  }
  if (over === 0) return null;
  const path = Array.from({ length: over - 1 }, (_, index) => {
    const at = names[index + 1];
    return at === NONE ? (commas[index + 1] ?? 0) : nameAt(bytes, at);
  });
  const of = names[over] === NONE ? 'elements' : 'properties';
  return { path, of, count: (commas[over] ?? 0) + 1, limit: limits[over] ?? 0 };
}

/** Stands for the name of a list's elements. */
const NONE = -1;

/** The name that begins at this quote; the text itself where it is none. */
function nameAt(bytes: Uint8Array, at = 0): string {
  const text = Buffer.from(bytes.subarray(at, closingQuote(bytes, at) + 1)).toString();
  try {
    return String(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

function closingQuote(bytes: Uint8Array, opening: number): number {
  let at = opening + 1;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
