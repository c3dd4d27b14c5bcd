import { SchedulerFault } from './scheduler-fault.ts';

const MAX_PAGE = 100;

/** One page of a listing in key order, after the place that `NextToken` marks; `token` is empty on the last page. */
export function takePage<T>(
  entries: readonly (readonly [string, T])[],
  query: URLSearchParams,
): { readonly values: readonly T[]; readonly token: { readonly NextToken?: string } } {
  const size = Number(query.get('MaxResults') ?? MAX_PAGE);
  if (!Number.isInteger(size) || size < 1 || size > MAX_PAGE) {
    throw new SchedulerFault('ValidationException', `Value '${size}' at 'maxResults' must be from 1 to ${MAX_PAGE}`);
  }
  const after = query.get('NextToken');
  const last = after === null ? '' : Buffer.from(after, 'base64url').toString();
  const ordered = entries.filter(([key]) => key > last).sort(([a], [b]) => (a < b ? -1 : 1));
  const page = ordered.slice(0, size);
  const values = page.map(([, value]) => value);
  const end = page.at(-1)?.[0];
  if (end === undefined || ordered.length <= size) return { values, token: {} };
  return { values, token: { NextToken: Buffer.from(end).toString('base64url') } };
}
