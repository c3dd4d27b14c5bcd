import { createHmac, createSecretKey } from 'node:crypto';

const SECRET_PREFIX = 'whsec_';

/** Signs one webhook: id, time in whole seconds since 1970, body bytes as sent. Gives the `webhook-signature` header. */
export type WebhookSigner = (id: string, timestampSeconds: number, body: Uint8Array | string) => string;

/**
 * A signer for these `whsec_…` secrets by Standard Webhooks, the keys made once; with two secrets it gives two signatures.
 * Throws RangeError when a secret is not one. Source: the Standard Webhooks specification, "Signature scheme".
 */
export function createWebhookSigner(secrets: readonly string[]): WebhookSigner {
  const keys = secrets.map((secret) => createSecretKey(webhookKeyBytes(secret)));
  return (id, timestampSeconds, body) => {
    const head = `${id}.${timestampSeconds}.`;
    let header = '';
    for (const key of keys) {
      const hmac = createHmac('sha256', key);
      const digest = typeof body === 'string' ? hmac.update(head + body) : hmac.update(head).update(body);
      header += `${header === '' ? '' : ' '}v1,${digest.digest('base64')}`;
    }
    return header;
  };
}

/** Signs one webhook with each of the secrets; where many are signed, keep a `createWebhookSigner`. */
export function signWebhook(
  secrets: readonly string[],
  id: string,
  timestampSeconds: number,
  body: Uint8Array | string,
): string {
  return createWebhookSigner(secrets)(id, timestampSeconds, body);
}

/** The key inside a `whsec_` secret: base64 of 24 to 64 bytes. The message never holds the secret. */
function webhookKeyBytes(secret: string): Uint8Array {
  const bytes = secret.startsWith(SECRET_PREFIX) ? Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64') : null;
  if (bytes === null || bytes.length < 24 || bytes.length > 64) {
    throw new RangeError('a signing secret is "whsec_" and base64 of 24 to 64 bytes');
  }
  return bytes;
}
