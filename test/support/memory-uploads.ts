import { createHash } from 'node:crypto';
import { unzip } from '../../shared/process/unzip.ts';
import type { UploadRef } from '../../shared/domain/upload.ts';
import type { UploadObjects } from '../../shared/engine/launch/upload-ports.ts';

/** Uploads in memory, as S3 keeps them. */
export interface MemoryUploads extends UploadObjects {
  /** Puts lines as if through a ticket; what a launch would pin. */
  put(workspaceUid: string, uid: string, text: string | Uint8Array): UploadRef;
  /** How often bytes were read, and how many. */
  readonly reads: readonly number[];
  /** As the removal of a deleted run's upload does. */
  remove(uid: string): void;
  /** Uids of what launches kept. */
  readonly kept: ReadonlySet<string>;
}

export function createMemoryUploads(): MemoryUploads {
  const objects = new Map<string, { readonly etag: string; readonly bytes: Uint8Array }>();
  const kept = new Set<string>();
  const reads: number[] = [];
  const keyOf = (workspaceUid: string, uid: string): string => `${workspaceUid}/${uid}`;
  return {
    reads,
    kept,
    put(workspaceUid, uid, text) {
      const bytes = Buffer.from(text);
      const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
      objects.set(keyOf(workspaceUid, uid), { etag, bytes });
      return { uid, etag, bytes: bytes.length };
    },
    remove(uid) {
      for (const key of objects.keys()) if (key.endsWith(`/${uid}`)) objects.delete(key);
      kept.delete(uid);
    },
    async findObject({ workspaceUid, uid }) {
      const found = objects.get(keyOf(workspaceUid, uid));
      return found === undefined ? null : { etag: found.etag, bytes: found.bytes.length };
    },
    async keepObject(workspaceUid, { uid, etag }) {
      if (objects.get(keyOf(workspaceUid, uid))?.etag !== etag) throw new Error(`PreconditionFailed: ${uid}`);
      kept.add(uid);
    },
    unzip,
    async readBytes(workspaceUid, { uid, etag }, from, count) {
      const found = objects.get(keyOf(workspaceUid, uid));
      if (found?.etag !== etag) throw new Error(`PreconditionFailed: the upload ${uid} is not what was pinned.`);
      const bytes = found.bytes.slice(from, from + count);
      reads.push(bytes.length);
      return bytes;
    },
  };
}
