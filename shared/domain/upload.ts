/** The uploaded object that a run uses. Every read asks for exactly this ETag. */
export interface UploadRef {
  readonly uid: string;
  readonly etag: string;
  readonly bytes: number;
  /** Absent: the lines are not compressed. */
  readonly encoding?: UploadEncoding;
}

/** How the lines of an upload are compressed. */
export type UploadEncoding = 'gzip';

/** An upload as a workspace requested it. Instants are epoch ms. */
export interface Upload {
  readonly uid: string;
  readonly workspaceUid: string;
  readonly createdAt: number;
  /** Absent: the lines are not compressed. */
  readonly encoding?: UploadEncoding;
  /** The run that was launched with it; null: none yet. */
  readonly usedBy: { readonly runUid: string; readonly at: number } | null;
}

/** Lines compress 10 to 50 times, equal lines some hundred times. A higher ratio is a file made to fill a disk. */
const MAX_RATIO = 250;
/** The ratio is checked from this size on: in a small file it means nothing. */
const RATIO_FROM_BYTES = 16 * 1024 * 1024;

/** Why the bytes that come out of a gzip file are too many; null while they are not. */
export function unzippedFault(unzippedBytes: number, fileBytes: number, maxBytes: number): string | null {
  if (unzippedBytes > maxBytes) {
    return `The upload has more than ${maxBytes} bytes when uncompressed; split it into several uploads and runs.`;
  }
  if (unzippedBytes <= RATIO_FROM_BYTES || unzippedBytes <= fileBytes * MAX_RATIO) return null;
  return `The upload has more than ${MAX_RATIO} times its ${fileBytes} bytes when uncompressed; send the file uncompressed.`;
}

/** Whether a file begins like gzip (RFC 1952 §2.3.1). No JSON text does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}
