import type { Upload, UploadRef } from '../../domain/upload.ts';

/** Uploads as a workspace asked for them, and which run was launched with each. */
export interface UploadStore {
  createUpload(upload: Upload): Promise<void>;
  /**
   * Takes one of the places for uploads that wait for a launch, until `until` (epoch ms). Refused: when the next one is
   * free by itself.
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
   * Gives an upload to a run, on condition that it is nobody's, that run's already, or still that of `instead`.
   * `expiresAt` (epoch seconds): until then it is known to be used. False: another run has it.
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

/** What was put under an upload's key, and what is kept of it for the run that was launched with it. */
export interface UploadObjects {
  /** What was put. Null: nothing yet, or it is gone. */
  findObject(upload: Pick<Upload, 'workspaceUid' | 'uid'>): Promise<Pick<UploadRef, 'etag' | 'bytes'> | null>;
  /** Keeps what was pinned for as long as runs are kept; what no launch keeps is gone within two days. Idempotent. */
  keepObject(workspaceUid: string, upload: UploadRef): Promise<void>;
  /** Kept bytes from an offset on, fewer at the object's end. Throws where it is not the one that was pinned. */
  readBytes(workspaceUid: string, upload: UploadRef, from: number, count: number): Promise<Uint8Array>;
  /** Unzips a gzip file as it is read. Throws a BadGzip where it is none, is cut off or damaged. */
  unzip(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}

/** A file that was to be gzip and is not, or not all of it. */
export class BadGzip extends Error {
  override readonly name = 'BadGzip';
}

/** Where an upload is to be put: good for one PUT, as the key can be written once. */
export interface UploadTickets {
  writeTicket(
    upload: Upload,
    seconds: number,
    /** Bytes the PUT has to have, which are signed; null: any. */
    contentLength: number | null,
  ): Promise<{ readonly url: string; readonly headers: Readonly<Record<string, string>> }>;
}
