import { Readable } from 'node:stream';
import type { ObjectMeta, ObjectStore } from './object-store.ts';

/** Objects in memory, for tests. */
export function openMemoryStore(): ObjectStore {
  const buckets = new Map<string, Map<string, { readonly meta: ObjectMeta; readonly bytes: Buffer }>>();
  const bucketOf = (name: string): Map<string, { readonly meta: ObjectMeta; readonly bytes: Buffer }> => {
    const bucket = buckets.get(name) ?? new Map();
    buckets.set(name, bucket);
    return bucket;
  };
  return {
    async stage(bucket, key, body) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of body) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      return { commit: (meta) => void bucketOf(bucket).set(key, { meta, bytes }), discard: () => undefined };
    },
    find: (bucket, key) => bucketOf(bucket).get(key)?.meta,
    read: (bucket, key, start, end) =>
      Readable.from([
        bucketOf(bucket)
          .get(key)
          ?.bytes.subarray(start, end + 1) ?? Buffer.alloc(0),
      ]),
    delete: (bucket, key) => void bucketOf(bucket).delete(key),
    list: (bucket) => [...bucketOf(bucket).values()].map(({ meta }) => meta),
  };
}
