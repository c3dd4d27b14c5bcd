import type { Upload, UploadRef } from '../../domain/upload.ts';

/** The uploads of workspaces, and the run that was launched with each. */
export interface UploadStore {
  createUpload(upload: Upload): Promise<void>;
  /**
   * Takes one of the places for uploads that wait for a launch, until `until` (epoch ms). Where all are taken, `freeAt`
   * is when the next one becomes free by itself.
   */
  takePlace(
    upload: Pick<Upload, 'workspaceUid' | 'uid'>,
    limit: number,
    until: number,
  ): Promise<{ readonly taken: true } | { readonly taken: false; readonly freeAt: number }>;
  /** Gives an upload's place back. Idempotent. */
  freePlace(upload: Pick<Upload, 'workspaceUid' | 'uid'>): Promise<void>;
  /** A strong read. Null: the workspace has no such upload, or its time is over. */
  readUpload(workspaceUid: string, uid: string): Promise<Upload | null>;
  /**
   * Gives an upload to a run, on condition that no run has it, or this run, or still the run `instead`. The claim is
   * kept until `expiresAt` (epoch seconds). False: another run has it.
   */
  claimUpload(
    upload: Upload,
    claim: {
      readonly runUid: string;
      readonly at: number;
      readonly expiresAt: number;
      readonly instead: string | null;
    },
  ): Promise<boolean>;
}

/** The objects that were put for uploads, and those that are kept for runs. */
export interface UploadObjects {
  /** The object that was put. Null: none yet, or it is gone. */
  findObject(upload: Pick<Upload, 'workspaceUid' | 'uid'>): Promise<Pick<UploadRef, 'etag' | 'bytes'> | null>;
  /**
   * Keeps the object for as long as runs are kept. An object that no launch keeps is gone within two days. Idempotent.
   */
  keepObject(workspaceUid: string, upload: UploadRef): Promise<void>;
  /** Bytes of a kept object from an offset on, fewer at its end. Throws where its ETag is not the upload's. */
  readBytes(workspaceUid: string, upload: UploadRef, from: number, count: number): Promise<Uint8Array>;
  /** Unzips a gzip file while it is read. Throws BadGzip where it is not gzip, cut off or damaged. */
  unzip(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}

/** A file that should be gzip is not, or is cut off or damaged. */
export class BadGzip extends Error {
  override readonly name = 'BadGzip';
}

/** Makes URLs for one PUT each: the key of an upload can be written only once. */
export interface UploadTickets {
  writeTicket(
    upload: Upload,
    seconds: number,
    /** The exact length of the PUT in bytes, which is signed; null: any. */
    contentLength: number | null,
  ): Promise<{ readonly url: string; readonly headers: Readonly<Record<string, string>> }>;
}
