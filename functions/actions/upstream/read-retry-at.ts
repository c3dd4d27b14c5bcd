/**
 * When an upstream that refused for its rate will take requests again (epoch ms), or null when it does not say.
 * Read in this order: `Retry-After` (RFC 9110 §10.2.3: seconds or a date); `RateLimit` (draft-ietf-httpapi-ratelimit-headers:
 * `"policy";r=0;t=30`, and the older `limit=10, remaining=0, reset=30`); `RateLimit-Reset` (older drafts: seconds);
 * `X-RateLimit-Reset` (no standard: seconds to wait, or an instant in epoch seconds or milliseconds).
 */
export function readRetryAt(headers: Headers, now: number): number | null {
  return (
    fromRetryAfter(headers.get('retry-after'), now) ??
    fromRateLimit(headers.get('ratelimit'), now) ??
    fromReset(headers.get('ratelimit-reset'), now) ??
    fromReset(headers.get('x-ratelimit-reset') ?? headers.get('x-rate-limit-reset'), now)
  );
}

/** Whether the headers say that nothing is left of the present window (how some upstreams mark a 403 as a rate limit). */
export function isSpent(headers: Headers): boolean {
  const left = headers.get('x-ratelimit-remaining') ?? headers.get('ratelimit-remaining');
  if (left !== null && left.trim() !== '') return Number(left) === 0;
  return /(?:;\s*r|remaining)=0(?!\d)/.test(headers.get('ratelimit') ?? '');
}

function fromRetryAfter(value: string | null, now: number): number | null {
  if (value === null) return null;
  const seconds = parseSeconds(value);
  if (seconds !== null) return now + seconds * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(at, now);
}

/** Of several policies the spent ones count, and of these the longest wait. */
function fromRateLimit(value: string | null, now: number): number | null {
  if (value === null) return null;
  const old = /\breset=(\d+)/.exec(value)?.[1];
  if (old !== undefined) return now + Number(old) * 1000;
  const policies = value.split(',').flatMap((item) => {
    const wait = /;\s*t=(\d+)/.exec(item)?.[1];
    return wait === undefined ? [] : [{ isSpent: /;\s*r=0(?!\d)/.test(item), wait: Number(wait) }];
  });
  const spent = policies.some((policy) => policy.isSpent) ? policies.filter((policy) => policy.isSpent) : policies;
  return spent.length === 0 ? null : now + Math.max(...spent.map(({ wait }) => wait)) * 1000;
}

/** Below 1e9 (31 years) a number can only be a wait; from 1e12 on (2001 in milliseconds) only epoch milliseconds. */
function fromReset(value: string | null, now: number): number | null {
  const number = value === null ? null : parseSeconds(value);
  if (number === null) return null;
  if (number < 1e9) return now + number * 1000;
  return Math.max(number < 1e12 ? number * 1000 : number, now);
}

function parseSeconds(value: string): number | null {
  return /^\s*\d{1,15}(\.\d+)?\s*$/.test(value) ? Number(value) : null;
}
