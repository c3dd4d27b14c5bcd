import { AwsServiceError } from '../service.ts';
import { decodeAwsChunked } from './aws-chunked.ts';
import { watchBody } from './checksum.ts';
import type { ObjectMeta, ObjectStore } from './object-store.ts';
import type { S3Answer, S3Request } from './request.ts';

const maxKeyBytes = 1024;
const keptHeaders = /^(content-(type|disposition|language)|cache-control|expires|x-amz-meta-.*)$/;

/**
 * PutObject: streams to the store, compares the checksums sent, then puts the object in place if the condition holds.
 */
export async function putObject(store: ObjectStore, request: S3Request, now: () => number): Promise<S3Answer> {
  const { bucket, key, headers } = request;
  if (Buffer.byteLength(key) > maxKeyBytes) throw new AwsServiceError('KeyTooLongError', 'Your key is too long');
  checkCondition(store.find(bucket, key), request);
  const trailers = new Map<string, string>();
  const isChunked = String(headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-');
  const checksums = sentChecksums(request);
  const announced = [...checksums.keys(), String(headers['x-amz-trailer'] ?? '').toLowerCase()];
  const watch = watchBody(isChunked ? decodeAwsChunked(request.body, trailers) : request.body, announced);
  const staged = await store.stage(bucket, key, watch.watched);
  try {
    const all = new Map([...checksums, ...trailers]);
    watch.verify(all);
    checkLength(request, isChunked, watch.size());
    // Checked again in the same turn as the commit, so that one of two writers at a time loses.
    checkCondition(store.find(bucket, key), request);
    const kept = [...all].filter(([name]) => name.startsWith('x-amz-checksum-'));
    const meta: ObjectMeta = {
      key,
      size: watch.size(),
      etag: watch.md5(),
      modifiedAt: now(),
      headers: { 'content-type': 'binary/octet-stream', ...headersToKeep(request), ...Object.fromEntries(kept) },
    };
    staged.commit(meta);
    return { status: 200, headers: { etag: `"${meta.etag}"`, ...Object.fromEntries(kept) }, body: '' };
  } catch (error) {
    staged.discard();
    throw error;
  }
}

function checkCondition(existing: ObjectMeta | undefined, { headers }: S3Request): void {
  const mustMatch = headers['if-match'];
  const isTaken = headers['if-none-match'] === '*' && existing !== undefined;
  if (mustMatch !== undefined && existing === undefined) {
    throw new AwsServiceError('NoSuchKey', 'The specified key does not exist.', 404);
  }
  if (isTaken || (mustMatch !== undefined && String(mustMatch).replaceAll('"', '') !== existing?.etag)) {
    throw new AwsServiceError(
      'PreconditionFailed',
      'At least one of the pre-conditions you specified did not hold',
      412,
    );
  }
}

function checkLength({ headers }: S3Request, isChunked: boolean, size: number): void {
  const announced = headers[isChunked ? 'x-amz-decoded-content-length' : 'content-length'];
  if (announced === undefined || Number(announced) === size) return;
  throw new AwsServiceError('IncompleteBody', `The body has ${size} bytes, not the ${String(announced)} announced.`);
}

/** Checksums come in headers, or in a presigned URL's query. */
function sentChecksums({ headers, query }: S3Request): Map<string, string> {
  const all = [...Object.entries(query), ...Object.entries(headers)].map(
    ([name, value]) => [name.toLowerCase(), String(value)] as const,
  );
  return new Map(
    all.filter(([name]) => /^(content-md5|x-amz-checksum-(crc32|crc32c|crc64nvme|sha1|sha256))$/.test(name)),
  );
}

function headersToKeep({ headers }: S3Request): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) if (keptHeaders.test(name)) kept[name] = String(value);
  const encodings = String(headers['content-encoding'] ?? '')
    .split(',')
    .map((part) => part.trim());
  const encoding = encodings.filter((part) => part !== '' && part !== 'aws-chunked').join(', ');
  return encoding === '' ? kept : { ...kept, 'content-encoding': encoding };
}
