/** The range of ISO-8601 times with a year of four digits: the years 0 to 9999, epoch ms. */
const FIRST = Date.UTC(2000, 0, 1) - 2_000 * 365.2425 * 86_400_000;
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Epoch ms as ISO-8601 in UTC. Never throws: out of range it gives the nearest possible time, for NaN 1970. */
export function isoOf(at: number): string {
  return new Date(Number.isNaN(at) ? 0 : Math.min(LAST, Math.max(FIRST, at))).toISOString();
}
