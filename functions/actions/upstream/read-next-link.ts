/**
 * The target of the first `rel="next"` in a Link header (RFC 8288), as written; null when there is none. Commas and
 * semicolons inside `<…>` and quoted strings do not part links.
 */
export function readNextLink(header: string | null): string | null {
  const link = /\s*<([^>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s";,]*))?)*)\s*(?:,|$)/gy;
  for (const [, target = '', parameters = ''] of (header ?? '').matchAll(link)) {
    const rel = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s";,]+))/i.exec(parameters);
    const relations = (rel?.[1] ?? rel?.[2] ?? '').toLowerCase().split(/\s+/);
    if (relations.includes('next')) return target;
  }
  return null;
}
