import { isIPv4 } from 'node:net';

/** Entries that a message names. */
const NAMED = 10;

/** The rules of {@link parseHostRule} by which a workspace's callbacks are sent; null: to any host. */
export type CallbackHostsOf = (workspaceUid: string) => Promise<readonly string[] | null>;

/**
 * Reads an entry of a list of allowed callback hosts: a host (`hooks.example.com`), or `*.example.com` for all hosts
 * below one, at any depth, but not for that one itself. It is kept as WHATWG writes hosts, as URLs are: lower case,
 * punycode, addresses in their one form; and without a dot at its end.
 */
export function parseHostRule(text: string): { readonly rule: string } | { readonly message: string } {
  const isWildcard = text.startsWith('*.');
  const host = canonicalHost(isWildcard ? text.slice(2) : text);
  if (host === null) {
    return {
      message: `"${text}" is no host; a host such as hooks.example.com, or *.example.com, without port or path`,
    };
  }
  if (!isWildcard) return { rule: host };
  if (isAddress(host)) return { message: `"${text}": an address has no hosts below it` };
  if (!host.includes('.')) return { message: `"${text}" is too wide: at least two labels follow the *` };
  return { rule: `*.${host}` };
}

/** The entries of a list that was checked. One that is none after all allows nothing. */
export function readHostRules(texts: readonly string[]): readonly string[] {
  return texts.map(parseHostRule).flatMap((read) => ('rule' in read ? [read.rule] : []));
}

/** Why a callback may not be sent to the URL's host by these rules of {@link parseHostRule}; null: it may. */
export function refusalOfCallbackHost(url: URL, rules: readonly string[]): string | null {
  const host = withoutDot(url.hostname);
  if (rules.some((rule) => (rule.startsWith('*.') ? host.endsWith(rule.slice(1)) : host === rule))) return null;
  const named = rules.slice(0, NAMED).join(', ');
  const more = rules.length > NAMED ? ` and ${rules.length - NAMED} more` : '';
  return `callbacks may not be sent to the host ${url.hostname}; allowed: ${named}${more}`;
}

/** A name or an address, IPv6 in brackets, in its one form; null: it is neither. */
function canonicalHost(text: string): string | null {
  if (!/^([^/?#@\\:[\]%*\s]+|\[[\da-f:.]+\])$/iu.test(text)) return null;
  const host = withoutDot(URL.parse(`https://${text}/`)?.hostname ?? '');
  return host === '' || host.split('.').includes('') ? null : host;
}

const isAddress = (host: string): boolean => host.startsWith('[') || isIPv4(host);

/** A name with a dot at its end is the same host. */
const withoutDot = (host: string): string => host.replace(/\.$/, '');
