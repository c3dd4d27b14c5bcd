import { Resolver } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { codeOf, GuardedHttpError } from './error.ts';

/** Gives all A and AAAA records of a host name. Rejects if there are none. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

/** Gives the reason why an address may not be connected to; null if it may. */
export type AddressRule = (ip: string) => string | null;

/**
 * Asks DNS directly, not by getaddrinfo: that has four threads, and one slow name server could block them for all
 * workspaces. Two tries of one second are near the connect timeout. `servers` are `address:port` (default: the
 * machine's).
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

/** `localhost` of the local stage: always this machine, whatever DNS says (RFC 6761 §6.3). */
export const resolveLocalhost: Resolve = async () => [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/**
 * A `lookup` for sockets. It resolves once, refuses the host if any of its addresses is refused, and returns exactly
 * the addresses it checked, so that the socket cannot connect to another one (DNS rebinding).
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
