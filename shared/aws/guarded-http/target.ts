import {
  MAX_CALLBACK_URL_CHARACTERS,
  MAX_REQUEST_URL_CHARACTERS,
  parseCallbackUrl,
} from '../../domain/callback-url.ts';
import type { CallbackPolicy } from '../../domain/callback-url.ts';
import { GuardedHttpError } from './error.ts';

/** Where a request goes, as node:http wants it. `servername` is empty for a literal address, which has no SNI. */
export type Target = {
  readonly isSecure: boolean;
  readonly hostname: string;
  readonly port: number;
  readonly path: string;
  readonly servername: string;
};

const KEPT_TARGETS = 500;

/** Reads and checks URLs, and keeps the last few hundred verdicts: they hang on the text alone, never on DNS. */
export function createTargetReader(policy: CallbackPolicy): (url: string | URL) => Target {
  const kept = new Map<string, Target>();
  return (url) => {
    const text = typeof url === 'string' ? url : url.href;
    const found = kept.get(text);
    if (found !== undefined) return found;
    const target = readTarget(text, policy);
    if (text.length > MAX_CALLBACK_URL_CHARACTERS) return target; // an upstream's next link, asked for once
    if (kept.size >= KEPT_TARGETS) kept.clear();
    kept.set(text, target);
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
