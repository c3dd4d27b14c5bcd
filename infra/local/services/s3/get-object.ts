import { AwsServiceError } from '../service.ts';
import type { ObjectMeta, ObjectStore } from './object-store.ts';
import type { S3Answer, S3Request } from './request.ts';

/** GetObject and HeadObject: the whole or a single range, under the request's conditions. */
export function getObject(store: ObjectStore, { bucket, key, headers, operation }: S3Request): S3Answer {
  const meta = store.find(bucket, key);
  if (meta === undefined) throw new AwsServiceError('NoSuchKey', 'The specified key does not exist.', 404);
  const wanted = headers['if-match'];
  if (wanted !== undefined && wanted !== `"${meta.etag}"` && wanted !== '*') {
    throw new AwsServiceError('PreconditionFailed', 'At least one of the pre-conditions did not hold', 412);
  }
  if (headers['if-none-match'] === `"${meta.etag}"`) return { status: 304, headers: headersOf(meta), body: '' };
  const range = rangeOf(headers['range'], meta.size);
  const [start, end] = range ?? [0, meta.size - 1];
  const own = headersOf(meta, headers['x-amz-checksum-mode'] === 'ENABLED' && range === undefined);
  const isEmpty = operation === 'HeadObject' || end < start;
  return {
    status: range === undefined ? 200 : 206,
    headers: {
      ...own,
      'content-length': String(end - start + 1),
      ...(range === undefined ? {} : { 'content-range': `bytes ${start}-${end}/${meta.size}` }),
    },
    body: isEmpty ? '' : store.read(bucket, key, start, end),
  };
}

function headersOf(meta: ObjectMeta, hasChecksums = false): Record<string, string> {
  const kept = Object.entries(meta.headers).filter(([name]) => hasChecksums || !name.startsWith('x-amz-checksum-'));
  return {
    ...Object.fromEntries(kept),
    etag: `"${meta.etag}"`,
    'last-modified': new Date(meta.modifiedAt).toUTCString(),
    'accept-ranges': 'bytes',
  };
}

/** First and last byte of a single range (RFC 9110 §14.1.2); undefined for the whole; InvalidRange beyond the end. */
function rangeOf(header: string | string[] | undefined, size: number): readonly [number, number] | undefined {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(String(header ?? '')) ?? [];
  if (from === '' && to === '') return undefined;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (start > end) throw new AwsServiceError('InvalidRange', 'The requested range is not satisfiable', 416);
  return [start, end];
}
