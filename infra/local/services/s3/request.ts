import type { Readable } from 'node:stream';

/** An S3 request, path-style; its body is read only by what needs it. */
export interface S3Request {
  readonly operation: string;
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  /** As sent, percent-encoded: what a signature covers. */
  readonly rawPath: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: AsyncIterable<Uint8Array>;
  /** The caller's secret key, to compare a presigned URL's signature with; undefined when not known. */
  readonly secretKey: string | undefined;
}

export interface S3Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Readable;
}
