/**
 * Callbacks per minute that one check of a receiver that is back, or a replay, sends. A sweep checks one receiver
 * at most CHECKS_A_MINUTE times, so 10,000 go out a minute and 100,000 in ten.
 */
export const A_MINUTE = 1_000;
/** Checks by one sweep of a receiver for which more callbacks wait. */
export const CHECKS_A_MINUTE = 10;
/** Callbacks that are sent side by side, as one group. */
export const AT_ONCE = 25;

/** The delay of a group before which `before` callbacks were sent, ms: it keeps the receiver from being overrun. */
export function releaseDelayMs(before: number): number {
  return Math.floor((before / A_MINUTE) * 60_000);
}
