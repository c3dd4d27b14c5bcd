/**
 * One token of a Link header. It matches in one way only, so that a hostile header takes no more time than its length.
 */
const PIECE = /<([^>]*)>|"((?:[^"\\]|\\.)*)"|'([^']*)'|([;,=])|([^\s<>";,=]+)|\s+/gy;

/** `next` as a word of a rel, with any quotes around; not `next-archive`, and not at the end of a URL. */
const NEXT_WORD = /(?<![\w/-])next(?![\w-])/i;

/** A `rel` with next, in the rest that could not be split into tokens. */
const NEXT_REL = /\brel\s{0,9}=[^;,=]{0,99}?(?<![\w/-])next(?![\w-])/i;

/** A link while it is read: its target, and its parameters so far. */
interface Link {
  /** Null if it is not in angle brackets. */
  readonly target: string | null;
  rel: string | null;
  name: string;
  isValue: boolean;
}

/**
 * The next page of a Link header: its target as written, or (unread) the header, if there is one but in another form.
 */
type NextLink = { readonly target: string } | { readonly unread: string };

/**
 * The target of the first `rel="next"` in a Link header (RFC 8288); null if there is none. Commas and semicolons inside
 * `<…>` and quotes do not separate, and the first of several `rel` counts (§3.3). Single quotes are accepted too.
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

/** A header without users and queries of its URLs, which may have a credential. */
function shapeOf(header: string): string {
  return header
    .replace(/\/\/[^/\s<>]*@/g, '//')
    .replace(/\?[^\s<>;,"']*/g, '?…')
    .slice(0, 200);
}
