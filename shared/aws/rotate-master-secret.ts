import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { hashedUuid } from '../domain/ids.ts';
import type { Random } from '../engine/ports.ts';
import { addMasterSecret } from './master-secrets.ts';

/** As many as the first one has characters, of six bits each. */
const SECRET_BYTES = 48;

/**
 * Adds a new version to the stage's master secret and returns its number. Throws Secrets Manager's
 * ResourceExistsException where another rotation came first: the new version has an id that follows from the one that
 * was read, and an id is taken once.
 */
export async function rotateMasterSecret(
  client: SecretsManagerClient,
  arn: string,
  random: Pick<Random, 'bytes'>,
): Promise<number> {
  const { SecretString: before, VersionId: beforeId } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
  if (before === undefined) throw new Error('The master secret has no text.');
  const { text, version } = addMasterSecret(before, Buffer.from(random.bytes(SECRET_BYTES)).toString('base64url'));
  const id = hashedUuid(`after ${beforeId}`);
  await client.send(new PutSecretValueCommand({ SecretId: arn, SecretString: text, ClientRequestToken: id }));
  return version;
}
