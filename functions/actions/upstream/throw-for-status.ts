import { Permanent, RateLimited, Retryable } from '../../../shared/sdk/action-errors.ts';
import { isLimit, readRetryAt } from './read-retry-at.ts';

/**
 * Throws RateLimited for 429, a 403 that is a rate limit, and a 503 with a time; Retryable for 408, 425 and other 5xx.
 * Returns for other statuses. A limit without a time uses up a try and is tried again after the engine's own wait.
 */
export function throwIfPassing(response: Response, what: string, now: number): void {
  const { status, headers } = response;
  const message = `${what} answered ${status}`;
  const limits = status === 429 || (status === 403 && isLimit(headers, now));
  const retryAt = limits || status === 503 ? readRetryAt(headers, now) : null;
  if (limits || retryAt !== null) throw new RateLimited(retryAt ?? NaN, message);
  if (status === 408 || status === 425 || status >= 500) throw new Retryable(message);
}

/** As throwIfPassing; and throws Permanent, with the hint, for any other status from 300 on. */
export function throwForStatus(response: Response, what: string, now: number, hint = ''): void {
  throwIfPassing(response, what, now);
  const { status } = response;
  if (status < 300) return;
  throw new Permanent(`${what} answered ${status}${aside(status, response.headers.get('location'))}${hint}`);
}

/** Explains a status from 300 to 399; empty for others. */
function aside(status: number, location: string | null): string {
  if (status === 304) return ' (not modified), which has no list: ask without If-None-Match and If-Modified-Since';
  if (status >= 400) return '';
  return location === null
    ? ', a redirect without a Location'
    : `, a redirect, to ${placeOf(location)}: it is not followed`;
}

/** A Location without query, fragment, user and password, which may have a credential of the request. */
function placeOf(location: string): string {
  const [path = ''] = location.split(/[?#]/);
  return path.replace(/^([a-z][a-z0-9+.-]*:)?\/\/[^/]*@/i, '$1//');
}
