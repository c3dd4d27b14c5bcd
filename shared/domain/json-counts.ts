import { LIMITS } from './limits.ts';

/** An object or a list of a JSON text that has more in it than any that could be taken. */
export interface TooMany {
  /** Names and places that lead to it; empty: the text's own value. */
  readonly path: readonly PropertyKey[];
  readonly of: 'properties' | 'elements';
  readonly count: number;
  readonly limit: number;
}

/** Whatever stands in a body but its lists of inputs takes at most 32 KB, so no more properties than these, of 3 bytes. */
const PROPERTIES = 10_000;
/** Nor more elements than these, of 2 bytes. */
const ELEMENTS = 20_000;

/**
 * Counts before anything is parsed, in one pass over the bytes: a million names take JSON.parse a second, and a million
 * elements take a schema ten. Gives the first object or list that is over its limit, with all that is in it; null also
 * where the text is no JSON or nests too deep, which is for others to say.
 */
export function findTooMany(bytes: Uint8Array): TooMany | null {
  const open: Container[] = [];
  let top: Container | null = null;
  let over: Container | null = null;
  let from = 0;
  let to = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    switch (bytes[at]) {
      case QUOTE:
        from = at;
        at = closingQuote(bytes, at);
        to = at + 1;
        break;
      case COLON:
        if (top !== null) [top.nameFrom, top.nameTo] = [from, to];
        break;
      case COMMA:
        if (top === null) break;
        top.commas += 1;
        if (top.commas >= top.limit && over === null) over = top;
        break;
      case OPEN_OBJECT:
      case OPEN_LIST:
        if (open.length === LIMITS.jsonDepth) return null;
        top = newContainer(bytes[at] === OPEN_LIST, open.length);
        open.push(top);
        break;
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        if (over !== null && top === over) return describe(bytes, open, over);
        open.pop();
        top = open.at(-1) ?? null;
        break;
      default:
    }
  }
  return over === null ? null : describe(bytes, open, over);
}

interface Container {
  readonly isList: boolean;
  readonly limit: number;
  commas: number;
  /** The name read last, quotes and all. */
  nameFrom: number;
  nameTo: number;
}

function newContainer(isList: boolean, depth: number): Container {
  // Of the lists of the body itself one may be the inputs.
  const elements = depth <= 1 ? LIMITS.inputsPerLaunch : ELEMENTS;
  return { isList, limit: isList ? elements : PROPERTIES, commas: 0, nameFrom: 0, nameTo: 0 };
}

function describe(bytes: Uint8Array, open: readonly Container[], over: Container): TooMany {
  const around = open.slice(0, open.indexOf(over));
  return {
    path: around.map((one) => (one.isList ? one.commas : nameOf(bytes, one))),
    of: over.isList ? 'elements' : 'properties',
    count: over.commas + 1,
    limit: over.limit,
  };
}

function nameOf(bytes: Uint8Array, { nameFrom, nameTo }: Container): string {
  const text = Buffer.from(bytes.subarray(nameFrom, nameTo)).toString();
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
