import type { Readable } from 'node:stream';
import { mkdirSync } from 'node:fs';
import { AwsServiceError } from './service.ts';
import { copyObject } from './s3/copy-object.ts';
import { openDiskStore } from './s3/disk-store.ts';
import { listObjects } from './s3/list-objects.ts';
import { openMemoryStore } from './s3/memory-store.ts';
import type { ObjectMeta, ObjectStore } from './s3/object-store.ts';
import { checkPresigned } from './s3/presigned.ts';
import { putObject } from './s3/put-object.ts';

/** An S3 request, path-style; its body is read only by what needs it. */
export interface S3Request {
  readonly operation: string;
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  /** As sent, percent-encoded: what a signature covers. */
  readonly rawPath: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: AsyncIterable<Uint8Array>;
  /** The caller's secret key, to compare a presigned URL's signature with; undefined when not known. */
  readonly secretKey: string | undefined;
}

export interface S3Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Readable;
}

export interface S3Options {
  /** Null keeps the objects in memory. */
  readonly dir: string | null;
  readonly now: () => number;
  readonly buckets: readonly string[];
}

/** The S3 stand-in: single-part objects, conditional writes, ranges, presigned URLs. */
export interface S3 {
  handle(request: S3Request): Promise<S3Answer>;
  close(): void;
}

export function openS3({ dir, now, buckets }: S3Options): S3 {
  if (dir !== null) mkdirSync(dir, { recursive: true });
  const store = dir === null ? openMemoryStore() : openDiskStore(dir);
  const known = new Set(buckets);
  return {
    async handle(request) {
      checkPresigned(request, request.secretKey, now());
      if (!known.has(request.bucket)) {
        throw new AwsServiceError('NoSuchBucket', 'The specified bucket does not exist', 404);
      }
      return await run(store, request, now);
    },
    close: () => undefined,
  };
}

async function run(store: ObjectStore, request: S3Request, now: () => number): Promise<S3Answer> {
  switch (request.operation) {
    case 'PutObject':
      return await putObject(store, request, now);
    case 'CopyObject':
      return await copyObject(store, request, now);
    case 'GetObject':
    case 'HeadObject':
      return getObject(store, request);
    case 'DeleteObject':
      store.delete(request.bucket, request.key);
      return { status: 204, headers: {}, body: '' };
    case 'HeadBucket':
      return { status: 200, headers: {}, body: '' };
    case 'ListObjectsV2':
      return listObjects(store, request);
    default:
      throw new AwsServiceError('NotImplemented', `S3 stand-in: no operation ${request.operation}`, 501);
  }
}

function getObject(store: ObjectStore, { bucket, key, headers, operation }: S3Request): S3Answer {
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
