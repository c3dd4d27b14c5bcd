import { LONGEST_WAITING_DAYS } from './timing.ts';

/** One wait lasts at most this long, 24 h, whatever was asked. Then the upstream is called again. */
const LONGEST_MS = 86_400_000;
/** A time further away than this, a leap year, is treated as a mistake. */
const FAR_MS = 366 * 86_400_000;
/** The first wait in a row lasts at least this long; each further one at least twice as long, up to the cap. */
const FLOOR_MS = 1_000;
const FLOOR_CAP_MS = 60_000;
/** The floor is lengthened by up to this fraction, so that many pages do not come back at the same moment. */
const JITTER = 0.5;

/** A run is postponed for limits for at most this long in total, ms. */
export const MAX_WAITING_MS = LONGEST_WAITING_DAYS * 86_400_000;
/** A run with less than this left has waited enough. */
const LEAST_LEFT_MS = 60_000;

/**
 * The instant that a number means (epoch ms): below 1e9 (31 years) seconds to wait, below 1e12 (2001 in milliseconds)
 * an instant in epoch seconds, else an instant in epoch milliseconds. An instant may be past. Null for NaN, infinity
 * and a time over a year away.
 */
export function instantOfNumber(value: number, now: number): number | null {
  return usableInstant(value < 1e9 ? now + value * 1_000 : value < 1e12 ? value * 1_000 : value, now);
}

/** The instant itself, or null where it is not finite or over a year away. */
export function usableInstant(at: number, now: number): number | null {
  return Number.isFinite(at) && at - now <= FAR_MS ? at : null;
}

/**
 * Until when a page waits that was asked to wait (whole epoch ms): as long as asked, but at least a floor that doubles
 * with each wait in a row from 1 s to 60 s, and at most 24 h. The number asked for is read by {@link instantOfNumber};
 * null where that gives null. `waitsBefore` counts the waits in a row before this one, `random` is in [0, 1).
 */
export function boundWait(
  value: number,
  { now, waitsBefore, random }: { readonly now: number; readonly waitsBefore: number; readonly random: number },
): number | null {
  const instant = instantOfNumber(value, now);
  if (instant === null) return null;
  const floor = Math.min(FLOOR_CAP_MS, FLOOR_MS * 2 ** waitsBefore) * (1 + JITTER * random);
  return Math.ceil(Math.max(Math.min(instant, now + LONGEST_MS), now + floor));
}

/**
 * How much longer a run may be postponed for limits, ms, after `waitedMs` of it. Null: it has waited enough, and an
 * input that is asked to wait once more fails.
 */
export function waitingLeft(waitedMs: number): number | null {
  const left = MAX_WAITING_MS - waitedMs;
  return left < LEAST_LEFT_MS ? null : left;
}
