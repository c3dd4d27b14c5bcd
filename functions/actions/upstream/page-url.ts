import { Permanent } from '../../../shared/sdk/action-errors.ts';
import type { Pagination } from './pagination.ts';

/** The address of the page that begins at `cursor` (null: the first). */
export function pageUrl(start: URL, pagination: Pagination, cursor: string | null): URL {
  const url = new URL(start);
  switch (pagination.kind) {
    case 'none':
      break;
    case 'link_header':
      if (cursor !== null) return resolveNextLink(cursor, start);
      break;
    case 'cursor':
      if (cursor !== null) url.searchParams.set(pagination.cursor_param, cursor);
      break;
    case 'page':
      url.searchParams.set(pagination.param, cursor ?? String(pagination.start));
      break;
    case 'offset':
      url.searchParams.set(pagination.param, cursor ?? '0');
      url.searchParams.set(pagination.limit_param, String(pagination.limit));
      break;
  }
  return url;
}

/** A next link made absolute. Another origin is refused: headers and secrets are meant for the one the caller named. */
export function resolveNextLink(link: string, base: URL): URL {
  const url = URL.parse(link, base.href);
  if (url === null) throw new Permanent(`the next link "${link}" is not a URL`);
  if (url.origin === base.origin) return url;
  throw new Permanent(`the next link leads to ${url.origin}; only ${base.origin} is followed`);
}
