/**
 * What one look at a receiver that is back sends on, or what a replay sends, goes out so many a minute. A sweep looks at
 * one receiver LOOKS_A_MINUTE times at most, so ten thousand go out a minute: 100,000 in ten.
 */
export const A_MINUTE = 1_000;
/** Looks of one sweep at a receiver for which more waits. */
export const LOOKS_A_MINUTE = 10;
/** In groups of so many. */
export const AT_ONCE = 25;

/** How long the group waits that so many went before: a receiver that is just back is not overrun, nor is a well one. */
export function releaseDelayMs(before: number): number {
  return Math.floor((before / A_MINUTE) * 60_000);
}
