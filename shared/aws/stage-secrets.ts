import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createSecretMask } from '../domain/secret-mask.ts';
import { refusalOfSecret } from '../domain/secret-value.ts';
import type { ActionServices, Random, Clock, Secrets } from '../engine/ports.ts';
import { createWebhookSigner, type WebhookSigner } from '../domain/webhook-signature.ts';
import { Permanent } from '../sdk/action-errors.ts';
import { Lru } from '../process/lru.ts';
import { createKeyring, type Keyring } from './keyring.ts';

const CACHED_SIGNERS = 1_000;
/** How long action secrets are used after they were read; a changed secret is used after that at the latest. */
const SECRET_TRUST_MS = 60_000;

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

/**
 * The owner's secrets for actions, read on first use and again after a minute. Throws Permanent for a name that is not
 * set or whose value cannot be used. A value that was given to an action is masked in texts from then on.
 */
export function createActionSecrets(
  client: SecretsManagerClient,
  arn: string,
  clock: Clock,
): Pick<ActionServices, 'secret' | 'maskSecrets' | 'findSecret'> {
  const mask = createSecretMask();
  let known: { readonly values: Readonly<Record<string, unknown>>; readonly until: number } | null = null;
  return {
    async secret(name) {
      if (known === null || clock.now() >= known.until) {
        const { SecretString: text = '{}' } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
        known = { values: parseSecrets(text), until: clock.now() + SECRET_TRUST_MS };
      }
      const value = Object.hasOwn(known.values, name) ? known.values[name] : undefined;
      const refusal = refusalOfSecret(value);
      if (refusal === null && typeof value === 'string') {
        mask.learn(name, value);
        return value;
      }
      throw new Permanent(`The secret ${name} ${refusal}. ${WHERE_SET}`);
    },
    maskSecrets: (text) => mask.mask(text),
    findSecret: (text) => mask.find(text),
  };
}

const WHERE_SET = "Its owner sets it in the stage's ActionSecrets (locally in .env).";

/** The error of JSON.parse is dropped, because it quotes the text, which has secrets. */
function parseSecrets(text: string): Readonly<Record<string, unknown>> {
  const values = readJson(text);
  if (typeof values === 'object' && values !== null && !Array.isArray(values)) return { ...values };
  throw new Permanent("The stage's ActionSecrets must hold a JSON object of name to text, and do not.");
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // the caller refuses null, with a message that does not quote the text
  }
}
