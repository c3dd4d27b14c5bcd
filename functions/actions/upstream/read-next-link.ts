/** One piece of a Link header; no piece can be read two ways, so hostile headers cost no more than their length. */
const PIECE = /<([^>]*)>|"((?:[^"\\]|\\.)*)"|'([^']*)'|([;,=])|([^\s<>";,=]+)|\s+/gy;

/** `next` among the words of a rel, in whatever marks; not `next-archive`, and not the end of a URL. */
const NEXT_WORD = /(?<![\w/-])next(?![\w-])/i;

/** A rel that says next, in what could not be read in pieces. */
const NEXT_REL = /\brel\s{0,9}=[^;,=]{0,99}?(?<![\w/-])next(?![\w-])/i;

/** A link being read: its target, and its parameters as far as they have come. */
interface Link {
  /** Null: it is not in angle brackets. */
  readonly target: string | null;
  rel: string | null;
  name: string;
  isValue: boolean;
}

/** What a Link header says of the next page: its target as written, or that there is one which cannot be read. */
type NextLink = { readonly target: string } | { readonly unread: string };

/**
 * The target of the first `rel="next"` in a Link header (RFC 8288); null when there is none. Commas and semicolons
 * inside `<…>` and quoted strings part nothing, and of several `rel` the first counts (§3.3). Marks of either kind quote.
 */
export function readNextLink(header: string | null): NextLink | null {
  const text = header ?? '';
  let link: Link | null = null;
  let isUnread = false;
  let end = 0;
  for (const [piece, target, quoted, single, mark, token] of text.matchAll(PIECE)) {
    end += piece.length;
    const value = quoted ?? single ?? token;
    if (mark === ',') {
      const found = nextTarget(link);
      if (found !== null) return { target: found };
      isUnread ||= mentionsNext(link);
      link = null;
    } else if (link === null) {
      if (piece.trim() !== '') link = { target: target ?? null, rel: null, name: '', isValue: false };
    } else {
      readParameter(link, value, mark);
    }
  }
  const found = nextTarget(link);
  if (found !== null) return { target: found };
  isUnread ||= mentionsNext(link) || NEXT_REL.test(text.slice(end));
  return isUnread ? { unread: shapeOf(text) } : null;
}

function readParameter(link: Link, text: string | undefined, mark: string | undefined): void {
  if (mark === ';') link.name = '';
  if (mark !== undefined) link.isValue = mark === '=';
  if (text === undefined) return;
  if (!link.isValue) link.name = text.toLowerCase();
  else if (link.name === 'rel') link.rel ??= text;
}

function nextTarget(link: Link | null): string | null {
  const isNext = link?.rel?.toLowerCase().split(/\s+/).includes('next') ?? false;
  return isNext ? (link?.target ?? null) : null;
}

function mentionsNext(link: Link | null): boolean {
  return NEXT_WORD.test(link?.rel ?? '');
}

/** A header without what its URLs ask for: that may repeat a credential. */
function shapeOf(header: string): string {
  return header
    .replace(/\/\/[^/\s<>]*@/g, '//')
    .replace(/\?[^\s<>;,"']*/g, '?…')
    .slice(0, 200);
}
