import {
  MAX_CALLBACK_URL_CHARACTERS,
  MAX_REQUEST_URL_CHARACTERS,
  parseCallbackUrl,
} from '../../domain/callback-url.ts';
import type { CallbackPolicy } from '../../domain/callback-url.ts';
import { GuardedHttpError } from './error.ts';

/** Where a request goes, in the form node:http takes. `servername` is empty for an IP address, which has no SNI. */
export type Target = {
  readonly isSecure: boolean;
  readonly hostname: string;
  readonly port: number;
  readonly path: string;
  readonly servername: string;
};

const CACHED_TARGETS = 500;

/** Parses and checks URLs. Results are cached, which is safe because they depend on the text only, not on DNS. */
export function createTargetReader(policy: CallbackPolicy): (url: string | URL) => Target {
  const cache = new Map<string, Target>();
  return (url) => {
    const text = typeof url === 'string' ? url : url.href;
    const found = cache.get(text);
    if (found !== undefined) return found;
    const target = readTarget(text, policy);
    if (text.length > MAX_CALLBACK_URL_CHARACTERS) return target; // a link to a next page, used once
    if (cache.size >= CACHED_TARGETS) cache.clear();
    cache.set(text, target);
    return target;
  };
}

function readTarget(text: string, policy: CallbackPolicy): Target {
  const parsed = parseCallbackUrl(text, policy, MAX_REQUEST_URL_CHARACTERS);
  if ('message' in parsed) throw new GuardedHttpError('refused-address', parsed.message);
  const { url } = parsed;
  const isSecure = url.protocol === 'https:';
  const isIpv6 = url.hostname.startsWith('[');
  const hostname = isIpv6 ? url.hostname.slice(1, -1) : url.hostname;
  return {
    isSecure,
    hostname,
    port: url.port === '' ? (isSecure ? 443 : 80) : Number(url.port),
    path: url.pathname + url.search,
    servername: isIpv6 || /^[\d.]+$/.test(hostname) ? '' : hostname.replace(/\.$/, ''),
  };
}
