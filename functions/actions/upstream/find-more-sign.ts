import { hrefIn, linkByRel } from './link-list.ts';
import { readNextLink } from './read-next-link.ts';
import { scalarText } from './scalar-text.ts';

/** Keys whose text or number leads to a next page, as letters only: nextLink, next_page_token, @odata.nextLink, after. */
const NEXT =
  /^(odata)?next(page|records|results)?(link|url|uri|href|cursor|token|offset|marker|start|key|after|number)?$|^(cursor|after|bookmark|marker|scrollid|continuation(token)?)$/;

/** Keys that say by true that more follows: has_more, hasNextPage, more_records, isTruncated. */
const MORE = /^((has)?(more|next)(page|pages|records|results|items)?|(is)?truncated)$/;

/** Keys that say by false that more follows: done, is_last, lastPage. */
const LAST = /^(done|(is)?last(page)?)$/;

/** Keys that lead to a next page inside an object that is named so: `next.href`, `next.page`. */
const IN_NEXT = /^(href|url|uri|link|page|offset|token|id)$/;

/** Keys that say how many items or pages the whole list has; only at the top or one object down. */
const TOTAL = /^((odata)?count|total(count|items|results|records|size|elements|hits)?|numfound)$/;
const PAGES = /^((total|last|num(ber)?(of)?)page|(total|num(ber)?(of)?)?pages|pagecount|pagestotal)$/;
const TOTAL_DEPTH = 2;

const MAX_DEPTH = 4;

/**
 * How a first page shows that more follows, such as `its meta.next_cursor`; false when it says plainly that nothing
 * does, null when it shows neither. Lists are not looked into, but for those of links: they are the items.
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

/** A text or number that some upstreams do not write for "none", as they do 0, -1 and ''. */
function isSomething(value: unknown): boolean {
  const text = scalarText(value);
  return text !== null && !/^(-\d+|0*|null|none|undefined)$/i.test(text.trim());
}

/** Whether a number of items or pages is more than this page. */
function exceeds(name: string, value: unknown, itemCount: number): boolean {
  const text = scalarText(value) ?? '';
  if (!/^\d{1,15}$/.test(text)) return false;
  return (TOTAL.test(name) && Number(text) > itemCount) || (PAGES.test(name) && Number(text) > 1);
}

function isLink(link: unknown): boolean {
  return typeof link === 'object' && link !== null && isSomething(hrefIn(link));
}

/** The query parameter that asked for as many items as came, such as `limit=100`; null when none did. */
export function findFullness(url: URL, itemCount: number): string | null {
  if (itemCount === 0) return null;
  for (const [name, value] of url.searchParams) {
    // OData's $top is how many items the whole list may have, so a list that is cut by it ends there.
    const isSize = /limit|size|per_?page|count|max|rows|take|first/i.test(name) && name !== '$top';
    if (isSize && value === String(itemCount)) return `${name}=${value}`;
  }
  return null;
}
