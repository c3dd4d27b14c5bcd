/** What is sent on by hand, after a receiver's return or for a replay, goes out so many a minute. */
export const A_MINUTE = 1_000;
/** In groups of so many. */
export const AT_ONCE = 25;

/** How long the group waits that so many went before: a receiver that is just back is not overrun, nor is a well one. */
export function releaseDelayMs(before: number): number {
  return Math.floor((before / A_MINUTE) * 60_000);
}
