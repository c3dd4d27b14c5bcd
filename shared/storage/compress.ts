import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { parseLosslessJson } from '../domain/lossless-json.ts';

// Level 6 makes typical pages of JSON half as large as level 1 does, in about the same time at these sizes (a few KB).
const LEVEL = 6;

/** A JSON value compressed, as chunks and pages are stored (RFC 1951). */
export function compress(value: unknown): Uint8Array {
  const text = JSON.stringify(value);
  return deflateRawSync(text, { level: LEVEL, ...spaceFor(text.length) });
}

/** A window no larger than the text: by default zlib clears 256 KB, which is half of the time a small text takes. */
function spaceFor(length: number): { readonly windowBits: number; readonly memLevel: number } {
  const windowBits = Math.min(15, Math.max(9, 32 - Math.clz32(length)));
  return { windowBits, memLevel: Math.min(8, windowBits - 6) };
}

/** The value that {@link compress} was called with. */
export function decompress(bytes: Uint8Array): unknown {
  return parseLosslessJson(inflateRawSync(bytes).toString());
}
