import type { Line } from './split-lines.ts';

/** What was uploaded, pinned: every read asks for this very ETag. */
export interface UploadRef {
  readonly uid: string;
  readonly etag: string;
  readonly bytes: number;
  /** `gzip`: its lines lie in pieces that the intake wrote. Absent: they are its own bytes. */
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

/** How long the URL of an upload takes its one PUT. */
export const UPLOAD_PUT_MS = 3_600_000;

/** How long after it was asked for an upload can be launched: the bucket keeps what was put a day, then forgets it. */
export const UPLOAD_LAUNCH_MS = 86_400_000;

/** Inputs that lie together in an upload: the lines of a stretch of its bytes. */
export interface UploadSpan {
  /** Index of the first input. */
  readonly first: number;
  /** Number of the line it stands on, from 1. */
  readonly line: number;
  /** Where the stretch begins. */
  readonly offset: number;
  readonly bytes: number;
}

/** A stretch is closed once it has this many bytes: what one read of an input fetches. */
const SPAN_BYTES = 32 * 1024;

/** Gathers lines into spans, as they come. */
export interface SpanBuilder {
  /** Takes the line of the next input; gives the span that this one closes, if any. */
  add(line: Line): UploadSpan | null;
  /** The last span, null where there was no line. */
  end(): UploadSpan | null;
}

/** `longestLine`: of a longer line no more is kept than shows that it is longer. */
export function createSpanBuilder(longestLine: number): SpanBuilder {
  let inputs = 0;
  let open: UploadSpan | null = null;

  return {
    add({ number, offset, size, bytes }) {
      const end: number = open === null ? 0 : offset + size - open.offset;
      const closed: UploadSpan | null = open !== null && (open.bytes >= SPAN_BYTES || bytes === null) ? open : null;
      if (open === null || closed !== null) open = { first: inputs, line: number, offset, bytes: size };
      else open = { ...open, bytes: end };
      // Twice the limit is longer than any line may be, byte order mark and carriage return included.
      if (bytes === null) open = { ...open, bytes: Math.min(size, 2 * longestLine) };
      inputs += 1;
      return closed;
    },
    end: () => open,
  };
}

/** Unzipped lines lie in pieces of so many bytes, so that a span is read without what comes before it. */
export const PIECE_BYTES = 4 * 1024 * 1024;

/** What of which pieces makes up a stretch of unzipped lines. */
export function piecesOf(
  from: number,
  count: number,
): readonly { readonly index: number; readonly from: number; readonly count: number }[] {
  const pieces: { index: number; from: number; count: number }[] = [];
  for (let at = from; at < from + count;) {
    const index = Math.floor(at / PIECE_BYTES);
    const end = Math.min(from + count, (index + 1) * PIECE_BYTES);
    pieces.push({ index, from: at - index * PIECE_BYTES, count: end - at });
    at = end;
  }
  return pieces;
}

/** Lines compress 10 to 50 times, equal ones some hundred times; beyond that a file is made to fill a disk. */
const MAX_RATIO = 250;
/** A ratio says nothing of a small file. */
const RATIO_FROM_BYTES = 16 * 1024 * 1024;

/** What is wrong with how much comes out of a gzip file; null while nothing is. */
export function unzippedFault(unzippedBytes: number, fileBytes: number, maxBytes: number): string | null {
  if (unzippedBytes > maxBytes) {
    return `The upload unzips to more than ${maxBytes} bytes; part it into several uploads and runs.`;
  }
  if (unzippedBytes <= RATIO_FROM_BYTES || unzippedBytes <= fileBytes * MAX_RATIO) return null;
  return `The upload unzips to more than ${MAX_RATIO} times its ${fileBytes} bytes; put its lines uncompressed.`;
}

/** Whether a file begins as gzip does (RFC 1952 §2.3.1); no JSON begins so. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}
