import { Permanent } from '../../../shared/sdk/action-errors.ts';
import { MAX_REQUEST_URL_CHARACTERS } from '../../../shared/domain/callback-url.ts';
import type { Pagination } from './pagination.ts';

/**
 * The URL of the page that begins at `at` (null: the first). Only the pagination's parameters of its query are changed.
 */
export function pageUrl(start: URL, pagination: Pagination, at: string | null): URL {
  const url = at !== null && followsUrls(pagination) ? resolveNextLink(at, start) : new URL(start);
  url.hash = ''; // never sent
  switch (pagination.kind) {
    case 'none':
    case 'link_header':
    case 'next_url':
      break;
    case 'cursor':
      if (at !== null) setParameter(url, pagination.cursor_param, at);
      break;
    case 'page':
      setParameter(url, pagination.param, at ?? String(startOf(pagination, start)));
      break;
    case 'offset':
      setParameter(url, pagination.param, at ?? String(startOf(pagination, start)));
      setParameter(url, pagination.limit_param, String(pagination.limit));
      break;
  }
  const { length } = url.href;
  if (length <= MAX_REQUEST_URL_CHARACTERS) return url;
  throw new Permanent(`the next page's URL has ${length} characters; ${MAX_REQUEST_URL_CHARACTERS} are allowed`);
}

type Numbered = Extract<Pagination, { kind: 'page' | 'offset' }>;

/** The number of the first page or item: from the input, else from its URL, else the default. */
export function startOf(pagination: Numbered, url: URL): number {
  return pagination.start ?? numberIn(url, pagination.param) ?? (pagination.kind === 'page' ? 1 : 0);
}

/** The number in the URL, if it contradicts the input's `start`; else null. */
export function contradictedStart(pagination: Pagination, url: URL): number | null {
  if (pagination.kind !== 'page' && pagination.kind !== 'offset') return null;
  const named = numberIn(url, pagination.param);
  return named === null || named === startOf(pagination, url) ? null : named;
}

function numberIn(url: URL, param: string): number | null {
  const text = url.searchParams.get(param) ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** Whether the next page is given as a URL. */
function followsUrls({ kind }: Pagination): boolean {
  return kind === 'link_header' || kind === 'next_url';
}

/**
 * A next link as an absolute URL. Another origin is refused, because headers and secrets are for the caller's origin
 * only.
 */
export function resolveNextLink(link: string, base: URL): URL {
  const url = URL.parse(link, base.href);
  if (url === null) throw new Permanent(`the next link "${link.slice(0, 100)}" is not a URL`);
  if (url.username !== '' || url.password !== '') throw new Permanent('the next link carries a user name or password');
  if (url.origin === base.origin) return url;
  throw new Permanent(`the next link leads to ${url.origin}; only ${base.origin} is followed`);
}

/**
 * Sets one parameter, in its place or at the end; all other bytes of the query stay. URLSearchParams would change the
 * others too (`$filter=a%20eq%201&flag` to `%24filter=a+eq+1&flag=`), which some upstreams refuse.
 */
function setParameter(url: URL, name: string, value: string): void {
  const encoded = encodeURIComponent(value.toWellFormed());
  const pairs = url.search === '' ? [] : url.search.slice(1).split('&');
  const isOurs = (pair: string): boolean => new URLSearchParams(pair).has(name);
  const at = pairs.findIndex(isOurs);
  const written = at === -1 ? encodeName(name) : pairs[at]?.split('=', 1)[0];
  const others = pairs.map((pair, index) => (index === at ? `${written}=${encoded}` : isOurs(pair) ? null : pair));
  const all = at === -1 ? [...others, `${written}=${encoded}`] : others;
  url.search = all.filter((pair) => pair !== null).join('&');
}

/** Encodes only characters that would end the name or are not allowed in a query: `$skip` and `page[number]` stay. */
function encodeName(name: string): string {
  return name.toWellFormed().replace(/[^\w\-.~!$'()*,;:@/?[\]]/gu, encodeURIComponent);
}
