import type { Line } from './split-lines.ts';

/** What was uploaded, pinned: every read asks for this very ETag. */
export interface UploadRef {
  readonly uid: string;
  readonly etag: string;
  readonly bytes: number;
}

/** An upload as it was asked for. Instants are epoch ms. */
export interface Upload {
  readonly uid: string;
  readonly workspaceUid: string;
  readonly createdAt: number;
  /** The run that was launched with it; null: none yet. */
  readonly usedBy: { readonly runUid: string; readonly at: number } | null;
}

/** How long the URL of an upload takes its one PUT. */
export const UPLOAD_PUT_MS = 3_600_000;

/** How long after it was asked for an upload can be launched: the bucket's lifecycle counts on it. */
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
