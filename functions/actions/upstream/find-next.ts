import { isJsonObject, isLosslessNumber } from '../../../shared/domain/lossless-json.ts';
import { Permanent } from '../../../shared/sdk/action-errors.ts';
import { findFullness, findMoreSign } from './find-more-sign.ts';
import { hrefIn } from './link-list.ts';
import { pageUrl, resolveNextLink, startOf } from './page-url.ts';
import type { Pagination, Stop } from './pagination.ts';
import { readNextLink } from './read-next-link.ts';
import { readPath } from './read-path.ts';
import { scalarText } from './scalar-text.ts';

/** A page that was read: its URL and its answer. */
interface ReadPage {
  /** Its name in messages. */
  readonly what: string;
  readonly url: URL;
  /** Where it begins; null for the first page. */
  readonly at: string | null;
  readonly body: unknown;
  readonly itemCount: number;
  readonly headers: Headers;
}

/** Where the next page begins; null if this was the last. Throws Permanent if the answer contradicts that. */
export function findNext(pagination: Pagination, stop: Stop, page: ReadPage): string | null {
  const hasMore = stop.has_more_path === undefined ? null : readHasMore(page, stop.has_more_path);
  if (hasMore === false || (stop.empty_page && page.itemCount === 0)) return null;
  const next = locateNext(pagination, page, hasMore);
  if (hasMore === true && (next === null || next === page.at)) {
    throw new Permanent(`${page.what} says at ${stop.has_more_path} that more follows, but names no next page`);
  }
  if (next === null && page.at === null && !stop.no_next) refuseMissedNext(pagination, page);
  if (next === null || (next === page.at && page.itemCount === 0)) return null;
  pageUrl(page.url, pagination, next); // throws: a next page that cannot be requested is a fault of this page
  return next;
}

function locateNext(pagination: Pagination, page: ReadPage, hasMore: boolean | null): string | null {
  const { at, itemCount } = page;
  switch (pagination.kind) {
    case 'none':
      return null;
    case 'link_header': {
      const link = readNextLink(page.headers.get('link'));
      if (link === null) return null;
      if ('target' in link) return hrefOf(link.target, page.url);
      throw new Permanent(
        `${page.what} names a next page in its Link header in a form that cannot be read: ${link.unread}; <URL>; rel="next" is wanted`,
      );
    }
    case 'next_url':
      return readNextUrl(page, pagination.url_path);
    case 'cursor':
      return readCursor(page, pagination.cursor_path);
    case 'page':
      return itemCount > 0 || hasMore === true ? String(Number(at ?? startOf(pagination, page.url)) + 1) : null;
    case 'offset': {
      const step = itemCount > 0 ? itemCount : hasMore === true ? pagination.limit : 0;
      return step === 0 ? null : String(Number(at ?? startOf(pagination, page.url)) + step);
    }
  }
}

function readHasMore({ body, what }: ReadPage, path: string): boolean | null {
  const found = readPath(body, path);
  if (found === undefined) return null; // unknown: the pagination's own end counts
  if (typeof found === 'boolean') return found;
  if (typeof found === 'number') return found > 0; // the number of items or pages that follow
  const text = found === null ? 'false' : scalarText(found)?.toLowerCase();
  if (text === 'true' || text === 'false') return text === 'true';
  throw new Permanent(`${what} has neither true, false nor a number at ${path} (stop.has_more_path)`);
}

function readCursor({ body, what }: ReadPage, path: string): string | null {
  const found = readPath(body, path);
  if (isNothing(found)) return null;
  const text = scalarText(found);
  if (text !== null) return text;
  throw new Permanent(`${what}: the cursor at ${path} is of type ${typeOf(found)}; a string or a number is wanted`);
}

function readNextUrl({ body, url, what }: ReadPage, path: string): string | null {
  const found = readPath(body, path);
  // In JSON:API a link may be an object whose href is the URL.
  const link = isJsonObject(found) ? (hrefIn(found) ?? found) : found;
  if (isNothing(link)) return null;
  if (typeof link === 'string') return link.trim() === '' ? null : hrefOf(link, url);
  throw new Permanent(`${what}: the next URL at ${path} is of type ${typeOf(link)}; a string is wanted`);
}

function hrefOf(link: string, base: URL): string {
  const url = resolveNextLink(link, base);
  url.hash = '';
  return url.href;
}

/**
 * Throws Permanent if a list ends on its first page although the answer shows that more follows: path or kind is wrong.
 */
function refuseMissedNext(pagination: Pagination, { what, url, body, itemCount, headers }: ReadPage): void {
  const path = pathOf(pagination);
  // A path that finds null or '' is right: there the upstream says that no page follows.
  if (path === null ? pagination.kind !== 'link_header' : readPath(body, path) !== undefined) return;
  const sign = findMoreSign(body, headers, itemCount);
  const full = path === null ? null : findFullness(url, itemCount);
  if (sign === false || (sign === null && full === null)) return;
  const nothing = path === null ? 'has no Link header with rel="next"' : `has nothing at ${path}`;
  const shown = sign === null ? `the page is full (${full})` : `${sign} shows that more follows`;
  throw new Permanent(`${what} ${nothing}, though ${shown}; if this is the whole list, set stop.no_next`);
}

/**
 * Throws Permanent if the input has no pagination and the answer shows that more follows: it must not be cut off
 * silently.
 */
export function refuseUnsaid({ what, body, itemCount, headers }: ReadPage): void {
  const sign = findMoreSign(body, headers, itemCount);
  if (sign === false || sign === null) return;
  throw new Permanent(
    `${what}: ${sign} shows that the list goes on, and the input does not say how: give pagination (functions/actions/README.md, "Read a paged API"), or {"kind":"none"} there if this page is all that is wanted`,
  );
}

function pathOf(pagination: Pagination): string | null {
  if (pagination.kind === 'cursor') return pagination.cursor_path;
  return pagination.kind === 'next_url' ? pagination.url_path : null;
}

function isNothing(found: unknown): boolean {
  return found === undefined || found === null || found === false || found === '';
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : isLosslessNumber(value) ? 'number' : typeof value;
}
