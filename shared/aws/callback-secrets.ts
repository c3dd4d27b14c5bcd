import type { Clock, Secrets } from '../engine/ports.ts';
import { createSigningSecretStore } from '../storage/signing-secret-store.ts';
import type { Table } from '../storage/table.ts';
import { createCallbackSigner } from './callback-signer.ts';
import { createHeaderSeal } from './header-seal.ts';
import type { ReadKeyring } from './keyring-reader.ts';

/** What a callback needs that is sent: signatures, and its caller's headers. */
export function createCallbackSecrets(keyring: ReadKeyring, table: Table, clock: Pick<Clock, 'now'>): Secrets {
  const signingSecrets = createSigningSecretStore(table);
  return { ...createHeaderSeal(keyring), ...createCallbackSigner(keyring, { signingSecrets, clock }) };
}
