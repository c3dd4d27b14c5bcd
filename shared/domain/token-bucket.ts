/** What has its own buckets: the kinds of calls, and the seconds that calls wait (`wait`). */
export const RATE_TYPES = ['live', 'launch', 'read', 'wait'] as const;
export type RateType = (typeof RATE_TYPES)[number];

/** A bucket's rate of refill, tokens per second, and its size, tokens. */
export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

/*
 * A token bucket is stored as one number, the instant at which it will be full again (epoch ms). Each token taken moves
 * that instant on by the time in which one token comes back. So taking is an addition, which a table can do under a
 * condition, and refilling needs no write (the generic cell rate algorithm, ITU-T I.371 annex A).
 */

/** Tokens in a bucket, as a fraction; below zero where its limit was lowered meanwhile. */
export function tokensIn(limit: RateLimit, fullAt: number, now: number): number {
  return limit.burst - Math.max(0, fullAt - now) / msPerToken(limit);
}

/** Takes as many whole tokens as there are, at most `wanted`; returns their number and the bucket afterwards. */
export function takeTokens(
  limit: RateLimit,
  fullAt: number,
  wanted: number,
  now: number,
): { readonly taken: number; readonly fullAt: number } {
  const taken = Math.max(0, Math.min(wanted, Math.floor(tokensIn(limit, fullAt, now) + ROUNDING)));
  return { taken, fullAt: taken === 0 ? fullAt : Math.max(fullAt, now) + taken * msPerToken(limit) };
}

/** The latest `fullAt` at which a bucket still has this many tokens (epoch ms). */
export function latestFullAt(limit: RateLimit, tokens: number, now: number): number {
  return now + (limit.burst - tokens) * msPerToken(limit) + ROUNDING;
}

/** When an empty bucket has its next token (epoch ms, after `now`). */
export function nextTokenAt(limit: RateLimit, fullAt: number, now: number): number {
  return Math.max(now + 1, Math.ceil(fullAt - (limit.burst - 1) * msPerToken(limit)));
}

/** The time in which one token comes back, ms. */
export function msPerToken({ perSecond }: RateLimit): number {
  return 1_000 / perSecond;
}

/** Tolerance for rounding errors: far below a millisecond, far above the error of a sum of fractions. */
const ROUNDING = 1e-6;
