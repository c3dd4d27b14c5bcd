import { findValueFault, tooDeep } from './find-value-fault.ts';
import { jsonDepth, pathTooDeep } from './json-depth.ts';
import { formatPath } from './json-path.ts';
import { LIMITS } from './limits.ts';
import { type JsonFault, locateJsonFault } from './locate-json-fault.ts';
import { MAX_LOSSLESS_NUMBERS, parseLosslessJson } from './lossless-json.ts';

/** Why a text is not taken. `path` names the place within its value; empty: the text as a whole. */
export interface JsonRefusal {
  readonly kind: 'not_utf8' | 'not_json' | 'too_deep' | 'too_many_numbers' | 'forbidden_name';
  readonly path: string;
  readonly message: string;
  /** Where the text stops being JSON; null where it is refused for another reason. */
  readonly fault: JsonFault | null;
}

export type JsonRead = { readonly json: unknown } | { readonly refusal: JsonRefusal };

/** As {@link readJson}, from bytes in UTF-8. */
export function readJsonBytes(bytes: Uint8Array): JsonRead {
  const read = decodeUtf8(bytes);
  if (read.text !== undefined) return readJson(read.text);
  return refuse('not_utf8', notUtf8(read.invalidAt));
}

/** `offset` counts bytes from 0. */
export function notUtf8(offset: number): string {
  return `is not UTF-8: the byte at offset ${offset} (from 0) fits no character`;
}

/**
 * The value of a JSON text from outside: a body, a line of an upload, an upstream's answer. Numbers that JavaScript
 * cannot hold stay as they were written (see {@link parseLosslessJson}), a byte order mark is skipped, `__proto__` is no
 * name: objects would take it for what they inherit from.
 */
export function readJson(given: string, maxDepth: number = LIMITS.jsonDepth): JsonRead {
  const text = given.startsWith('\uFEFF') ? given.slice(1) : given;
  // Depth first: it is the cheaper look, and a text of nothing but brackets is not worth parsing.
  if (jsonDepth(text) > maxDepth) {
    return refuse('too_deep', tooDeep(maxDepth), formatPath(pathTooDeep(text, maxDepth)));
  }
  const read = parse(text);
  if ('refusal' in read || !MAY_NAME_PROTO.test(text)) return read;
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
    const message = `not JSON at line ${fault.line}, column ${fault.column}; expected ${fault.expected}`;
    return { refusal: { kind: 'not_json', path: '', message, fault } };
  }
}

function refuse(kind: JsonRefusal['kind'], message: string, path = ''): JsonRead {
  return { refusal: { kind, path, message, fault: null } };
}

/** The name as it is, or one of its letters as an escape. */
const MAY_NAME_PROTO = /__proto__|\\u00(?:5f|6f|7[024])/i;

/** A text, or the offset of the first byte that is no part of one. A byte order mark stays. */
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

/** Where a lenient decoder puts its first replacement character that the bytes do not have themselves. */
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
