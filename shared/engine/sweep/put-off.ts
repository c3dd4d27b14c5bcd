/** A sweep comes each minute: a row that failed once is tried by the next. */
const FIRST_MS = 30_000;
/** Whatever was wrong, once it is right again a row waits so long at most. */
const LONGEST_MS = 15 * 60_000;

/** How long sweeps pass over a row that failed so many times before this one: 30 s, then twice as long each time, up to 15 min. */
export function putOffMs(failures: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
}
