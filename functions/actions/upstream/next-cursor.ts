import { Permanent } from '../../../shared/sdk/action-errors.ts';
import { resolveNextLink } from './page-url.ts';
import type { Pagination } from './pagination.ts';
import { readNextLink } from './read-next-link.ts';
import { readPath } from './read-path.ts';

/** A page that was read: where, and what it gave. */
interface ReadPage {
  readonly url: URL;
  readonly cursor: string | null;
  readonly body: unknown;
  readonly itemCount: number;
  readonly headers: Headers;
}

/** Where the page after this one begins; null when this was the last. */
export function nextCursor(pagination: Pagination, page: ReadPage): string | null {
  const { cursor, itemCount } = page;
  switch (pagination.kind) {
    case 'link_header': {
      const link = readNextLink(page.headers.get('link'));
      return link === null ? null : resolveNextLink(link, page.url).href;
    }
    case 'cursor':
      return readCursor(page.body, pagination.cursor_path);
    case 'page':
      if (itemCount > 0) return String(Number(cursor ?? pagination.start) + 1);
      break;
    case 'offset':
      if (itemCount > 0) return String(Number(cursor ?? 0) + itemCount);
      break;
    case 'none':
      break;
  }
  return null;
}

function readCursor(body: unknown, path: string): string | null {
  const found = readPath(body, path);
  if (found === undefined || found === null || found === false || found === '') return null;
  if (typeof found === 'string' || typeof found === 'number') return String(found);
  throw new Permanent(`the cursor at ${path} is of type ${typeof found}; a string or a number is wanted`);
}
