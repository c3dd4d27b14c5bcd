import { createHash } from 'node:crypto';

/** A whole number from 0 to below `limit` that depends on the text alone. */
export function seededNumber(text: string, limit: number): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6) % limit;
}
