import { settleAll } from '../engine/settle-all.ts';
import type { Clock } from '../engine/ports.ts';
import type { ObjectRemoval } from '../storage/removal-store.ts';
import type { EndpointEnv } from './large-objects.ts';
import { type ClientConfig, createObjectRequests } from './object-requests.ts';
import { incomingKey, keptKey } from './upload-objects.ts';

/** Deletions side by side: each takes some ten ms, and one prefix takes 3,500 a second. */
const AT_ONCE = 32;

/** Removes objects of the stage's bucket. `config`: of any client of the SDK. */
export function createObjectRemoval(
  config: ClientConfig,
  bucket: string,
  env: EndpointEnv,
  clock: Pick<Clock, 'now'>,
): ObjectRemoval {
  const endpointUrl = env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL;
  const request = createObjectRequests({ config, bucket, endpointUrl });

  /** The first keys that begin so, a thousand at most. A list has what was put before (S3, "consistency model"). */
  async function listKeys(prefix: string): Promise<readonly string[]> {
    const { body } = await request({ method: 'GET', key: '', query: { 'list-type': '2', prefix } });
    return Array.from(body.toString().matchAll(/<Key>([^<]+)<\/Key>/g), ([, key = '']) => key);
  }

  /** Idempotent: S3 answers 204 for a key without an object too. */
  async function remove(key: string): Promise<void> {
    await request({ method: 'DELETE', key });
  }

  return {
    async deletePrefix(prefix, until) {
      for (;;) {
        const found = await listKeys(prefix);
        if (found.length === 0) return true;
        for (let at = 0; at < found.length; at += AT_ONCE) {
          if (clock.now() >= until) return false;
          await settleAll(found.slice(at, at + AT_ONCE).map(remove));
        }
      }
    },

    async deleteUpload(upload) {
      await settleAll([remove(incomingKey(upload)), remove(keptKey(upload))]);
    },
  };
}
