import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Random, Secrets } from '../engine/ports.ts';
import { createWebhookSigner, type WebhookSigner } from '../domain/webhook-signature.ts';
import { Lru } from '../process/lru.ts';
import { createKeyring, type Keyring } from './keyring.ts';

const CACHED_SIGNERS = 1_000;

/** The keyring of the stage's master secret, which is read once per process. */
export function createKeyringReader(
  client: SecretsManagerClient,
  arn: string,
  random: Pick<Random, 'bytes'>,
): () => Promise<Keyring> {
  let reading: Promise<Keyring> | null = null;
  async function read(): Promise<Keyring> {
    const { SecretString: text } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    if (text === undefined) throw new Error('The master secret has no text.');
    return createKeyring(Buffer.from(text), (size) => random.bytes(size));
  }
  return () => {
    reading ??= read().catch((error: unknown) => {
      reading = null; // the next call tries again
      throw error;
    });
    return reading;
  };
}

/** Signs callbacks, and encrypts the headers that a launch gives for them. */
export function createStageSecrets(keyring: () => Promise<Keyring>): Secrets {
  const signers = new Lru<WebhookSigner>(CACHED_SIGNERS);
  async function signerOf(workspaceUid: string): Promise<WebhookSigner> {
    const known = signers.get(workspaceUid);
    if (known !== undefined) return known;
    const keys = await keyring();
    const signer = createWebhookSigner([keys.signingSecret(workspaceUid, keys.currentVersion).reveal()]);
    signers.set(workspaceUid, signer);
    return signer;
  }
  return {
    async signatureHeaders(workspaceUid, id, at, body) {
      const sign = await signerOf(workspaceUid);
      const seconds = Math.floor(at / 1_000);
      return {
        'webhook-id': id,
        'webhook-timestamp': String(seconds),
        'webhook-signature': sign(id, seconds, body),
      };
    },
    async sealHeaders(runUid, headers) {
      return (await keyring()).seal(JSON.stringify(headers), headersOf(runUid));
    },
    async unsealHeaders(runUid, sealed) {
      // cast: sealed above from such a record; the seal refuses anything else
      return JSON.parse((await keyring()).open(sealed, headersOf(runUid))) as Record<string, string>;
    },
  };
}

function headersOf(runUid: string): string {
  return `callback headers of ${runUid}`;
}
