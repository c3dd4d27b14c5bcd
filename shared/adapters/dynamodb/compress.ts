import { deflateRawSync, inflateRawSync } from 'node:zlib';

// Level 6 halves typical pages of JSON against level 1 for about the same time at these sizes (a few KB).
const LEVEL = 6;

/** A JSON value compressed, as chunks and pages are stored (RFC 1951). */
export function compress(value: unknown): Uint8Array {
  return deflateRawSync(JSON.stringify(value), { level: LEVEL });
}

/** The value {@link compress} was given. */
export function decompress(bytes: Uint8Array): unknown {
  return JSON.parse(inflateRawSync(bytes).toString());
}
