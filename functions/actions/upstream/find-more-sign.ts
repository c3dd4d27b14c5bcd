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

const MAX_DEPTH = 4;

/**
 * How a first page shows that more follows, such as `its meta.next_cursor`; false when it says plainly that nothing
 * does, null when it shows neither. Lists are not looked into: they are the items.
 */
export function findMoreSign(body: unknown, headers: Headers): string | false | null {
  const signs = [...signsIn(body, { path: '', isNext: false, depth: MAX_DEPTH })];
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
}

function* signsIn(value: unknown, { path, isNext, depth }: Place): Generator<Sign> {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depth === 0) return;
  for (const [key, found] of Object.entries(value)) {
    const here = path === '' ? key : `${path}.${key}`;
    const name = key.toLowerCase().replace(/[^a-z]/g, '');
    const leads = NEXT.test(name) || (isNext && IN_NEXT.test(name));
    if (typeof found === 'boolean') {
      if (MORE.test(name)) yield { path: here, more: found };
      else if (LAST.test(name)) yield { path: here, more: !found };
    } else if (leads && isSomething(found)) {
      yield { path: here, more: true };
    }
    yield* signsIn(found, { path: here, isNext: leads, depth: depth - 1 });
  }
}

/** A text or number that some upstreams do not write for "none", as they do 0, -1 and ''. */
function isSomething(value: unknown): boolean {
  const text = scalarText(value);
  return text !== null && !/^(-\d+|0*|null|none|undefined)$/i.test(text.trim());
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
