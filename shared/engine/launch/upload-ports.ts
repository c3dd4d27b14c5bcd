import type { StoredInput } from '../../domain/input.ts';
import type { Upload, UploadRef, UploadSpan } from '../../domain/upload.ts';

/** Uploads as a workspace asked for them, and which run was launched with each. */
export interface UploadStore {
  createUpload(upload: Upload): Promise<void>;
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

/** What was put under an upload's key. */
export interface UploadObjects {
  /** Null: nothing yet. */
  findObject(upload: Pick<Upload, 'workspaceUid' | 'uid'>): Promise<Omit<UploadRef, 'uid'> | null>;
  /** Bytes from an offset on, fewer at the object's end. Throws where it is not the one that was pinned. */
  readBytes(workspaceUid: string, upload: UploadRef, from: number, count: number): Promise<Uint8Array>;
}

/** Inputs that lie in uploads. */
export interface UploadInputs {
  /** Those of a span, of what was pinned. */
  readSpan(workspaceUid: string, upload: UploadRef, span: UploadSpan): Promise<readonly StoredInput[]>;
}

/** Where an upload is to be put: good for one PUT, as the key can be written once. */
export interface UploadTickets {
  writeTicket(
    upload: Upload,
    seconds: number,
  ): Promise<{ readonly url: string; readonly headers: Readonly<Record<string, string>> }>;
}
