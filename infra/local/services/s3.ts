import { mkdirSync } from 'node:fs';
import { AwsServiceError } from './service.ts';
import type { CorsRule } from './s3/cors.ts';
import { copyObject } from './s3/copy-object.ts';
import { openDiskStore } from './s3/disk-store.ts';
import { getObject } from './s3/get-object.ts';
import { listObjects } from './s3/list-objects.ts';
import { openMemoryStore } from './s3/memory-store.ts';
import type { ObjectStore } from './s3/object-store.ts';
import { checkPresigned } from './s3/presigned.ts';
import { putObject } from './s3/put-object.ts';
import type { S3Answer, S3Request } from './s3/request.ts';

export interface S3Options {
  /** Null keeps the objects in memory. */
  readonly dir: string | null;
  readonly now: () => number;
  readonly buckets: readonly string[];
  /** By bucket; absent: no page of another origin may use any. */
  readonly corsRules?: Readonly<Record<string, readonly CorsRule[]>>;
}

/** The S3 stand-in: single-part objects, conditional writes, ranges, presigned URLs. */
export interface S3 {
  handle(request: S3Request): Promise<S3Answer>;
  corsRulesOf(bucket: string): readonly CorsRule[];
  close(): void;
}

export function openS3({ dir, now, buckets, corsRules = {} }: S3Options): S3 {
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
    corsRulesOf: (bucket) => corsRules[bucket] ?? [],
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
