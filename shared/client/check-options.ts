import { InvalidOption } from './error.ts';

/** The URL without a slash at its end. Throws InvalidOption for what `fetch` cannot call. */
export function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw new InvalidOption(`url is ${text}: no URL; a deployment's begins with https://`);
  const { protocol, username, password, host, href } = url;
  if (username !== '' || password !== '') {
    throw new InvalidOption(`url has a name or a password before ${host}; give the key as apiKey`);
  }
  if (protocol !== 'https:' && protocol !== 'http:') {
    throw new InvalidOption(`url is ${text}; it must begin with https://`);
  }
  return href.replace(/\/+$/, '');
}

/** Throws InvalidOption for what is no API key by its characters. */
export function checkApiKey(apiKey: string): void {
  if (!apiKey) throw new InvalidOption('apiKey is empty; a key begins with trk_');
  const foreign = foreignCharacter(apiKey, /[^\x21-\x7e]/u);
  if (foreign !== null) throw new InvalidOption(`apiKey has a character that no API key has: ${foreign}`);
}

/** Throws InvalidOption for a value that a header does not transport unchanged (RFC 9110, section 5.5). */
export function checkHeader(name: string, value: string): void {
  const foreign = foreignCharacter(value, /[^\x20-\x7e]/u);
  if (foreign !== null) throw new InvalidOption(`${name} has a character that is no printable ASCII: ${foreign}`);
}

/** The first character that is not allowed, by code point and position: the value may be a secret. */
function foreignCharacter(value: string, forbidden: RegExp): string | null {
  const found = forbidden.exec(value);
  if (found === null) return null;
  const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `U+${code}${code === '000A' || code === '000D' ? ' (a line break)' : ''}, at position ${found.index + 1}`;
}
