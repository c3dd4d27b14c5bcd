import { isIPv4 } from 'node:net';
import { refusalOf } from './address.ts';

/**
 * Where callbacks of a stage may go: the allowed https ports (usually 443), and whether http to this machine is
 * allowed.
 */
export type CallbackPolicy = { readonly allowedPorts: readonly number[]; readonly allowLocalHttp: boolean };

/** The longest callback URL, in characters (contract, "Limits"). */
export const MAX_CALLBACK_URL_CHARACTERS = 2048;

/**
 * The longest URL that is requested. It is longer than a callback's, because upstreams put their state into next links.
 */
export const MAX_REQUEST_URL_CHARACTERS = 16_384;

const LOCAL_HOSTS: readonly string[] = ['127.0.0.1', '[::1]', 'localhost'];

/**
 * Parses a callback URL by the WHATWG rules that the sender uses too, or says what is wrong with it. A literal address
 * is checked here; WHATWG has already turned octal, hex and short forms into dotted decimal. A name is checked when it
 * is dialed.
 */
export function parseCallbackUrl(
  text: string,
  policy: CallbackPolicy,
  maxCharacters: number = MAX_CALLBACK_URL_CHARACTERS,
): { url: URL } | { message: string } {
  if (text.length > maxCharacters) {
    return { message: `the URL has ${text.length} characters, over the limit of ${maxCharacters}` };
  }
  const url = URL.parse(text);
  if (url === null) return { message: 'must be an absolute URL, such as https://example.com/hook' };
  url.hash = ''; // a fragment is never sent
  const message = refusalOfUrl(url, policy);
  return message === null ? { url } : { message };
}

/** Whether this is an http URL that a local stage allows too: 127.0.0.1, [::1] or localhost, any port. */
function isLocalHttp(url: URL): boolean {
  return url.protocol === 'http:' && LOCAL_HOSTS.includes(url.hostname);
}

function refusalOfUrl(url: URL, policy: CallbackPolicy): string | null {
  if (url.username !== '' || url.password !== '') {
    return 'the URL must not contain a user name or password; use a callback header for credentials';
  }
  if (policy.allowLocalHttp && isLocalHttp(url)) return null;
  if (url.protocol !== 'https:') return refusalOfScheme(url, policy);
  const port = url.port === '' ? 443 : Number(url.port);
  if (!policy.allowedPorts.includes(port)) {
    return `port ${port} is not allowed; allowed: ${policy.allowedPorts.join(', ')}`;
  }
  return refusalOfHost(url.hostname);
}

function refusalOfScheme(url: URL, policy: CallbackPolicy): string {
  const local = policy.allowLocalHttp ? ' (or http to 127.0.0.1, [::1] or localhost)' : '';
  return `${url.protocol.slice(0, -1)} is not allowed; use https${local}`;
}

function refusalOfHost(hostname: string): string | null {
  if (hostname.startsWith('[')) return refusalOf(hostname.slice(1, -1));
  if (isIPv4(hostname)) return refusalOf(hostname);
  const name = hostname.replace(/\.$/, '');
  if (name === '' || name.split('.').includes('')) return `"${hostname}" is not a host name: it has an empty label`;
  if (name.length > 253 || name.split('.').some((label) => label.length > 63)) {
    return `the host name is too long; 253 characters, and 63 per label, are allowed`;
  }
  if (name === 'localhost' || name.endsWith('.localhost')) return `${hostname} is not a public host`;
  return null;
}
