/** Limits of the headers that a caller adds to its callbacks; bytes count names and values together. */
export const MAX_CALLBACK_HEADERS = 20;
export const MAX_CALLBACK_HEADER_BYTES = 4096;

/**
 * Header names that belong to the sender or to the connection (RFC 9110 §7.6.1). A name that ends in `-` stands for
 * every name that begins with it.
 */
export const KEPT_NAMES: readonly string[] = [
  'host',
  'content-',
  'transfer-encoding',
  'connection',
  'webhook-',
  'proxy-',
  'te',
  'trailer',
  'upgrade',
  'keep-alive',
  'expect',
];

/** What is wrong with the headers that a caller wants on its callbacks, with the header's name; null: nothing. */
export function checkCallbackHeaders(headers: Readonly<Record<string, string>>): string | null {
  const entries = Object.entries(headers);
  if (entries.length > MAX_CALLBACK_HEADERS) {
    return `there are ${entries.length} headers, over the limit of ${MAX_CALLBACK_HEADERS}`;
  }
  const seen = new Set<string>();
  let bytes = 0;
  for (const [name, value] of entries) {
    const message = refusalOfHeader(name, value, seen);
    if (message !== null) return message;
    seen.add(name.toLowerCase());
    bytes += name.length + value.length;
  }
  if (bytes > MAX_CALLBACK_HEADER_BYTES) {
    return `the headers have ${bytes} bytes together, over the limit of ${MAX_CALLBACK_HEADER_BYTES}`;
  }
  return null;
}

/** Whether this header is set by the sender or the connection, so that callers may not set it. */
export function isKeptHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return KEPT_NAMES.some((kept) => (kept.endsWith('-') ? lower.startsWith(kept) : lower === kept));
}

/** What callbacks say of their sender: the release, and where its API answers. */
export function userAgentOf(version: string, publicUrl: string): string {
  return `Trireme/${version} (+${publicUrl})`;
}

/** The headers of a callback with that `User-Agent`, unless they have one already, in any case. */
export function withUserAgent(
  headers: Readonly<Record<string, string>>,
  userAgent: string,
): Readonly<Record<string, string>> {
  const hasOwn = Object.keys(headers).some((name) => name.toLowerCase() === 'user-agent');
  return hasOwn ? headers : { 'user-agent': userAgent, ...headers };
}

/**
 * A header's value without spaces and tabs at its ends, which HTTP takes away (RFC 9110 §5.5). In one pass: a regular
 * expression that ends in `$` takes the square of a value full of tabs.
 */
export function withoutBlanksAround(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isBlank(value[start])) start += 1;
  while (end > start && isBlank(value[end - 1])) end -= 1;
  return value.slice(start, end);
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}

function refusalOfHeader(name: string, value: string, seen: ReadonlySet<string>): string | null {
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) {
    return `${JSON.stringify(name)} is not a header name; letters, digits and !#$%&'*+-.^_\`|~ are allowed`;
  }
  if (isKeptHeader(name)) return `header "${name}" is set by the API and cannot be changed`;
  if (seen.has(name.toLowerCase())) return `header "${name}" is given twice (case does not matter)`;
  if (/[\r\n]/.test(value)) return `the value of header "${name}" contains a line break`;
  if (!/^[\t\x20-\x7e]*$/.test(value))
    return `the value of header "${name}" may contain only printable ASCII characters and tabs`;
  return null;
}
