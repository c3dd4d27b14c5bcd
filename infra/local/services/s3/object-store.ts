import type { Readable } from 'node:stream';

/** What is known of a stored object besides its bytes. */
export interface ObjectMeta {
  readonly key: string;
  readonly size: number;
  /** MD5 in hex, as S3 gives it for single-part uploads. */
  readonly etag: string;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
  /** Headers to give back with the object: content-type, content-encoding, x-amz-meta-… and checksums. */
  readonly headers: Readonly<Record<string, string>>;
}

/** An upload whose bytes are stored, but which is not an object yet. */
interface StagedObject {
  /** Makes it the object, in one step; an existing one is replaced. */
  commit(meta: ObjectMeta): void;
  discard(): void;
}

/** Where objects live: on disk or in memory. */
export interface ObjectStore {
  stage(bucket: string, key: string, body: AsyncIterable<Uint8Array>): Promise<StagedObject>;
  find(bucket: string, key: string): ObjectMeta | undefined;
  /** Bytes `start` to `end`, both included. */
  read(bucket: string, key: string, start: number, end: number): Readable;
  delete(bucket: string, key: string): void;
  /** All objects of a bucket, in no order. */
  list(bucket: string): readonly ObjectMeta[];
}
