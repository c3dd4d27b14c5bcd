import { Permanent } from '../../../shared/sdk/action-errors.ts';
import { parseStoredHeader, refusalOfCall } from './stored-header.ts';
import type { Call } from './stored-header.ts';

/**
 * The headers of a request: our own, then the caller's, then the secret's. Throws Permanent if the secret is not for
 * this call.
 */
export async function buildHeaders<Name extends string>(
  call: Call,
  given: Readonly<Record<string, string>> | undefined,
  secretName: Name | undefined,
  readSecret: (name: Name) => Promise<string>,
): Promise<Record<string, string>> {
  const headers = new Headers({ accept: 'application/json, */*;q=0.5', 'user-agent': 'trireme', ...lowered(given) });
  if (secretName !== undefined) {
    const stored = parseStoredHeader(await readSecret(secretName));
    if ('fault' in stored) throw new Permanent(`the secret ${secretName} cannot be used: ${stored.fault}`);
    const refusal = refusalOfCall(stored, call);
    if (refusal !== null) throw new Permanent(`the secret ${secretName} ${refusal}`, { label: 'BAD_INPUT' });
    headers.set(stored.header, stored.value);
  }
  return Object.fromEntries(headers);
}

function lowered(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
