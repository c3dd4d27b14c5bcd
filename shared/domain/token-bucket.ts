/** What has buckets of its own: the kinds of call, and the seconds that calls wait. */
export const RATE_TYPES = ['live', 'launch', 'read', 'wait'] as const;
export type RateType = (typeof RATE_TYPES)[number];

/** What a bucket holds when full, and how fast it fills. */
export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

/*
 * A token bucket is told by one number, the instant at which it will be full again (epoch ms): each token taken moves
 * it on by the time one takes to come back. So taking is an addition, which a table can do under a condition, and
 * waiting needs no write (the generic cell rate algorithm, ITU-T I.371 annex A, told for buckets).
 */

/** Tokens in a bucket, parts of one too; below zero where its limit was lowered meanwhile. */
export function tokensIn(limit: RateLimit, fullAt: number, now: number): number {
  return limit.burst - Math.max(0, fullAt - now) / msPerToken(limit);
}

/** As many whole tokens as are there, at most those wanted, and the bucket after it. */
export function takeTokens(
  limit: RateLimit,
  fullAt: number,
  wanted: number,
  now: number,
): { readonly taken: number; readonly fullAt: number } {
  const taken = Math.max(0, Math.min(wanted, Math.floor(tokensIn(limit, fullAt, now) + ROUNDING)));
  return { taken, fullAt: taken === 0 ? fullAt : Math.max(fullAt, now) + taken * msPerToken(limit) };
}

/** The latest `fullAt` a bucket may have for so many tokens still to be in it. */
export function latestFullAt(limit: RateLimit, tokens: number, now: number): number {
  return now + (limit.burst - tokens) * msPerToken(limit) + ROUNDING;
}

/** When an empty bucket has its next token (epoch ms, after `now`). */
export function nextTokenAt(limit: RateLimit, fullAt: number, now: number): number {
  return Math.max(now + 1, Math.ceil(fullAt - (limit.burst - 1) * msPerToken(limit)));
}

/** The time in which one token comes back. */
export function msPerToken({ perSecond }: RateLimit): number {
  return 1_000 / perSecond;
}

/** Far below a millisecond, far above what a sum of fractions of one loses. */
const ROUNDING = 1e-6;
