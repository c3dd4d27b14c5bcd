import { findValueFault, tooDeep } from './find-value-fault.ts';
import { jsonDepth, pathTooDeep } from './json-depth.ts';
import { formatPath } from './json-path.ts';
import { LIMITS } from './limits.ts';
import { type JsonFault, locateJsonFault } from './locate-json-fault.ts';
import { MAX_LOSSLESS_NUMBERS, parseLosslessJson } from './lossless-json.ts';

/** Why a text is refused. `path` names the place within its value; empty: the text as a whole. */
export interface JsonRefusal {
  readonly kind: 'not_utf8' | 'not_json' | 'too_deep' | 'too_many_numbers' | 'forbidden_name';
  readonly path: string;
  readonly message: string;
  /** Where the text stops being JSON; null where it is refused for another reason. */
  readonly fault: JsonFault | null;
}

/** The value of a JSON text, or why it is refused. */
export type JsonRead = { readonly json: unknown } | { readonly refusal: JsonRefusal };

/** As {@link readJson}, from bytes in UTF-8. */
export function readJsonBytes(bytes: Uint8Array): JsonRead {
  const decoded = decodeJson(bytes);
  return 'text' in decoded ? readJson(decoded.text) : decoded;
}

/** Decodes bytes that should be JSON in UTF-8. Refuses bytes that are not UTF-8 and names the first wrong one. */
export function decodeJson(bytes: Uint8Array): { readonly text: string } | { readonly refusal: JsonRefusal } {
  const read = decodeUtf8(bytes);
  return read.text === undefined ? refuse('not_utf8', notUtf8(read.invalidAt)) : read;
}

/** The message for bytes that are not UTF-8. `offset` counts bytes from 0. */
export function notUtf8(offset: number): string {
  return `is not UTF-8: the byte at offset ${offset} (from 0) is not part of a character`;
}

/**
 * Parses a JSON text from outside: a body, a line of an upload, an upstream's answer. Numbers that JavaScript cannot
 * hold stay as they were written (see {@link parseLosslessJson}). A byte order mark is skipped. The name `__proto__` is
 * refused, because JavaScript would use its value as the object's prototype.
 */
export function readJson(given: string, maxDepth: number = LIMITS.jsonDepth): JsonRead {
  // Depth is checked first: counting brackets costs less than parsing a text that is refused anyway.
  if (jsonDepth(given) > maxDepth) {
    return refuse('too_deep', tooDeep(maxDepth), formatPath(pathTooDeep(given, maxDepth)));
  }
  return readShallowJson(given, maxDepth);
}

/** As {@link readJson}, for a text that is known not to nest deeper than `maxDepth`. */
export function readShallowJson(given: string, maxDepth: number = LIMITS.jsonDepth): JsonRead {
  const text = given.startsWith(BYTE_ORDER_MARK) ? given.slice(1) : given;
  const read = parse(text);
  if ('refusal' in read || !NAMES_PROTO.test(text)) return read;
  const fault = findValueFault(read.json, maxDepth);
  return fault === null ? read : refuse('forbidden_name', fault.message, fault.path);
}

function parse(text: string): JsonRead {
  try {
    return { json: parseLosslessJson(text) };
  } catch (error) {
    if (error instanceof RangeError) {
      return refuse(
        'too_many_numbers',
        `holds over ${MAX_LOSSLESS_NUMBERS} numbers that do not fit a double; write them as strings`,
      );
    }
    const fault = locateJsonFault(text);
    if (fault === null) throw error;
    const message = `is not valid JSON at line ${fault.line}, column ${fault.column}; expected ${fault.expected}`;
    return { refusal: { kind: 'not_json', path: '', message, fault } };
  }
}

function refuse(kind: JsonRefusal['kind'], message: string, path = ''): { readonly refusal: JsonRefusal } {
  return { refusal: { kind, path, message, fault: null } };
}

const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Finds the name `__proto__` in a JSON text, with any of its letters escaped. The quote before it must not follow a
 * backslash: such a quote is part of a string and does not begin a name.
 */
const NAMES_PROTO =
  /(?<!\\)"(?:_|\\u005[fF]){2}(?:p|\\u0070)(?:r|\\u0072)(?:o|\\u006[fF])(?:t|\\u0074)(?:o|\\u006[fF])(?:_|\\u005[fF]){2}"\s*:/;

/** The text, or the offset of the first byte that is not UTF-8. A byte order mark stays in the text. */
function decodeUtf8(
  bytes: Uint8Array,
): { readonly text: string } | { readonly text?: undefined; readonly invalidAt: number } {
  try {
    return { text: strictUtf8.decode(bytes) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { invalidAt: firstInvalid(bytes) };
  }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenientUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const REPLACEMENT = '\uFFFD';

/**
 * The offset of the first invalid byte: where a lenient decoder puts its first replacement character, leaving out those
 * that the bytes contain themselves.
 */
function firstInvalid(bytes: Uint8Array): number {
  const text = lenientUtf8.decode(bytes);
  let offset = 0;
  let from = 0;
  for (;;) {
    const at = text.indexOf(REPLACEMENT, from);
    offset += Buffer.byteLength(text.slice(from, at));
    if (bytes[offset] !== 0xef || bytes[offset + 1] !== 0xbf || bytes[offset + 2] !== 0xbd) return offset;
    offset += 3;
    from = at + 1;
  }
}
