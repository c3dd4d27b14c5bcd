/** What was uploaded, pinned: every read asks for this very ETag. */
export interface UploadRef {
  readonly uid: string;
  readonly etag: string;
  readonly bytes: number;
  /** Absent: the file is its lines. */
  readonly encoding?: UploadEncoding;
}

/** How the lines of an upload are compressed. */
export type UploadEncoding = 'gzip';

/** An upload as it was asked for. Instants are epoch ms. */
export interface Upload {
  readonly uid: string;
  readonly workspaceUid: string;
  readonly createdAt: number;
  /** Absent: the file is its lines. */
  readonly encoding?: UploadEncoding;
  /** The run that was launched with it; null: none yet. */
  readonly usedBy: { readonly runUid: string; readonly at: number } | null;
}

/** Lines compress 10 to 50 times, equal ones some hundred times; beyond that a file is made to fill a disk. */
const MAX_RATIO = 250;
/** A ratio says nothing of a small file. */
const RATIO_FROM_BYTES = 16 * 1024 * 1024;

/** What is wrong with how much comes out of a gzip file; null while nothing is. */
export function unzippedFault(unzippedBytes: number, fileBytes: number, maxBytes: number): string | null {
  if (unzippedBytes > maxBytes) {
    return `The upload has more than ${maxBytes} bytes when uncompressed; split it into several uploads and runs.`;
  }
  if (unzippedBytes <= RATIO_FROM_BYTES || unzippedBytes <= fileBytes * MAX_RATIO) return null;
  return `The upload has more than ${MAX_RATIO} times its ${fileBytes} bytes when uncompressed; send the file uncompressed.`;
}

/** Whether a file begins as gzip does (RFC 1952 §2.3.1); no JSON begins so. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}
