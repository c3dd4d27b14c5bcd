import { AwsServiceError } from '../service.ts';
import type { ObjectStore } from './object-store.ts';
import { copyXml } from './xml.ts';
import type { S3Answer, S3Request } from './request.ts';

/** CopyObject within a bucket: bytes, ETag and headers stay the same. */
export async function copyObject(store: ObjectStore, request: S3Request, now: () => number): Promise<S3Answer> {
  const { bucket, key, headers } = request;
  const [sourceBucket = '', ...rest] = decodeURIComponent(String(headers['x-amz-copy-source']))
    .replace(/^\//, '')
    .split('/');
  const source = sourceBucket === bucket ? store.find(bucket, rest.join('/')) : undefined;
  if (source === undefined) throw new AwsServiceError('NoSuchKey', 'The specified key does not exist.', 404);
  const wanted = headers['x-amz-copy-source-if-match'];
  if (wanted !== undefined && String(wanted).replaceAll('"', '') !== source.etag) {
    throw new AwsServiceError('PreconditionFailed', 'At least one of the pre-conditions did not hold', 412);
  }
  const body = source.size === 0 ? [] : store.read(bucket, source.key, 0, source.size - 1);
  const staged = await store.stage(bucket, key, toAsync(body));
  const modifiedAt = now();
  staged.commit({ ...source, key, modifiedAt });
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: copyXml(source.etag, modifiedAt) };
}

async function* toAsync(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
