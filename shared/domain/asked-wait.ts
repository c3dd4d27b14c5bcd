import { LONGEST_WAITING_DAYS } from './timing.ts';

/** What is asked for one wait counts up to here, ms: 24 h. Then the upstream is asked again. */
const LONGEST_MS = 86_400_000;
/** A time further off than this is taken for a mistake, ms: a leap year. */
const FAR_MS = 366 * 86_400_000;
/** The first wait in a row lasts this long at least, ms; each further one twice as long. */
const FLOOR_MS = 1_000;
const FLOOR_CAP_MS = 60_000;
/** The floor is lengthened by up to this part of itself, so that a herd does not come back as one. */
const JITTER = 0.5;

/** A run is postponed for limits for this long in all, ms. */
export const MAX_WAITING_MS = LONGEST_WAITING_DAYS * 86_400_000;
/** Less than this is no wait for which a run is postponed. */
const LEAST_LEFT_MS = 60_000;

/**
 * The instant a number stands for (epoch ms): below 1e9 (31 years) it can only be seconds to wait; below 1e12 (2001 in
 * milliseconds) it is an instant in epoch seconds, from there on one in epoch milliseconds. Null for what is no time or
 * is over a year away. A time that is past is a time.
 */
export function instantOfNumber(said: number, now: number): number | null {
  return usableInstant(said < 1e9 ? now + said * 1_000 : said < 1e12 ? said * 1_000 : said, now);
}

/** The same instant, or null for what is no time or is over a year away. */
export function usableInstant(at: number, now: number): number | null {
  return Number.isFinite(at) && at - now <= FAR_MS ? at : null;
}

/**
 * Until when a page waits that was asked to (whole epoch ms): what was asked, at least a floor that doubles with each wait
 * in a row from 1 s to 60 s, and 24 h at most. `said` is any number; null for one that {@link instantOfNumber} makes nothing
 * of. `waitsBefore` are the waits in a row before this one, `random` is in [0, 1).
 */
export function boundWait(
  said: number,
  { now, waitsBefore, random }: { readonly now: number; readonly waitsBefore: number; readonly random: number },
): number | null {
  const asked = instantOfNumber(said, now);
  if (asked === null) return null;
  const floor = Math.min(FLOOR_CAP_MS, FLOOR_MS * 2 ** waitsBefore) * (1 + JITTER * random);
  return Math.ceil(Math.max(Math.min(asked, now + LONGEST_MS), now + floor));
}

/**
 * How much longer a run may wait that was postponed for limits for so long already, ms. Null: it has waited enough, and what
 * is asked to wait once more fails.
 */
export function waitingLeft(waitedMs: number): number | null {
  const left = MAX_WAITING_MS - waitedMs;
  return left < LEAST_LEFT_MS ? null : left;
}
