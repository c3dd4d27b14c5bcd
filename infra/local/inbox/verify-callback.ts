import type { IncomingHttpHeaders } from 'node:http';
import { verifyWebhook } from '../../../shared/client/verify-webhook.ts';

/**
 * Verifies callbacks with the workspace's signing secrets. They are read again where they do not fit, because they may
 * have been rotated. Rejects with the reason where the signature is wrong.
 */
export function createCallbackVerifier(
  readSecrets: () => Promise<readonly string[]>,
): (headers: IncomingHttpHeaders, body: Buffer) => Promise<void> {
  let secrets: readonly string[] = [];
  return async (headers, body) => {
    try {
      await verifyWebhook({ secrets, headers, body, now: new Date() });
    } catch {
      secrets = await readSecrets();
      await verifyWebhook({ secrets, headers, body, now: new Date() });
    }
  };
}
