import { createHash } from 'node:crypto';
import { unzip } from '../../shared/process/unzip.ts';
import type { LargeObjects } from '../../shared/storage/progress-store.ts';
import type { ObjectRemoval } from '../../shared/storage/removal-store.ts';
import type { UploadObjects, UploadTickets } from '../../shared/engine/launch/upload-ports.ts';
import type { Instance } from './instance.ts';

/** The stage's bucket: bodies of large pages, large chunks of inputs, and uploads. Reads and writes of functions are calls of their instances. */
export class SimulatedBucket {
  /** Bodies of pages and chunks, by key. */
  readonly pages: Map<string, Uint8Array> = new Map();
  /** By URL. */
  readonly #uploads = new Map<string, { readonly etag: string; readonly bytes: Uint8Array }>();

  /** What launches kept, by URL. */
  readonly #kept = new Map<string, { readonly etag: string; readonly bytes: Uint8Array }>();

  /** When signed URLs stop being good, epoch ms. */
  readonly #goodUntil = new Map<string, number>();

  /**
   * A caller's PUT; gives the status S3 answers: a signed URL has its time, and a key is written once where
   * `If-None-Match: *` is sent along.
   */
  put(url: string, headers: Readonly<Record<string, string>>, bytes: Uint8Array, now: number): 200 | 403 | 412 {
    if (now > (this.#goodUntil.get(url) ?? 0)) return 403;
    if (headers['If-None-Match'] === '*' && this.#uploads.has(url)) return 412;
    this.#uploads.set(url, { etag: `"${createHash('md5').update(bytes).digest('hex')}"`, bytes });
    return 200;
  }

  pagesOf(instance: Instance): LargeObjects {
    const { pages } = this;
    return {
      put: (key, bytes) => instance.call('PutObject', async () => void pages.set(key, bytes), refuse),
      get: (key) =>
        instance.call(
          'GetObject',
          async () => {
            const bytes = pages.get(key);
            if (bytes === undefined) throw new Error(`NoSuchKey ${key}`);
            return bytes;
          },
          refuse,
        ),
    };
  }

  /** Keys of bodies that belong to a run. */
  keysOf(runUid: string): readonly string[] {
    return Array.from(this.pages.keys().filter((key) => key.split('/')[1] === runUid));
  }

  /** Whether what was put for an upload, or what a launch kept of it, is still there. */
  hasUpload(uid: string): boolean {
    return [...this.#uploads.keys(), ...this.#kept.keys()].some((url) => url.endsWith(`/${uid}`));
  }

  removalOf(instance: Instance): ObjectRemoval {
    const { pages } = this;
    const uploads = this.#uploads;
    const kept = this.#kept;
    return {
      async deletePrefix(prefix) {
        const list = async (): Promise<readonly string[]> =>
          Array.from(pages.keys().filter((key) => key.startsWith(prefix)));
        for (const key of await instance.call('ListObjects', list, refuse)) {
          await instance.call('DeleteObject', async () => void pages.delete(key), refuse);
        }
        return true;
      },
      deleteUpload: ({ workspaceUid, uid }) =>
        instance.call(
          'DeleteObject upload',
          async () => {
            uploads.delete(urlOf(workspaceUid, uid));
            kept.delete(urlOf(workspaceUid, uid));
          },
          refuse,
        ),
    };
  }

  uploadsOf(instance: Instance): UploadObjects & UploadTickets {
    const uploads = this.#uploads;
    const kept = this.#kept;
    const goodUntil = this.#goodUntil;
    return {
      findObject: ({ workspaceUid, uid }) =>
        instance.call(
          'HeadObject upload',
          async () => {
            const found = uploads.get(urlOf(workspaceUid, uid));
            return found === undefined ? null : { etag: found.etag, bytes: found.bytes.length };
          },
          refuse,
        ),
      keepObject: (workspaceUid, { uid, etag }) =>
        instance.call(
          'CopyObject upload',
          async () => {
            const found = uploads.get(urlOf(workspaceUid, uid));
            if (found?.etag !== etag) throw new Error(`PreconditionFailed ${uid}`);
            kept.set(urlOf(workspaceUid, uid), found);
          },
          refuse,
        ),
      unzip,
      readBytes: (workspaceUid, { uid, etag }, from, count) =>
        instance.call(
          'GetObject upload',
          async () => {
            const found = kept.get(urlOf(workspaceUid, uid));
            if (found?.etag !== etag) throw new Error(`PreconditionFailed ${uid}`);
            return found.bytes.subarray(from, from + count);
          },
          refuse,
        ),
      // Signing is no call: credentials are at hand.
      async writeTicket({ workspaceUid, uid, createdAt }, seconds) {
        const url = urlOf(workspaceUid, uid);
        goodUntil.set(url, createdAt + seconds * 1_000);
        return { url, headers: { 'If-None-Match': '*' } };
      },
    };
  }
}

function urlOf(workspaceUid: string, uid: string): string {
  return `https://bucket.simulated/uploads/${workspaceUid}/${uid}`;
}

function refuse(): Error {
  return new Error('S3 did not answer');
}
