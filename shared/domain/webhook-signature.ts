import { createHmac, createSecretKey } from 'node:crypto';

const SECRET_PREFIX = 'whsec_';

/** Signs one webhook by its id, time (whole epoch seconds) and body as sent. Returns the `webhook-signature` header. */
export type WebhookSigner = (id: string, timestampSeconds: number, body: Uint8Array | string) => string;

/**
 * A signer with these `whsec_…` secrets, whose keys are made once. Two secrets give two signatures. Throws RangeError
 * for a malformed secret. Source: the Standard Webhooks specification, "Signature scheme".
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

/** Signs one webhook with each of the secrets. To sign many, keep a signer from `createWebhookSigner`. */
export function signWebhook(
  secrets: readonly string[],
  id: string,
  timestampSeconds: number,
  body: Uint8Array | string,
): string {
  return createWebhookSigner(secrets)(id, timestampSeconds, body);
}

/** The key in a `whsec_` secret: base64 of 24 to 64 bytes. Throws RangeError, whose message never has the secret. */
function webhookKeyBytes(secret: string): Uint8Array {
  const bytes = secret.startsWith(SECRET_PREFIX) ? Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64') : null;
  if (bytes === null || bytes.length < 24 || bytes.length > 64) {
    throw new RangeError('a signing secret is "whsec_" and base64 of 24 to 64 bytes');
  }
  return bytes;
}
