import { hrefIn, linkByRel } from './link-list.ts';
import { readNextLink } from './read-next-link.ts';
import { scalarText } from './scalar-text.ts';

/**
 * Keys, as letters only, whose text or number leads to a next page: nextLink, next_page_token, @odata.nextLink, after.
 */
const NEXT =
  /^(odata)?next(page|records|results)?(link|url|uri|href|cursor|token|offset|marker|start|key|after|number)?$|^(cursor|after|bookmark|marker|scrollid|continuation(token)?)$/;

/** Keys whose `true` means that more follows: has_more, hasNextPage, more_records, isTruncated. */
const MORE = /^((has)?(more|next)(page|pages|records|results|items)?|(is)?truncated)$/;

/** Keys whose `false` means that more follows: done, is_last, lastPage. */
const LAST = /^(done|(is)?last(page)?)$/;

/** Keys that lead to a next page if their object has a name of {@link NEXT}: `next.href`, `next.page`. */
const IN_NEXT = /^(href|url|uri|link|page|offset|token|id)$/;

/** Keys with the number of items or pages of the whole list; only at the top level or one below. */
const TOTAL = /^((odata)?count|total(count|items|results|records|size|elements|hits)?|numfound)$/;
const PAGES = /^((total|last|num(ber)?(of)?)page|(total|num(ber)?(of)?)?pages|pagecount|pagestotal)$/;
const TOTAL_DEPTH = 2;

const MAX_DEPTH = 4;

/**
 * The sign on a first page that more follows, such as `its meta.next_cursor`; false if the page says that nothing
 * follows, null if it shows neither. Lists are not searched, because they are the items, except lists of links.
 */
export function findMoreSign(body: unknown, headers: Headers, itemCount: number): string | false | null {
  const signs = [...signsIn(body, { path: '', isNext: false, depth: MAX_DEPTH, itemCount })];
  if (signs.some(({ more }) => !more)) return false;
  if (signs[0] !== undefined) return `its ${signs[0].path}`;
  return readNextLink(headers.get('link')) === null ? null : 'its Link header';
}

interface Sign {
  readonly path: string;
  readonly more: boolean;
}

interface Place {
  readonly path: string;
  readonly isNext: boolean;
  readonly depth: number;
  readonly itemCount: number;
}

function* signsIn(value: unknown, { path, isNext, depth, itemCount }: Place): Generator<Sign> {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depth === 0) return;
  for (const [key, found] of Object.entries(value)) {
    const here = path === '' ? key : `${path}.${key}`;
    const name = key.toLowerCase().replace(/[^a-z]/g, '');
    const leads = NEXT.test(name) || (isNext && IN_NEXT.test(name));
    if (typeof found === 'boolean') {
      if (MORE.test(name)) yield { path: here, more: found };
      else if (LAST.test(name)) yield { path: here, more: !found };
    } else if (leads ? isSomething(found) : depth > MAX_DEPTH - TOTAL_DEPTH && exceeds(name, found, itemCount)) {
      yield { path: here, more: true };
    } else if (/^links?$/.test(name) && Array.isArray(found) && isLink(linkByRel(found, 'next'))) {
      yield { path: `${here}.next`, more: true };
    }
    yield* signsIn(found, { path: here, isNext: leads, depth: depth - 1, itemCount });
  }
}

/** Whether it is a text or number other than those that some upstreams write for "none", such as 0, -1 and ''. */
function isSomething(value: unknown): boolean {
  const text = scalarText(value);
  return text !== null && !/^(-\d+|0*|null|none|undefined)$/i.test(text.trim());
}

/** Whether it is a total of items or pages that is more than this page. */
function exceeds(name: string, value: unknown, itemCount: number): boolean {
  const text = scalarText(value) ?? '';
  if (!/^\d{1,15}$/.test(text)) return false;
  return (TOTAL.test(name) && Number(text) > itemCount) || (PAGES.test(name) && Number(text) > 1);
}

function isLink(link: unknown): boolean {
  return typeof link === 'object' && link !== null && isSomething(hrefIn(link));
}

/** The query parameter whose number is that of the items received, such as `limit=100`; null if there is none. */
export function findFullness(url: URL, itemCount: number): string | null {
  if (itemCount === 0) return null;
  for (const [name, value] of url.searchParams) {
    // OData's $top limits the whole list, not a page, so a list that is as long ends there.
    const isSize = /limit|size|per_?page|count|max|rows|take|first/i.test(name) && name !== '$top';
    if (isSize && value === String(itemCount)) return `${name}=${value}`;
  }
  return null;
}
