import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Clock, Random } from '../engine/ports.ts';
import { createKeyring, type Keyring } from './keyring.ts';
import { parseMasterSecrets } from './master-secrets.ts';
import { createVersionedReader, type ReadVersioned } from './versioned-reader.ts';

/** Gives the keyring; `holding`: the version of the master secret that something was made with. */
export type ReadKeyring = ReadVersioned<Keyring>;

/** How long a keyring is used after it was read: a new version is used for new things after that at the latest. */
const TRUST_MS = 600_000;

/** The keyring of the stage's master secret. */
export function createKeyringReader(
  client: SecretsManagerClient,
  arn: string,
  { clock, random }: { readonly clock: Pick<Clock, 'now'>; readonly random: Pick<Random, 'bytes'> },
): ReadKeyring {
  async function read(): Promise<Keyring> {
    const { SecretString: text } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    if (text === undefined) throw new Error('The master secret has no text.');
    return createKeyring(parseMasterSecrets(text), (size) => random.bytes(size));
  }
  return createVersionedReader(read, { now: () => clock.now(), trustMs: TRUST_MS });
}
