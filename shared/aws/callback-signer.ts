import { type SigningSecret, signingAt } from '../domain/signing-secrets.ts';
import { createWebhookSigner, type WebhookSigner } from '../domain/webhook-signature.ts';
import type { Clock, Secrets } from '../engine/ports.ts';
import type { SigningSecretStore } from '../engine/workspace/rotate-signing-secret.ts';
import { Lru } from '../process/lru.ts';
import { deriveSigningSecrets } from './derive-signing-secrets.ts';
import type { ReadKeyring } from './keyring-reader.ts';

const CACHED_SIGNERS = 1_000;
/** How long a workspace's secrets are used after they were read: a rotated one signs after that at the latest. */
const TRUST_MS = 60_000;

interface Signer {
  readonly sign: Promise<WebhookSigner>;
  /** When its secrets are read again: in a minute, or sooner where one of them ends. */
  until: number;
}

/** Signs callbacks with all secrets that a workspace has at that time, newest first. */
export function createCallbackSigner(
  keyring: ReadKeyring,
  ports: {
    readonly signingSecrets: Pick<SigningSecretStore, 'readSecrets'>;
    readonly clock: Pick<Clock, 'now'>;
  },
): Pick<Secrets, 'signatureHeaders'> {
  const signers = new Lru<Signer>(CACHED_SIGNERS);

  async function readSigning(workspaceUid: string): Promise<readonly SigningSecret[]> {
    const { secrets } = await ports.signingSecrets.readSecrets(workspaceUid, 'eventual');
    return signingAt(secrets, ports.clock.now());
  }

  async function signWith(workspaceUid: string, signing: readonly SigningSecret[]): Promise<WebhookSigner> {
    const derived = await deriveSigningSecrets(keyring, workspaceUid, signing);
    return createWebhookSigner(derived.map(({ secret }) => secret.reveal()));
  }

  function openSigner(workspaceUid: string): Signer {
    const reading = readSigning(workspaceUid);
    const signer: Signer = {
      sign: reading.then((signing) => {
        const ends = signing.flatMap(({ expiresAt }) => (expiresAt === null ? [] : [expiresAt]));
        signer.until = Math.min(signer.until, ...ends);
        return signWith(workspaceUid, signing);
      }),
      until: ports.clock.now() + TRUST_MS,
    };
    signer.sign.catch(() => signers.delete(workspaceUid)); // the next callback tries again
    return signer;
  }

  /** Callbacks that need the same signer at once share one read. */
  function signerOf(workspaceUid: string): Promise<WebhookSigner> {
    const known = signers.get(workspaceUid);
    if (known !== undefined && ports.clock.now() < known.until) return known.sign;
    const opened = openSigner(workspaceUid);
    signers.set(workspaceUid, opened);
    return opened.sign;
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
  };
}
