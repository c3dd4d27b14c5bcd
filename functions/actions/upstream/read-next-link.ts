/** One piece of a Link header; no piece can be read two ways, so hostile headers cost no more than their length. */
const PIECE = /<([^>]*)>|"((?:[^"\\]|\\.)*)"|([;,=])|([^\s<>";,=]+)|\s+/gy;

/** A link being read: its target, and its parameters as far as they have come. */
interface Link {
  readonly target: string;
  rel: string | null;
  name: string;
  isValue: boolean;
}

/**
 * The target of the first `rel="next"` in a Link header (RFC 8288), as written; null when there is none. Commas and
 * semicolons inside `<…>` and quoted strings part nothing, and of several `rel` the first counts (§3.3).
 */
export function readNextLink(header: string | null): string | null {
  let link: Link | null = null;
  for (const [, target, quoted, mark, token] of (header ?? '').matchAll(PIECE)) {
    if (mark === ',') {
      if (isNext(link)) break;
      link = null;
    } else if (link === null) {
      if (target !== undefined) link = { target, rel: null, name: '', isValue: false };
    } else {
      readParameter(link, quoted ?? token, mark);
    }
  }
  return link !== null && isNext(link) ? link.target : null;
}

function readParameter(link: Link, text: string | undefined, mark: string | undefined): void {
  if (mark === ';') link.name = '';
  if (mark !== undefined) link.isValue = mark === '=';
  if (text === undefined) return;
  if (!link.isValue) link.name = text.toLowerCase();
  else if (link.name === 'rel') link.rel ??= text;
}

function isNext(link: Link | null): boolean {
  return link?.rel?.toLowerCase().split(/\s+/).includes('next') ?? false;
}
