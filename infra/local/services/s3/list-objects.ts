import type { ObjectStore } from './object-store.ts';
import { listXml } from './xml.ts';
import type { S3Answer, S3Request } from './request.ts';

/**
 * ListObjectsV2 with prefix, start-after and continuation; keys in UTF-8 order, at most 1,000 a page. No delimiters.
 */
export function listObjects(store: ObjectStore, { bucket, query }: S3Request): S3Answer {
  const prefix = query['prefix'] ?? '';
  const maxKeys = Math.min(Number(query['max-keys'] ?? 1000), 1000);
  const token = query['continuation-token'];
  const after = token === undefined ? (query['start-after'] ?? '') : Buffer.from(token, 'base64url').toString();
  const matching = store
    .list(bucket)
    .filter(({ key }) => key.startsWith(prefix) && Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0)
    .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  const objects = matching.slice(0, maxKeys);
  const last = objects.at(-1);
  const next =
    matching.length > maxKeys && last !== undefined ? Buffer.from(last.key).toString('base64url') : undefined;
  const isUrlEncoded = query['encoding-type'] === 'url';
  const body = listXml({ bucket, prefix, maxKeys, objects, next, isUrlEncoded });
  return { status: 200, headers: { 'content-type': 'application/xml' }, body };
}
