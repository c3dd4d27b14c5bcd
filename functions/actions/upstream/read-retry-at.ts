import { usableInstant } from '../../../shared/domain/asked-wait.ts';
import {
  readDuration,
  readHttpDate,
  readIsoTime,
  readMilliseconds,
  readNumber,
  readRetryAfter,
} from '../../../shared/domain/http-time.ts';

type Reader = (value: string, now: number) => number | null;

/**
 * The headers that say when an upstream accepts requests again; the first that has a time counts:
 * `retry-after-ms` (Azure, OpenAI: as Retry-After, in milliseconds); `Retry-After` (RFC 9110 §10.2.3: seconds or
 * an HTTP-date); `RateLimit` (draft-ietf-httpapi-ratelimit-headers); `RateLimit-Reset` (its older drafts: seconds);
 * `X-RateLimit-Reset-After` (Discord: seconds); `X-RateLimit-Reset` (no standard: seconds, an instant in epoch seconds
 * or milliseconds, a duration such as `6m0s`, a date).
 */
const HEADERS: readonly (readonly [string, Reader])[] = [
  ['retry-after-ms', readMilliseconds],
  ['retry-after', readRetryAfter],
  ['ratelimit', fromRateLimit],
  ['ratelimit-reset', fromReset],
  ['x-ratelimit-reset-after', fromReset],
  ['x-ratelimit-reset', fromReset],
  ['x-rate-limit-reset', fromReset],
];

/**
 * When an upstream that limits its rate will accept requests again (epoch ms, not before now); null if it does not say.
 * A header without a valid time, or with one over a year away, is ignored.
 */
export function readRetryAt(headers: Headers, now: number): number | null {
  return readFirst(HEADERS, headers, now);
}

function readFirst(readers: typeof HEADERS, headers: Headers, now: number): number | null {
  for (const [name, read] of readers) {
    const value = headers.get(name);
    const at = value === null ? null : read(value, now);
    if (at !== null) return Math.max(at, now);
  }
  return null;
}

/**
 * Whether a 403 with these headers is a rate limit: nothing remains of the current window, or a Retry-After says when
 * to come back (as for GitHub's secondary limit). The end of the window alone is no sign: some upstreams send it
 * always.
 */
export function isLimit(headers: Headers, now: number): boolean {
  const comeBack = HEADERS.filter(([name]) => name.startsWith('retry-after'));
  return isSpent(headers) || readFirst(comeBack, headers, now) !== null;
}

/** Whether the headers say that nothing remains of the current window. */
export function isSpent(headers: Headers): boolean {
  const left = headers.get('x-ratelimit-remaining') ?? headers.get('ratelimit-remaining');
  const counts = left?.split(',').filter((part) => part.trim() !== '') ?? [];
  if (counts.length > 0) return counts.some((count) => Number(count) <= 0);
  return /(?:;\s*r|remaining)\s*=\s*0(?![\d.])/.test(headers.get('ratelimit') ?? '');
}

/**
 * Reads `"policy";r=0;t=30` or, before draft 8, `limit=10, remaining=0, reset=30`. With several policies those that are
 * used up count (all, if none is), and of these the longest wait.
 */
function fromRateLimit(value: string, now: number): number | null {
  const old = /\breset\s*=\s*"?([^",;\s]+)/.exec(value)?.[1];
  if (old !== undefined) return fromReset(old, now);
  const policies = value.split(',').flatMap((item) => {
    const wait = /;\s*t\s*=\s*([^",;\s]+)/.exec(item)?.[1];
    const at = wait === undefined ? null : readNumber(wait, now);
    return at === null ? [] : [{ isSpent: /;\s*r\s*=\s*0(?![\d.])/.test(item), at }];
  });
  const spent = policies.filter((policy) => policy.isSpent);
  const relevant = spent.length > 0 ? spent : policies;
  return usableInstant(Math.max(...relevant.map(({ at }) => at)), now);
}

function fromReset(value: string, now: number): number | null {
  return readNumber(value, now) ?? readDuration(value, now) ?? readIsoTime(value, now) ?? readHttpDate(value, now);
}
