import { Resolver } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { codeOf, GuardedHttpError } from './error.ts';

/** Every A and AAAA answer of a host name. Rejects when there is none. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

/** Says why an address may not be dialed; null when it may. */
export type AddressRule = (ip: string) => string | null;

/**
 * Asks DNS itself, not getaddrinfo, whose four threads one slow name server could hold for all workspaces.
 * Two tries of one second stay near the connect timeout. `servers` (default: the machine's own) are `address:port`.
 */
export function createDnsResolve(servers?: readonly string[]): Resolve {
  return async (host) => {
    const resolver = new Resolver({ timeout: 1000, tries: 2 });
    if (servers !== undefined) resolver.setServers(servers);
    const [v4, v6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const answers: LookupAddress[] = [];
    if (v4.status === 'fulfilled') for (const address of v4.value) answers.push({ address, family: 4 });
    if (v6.status === 'fulfilled') for (const address of v6.value) answers.push({ address, family: 6 });
    if (answers.length === 0 && v4.status === 'rejected') throw v4.reason;
    return answers;
  };
}

/** The local stage's `localhost`, which is this machine whatever DNS says (RFC 6761 §6.3). */
export const resolveLocalhost: Resolve = async () => [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/**
 * A `lookup` for sockets that asks once, refuses the host if any answer is refused, and hands on exactly what it checked:
 * the address dialed is the address that was looked at.
 */
export function createGuardedLookup(resolve: Resolve, refusalOf: AddressRule): LookupFunction {
  const answer: LookupAnswer = async (host, options, callback) => {
    const outcome = await checkedAddresses(host, resolve, refusalOf);
    if (outcome instanceof GuardedHttpError) callback(outcome, '', 0);
    else if (options.all === true) callback(null, [...outcome]);
    else callback(null, outcome[0].address, outcome[0].family);
  };
  return (...request) => void answer(...request);
}

type LookupAnswer = (...request: Parameters<LookupFunction>) => Promise<void>;

type Answers = readonly [LookupAddress, ...LookupAddress[]];

async function checkedAddresses(
  host: string,
  resolve: Resolve,
  refusalOf: AddressRule,
): Promise<Answers | GuardedHttpError> {
  let answers: readonly LookupAddress[];
  try {
    answers = await resolve(host);
  } catch (cause) {
    return new GuardedHttpError('dns', `no address found for ${host} (${codeOf(cause)})`, cause);
  }
  const [first, ...rest] = answers;
  if (first === undefined) return new GuardedHttpError('dns', `no address found for ${host}`);
  for (const { address } of answers) {
    const refusal = refusalOf(address);
    if (refusal !== null) return new GuardedHttpError('refused-address', `${host} may not be called: ${refusal}`);
  }
  return [first, ...rest];
}
