import type { Readable } from 'node:stream';

/** An S3 request, path-style; the body is read only by operations that need it. */
export interface S3Request {
  readonly operation: string;
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  /** As sent, percent-encoded, as the signature covers it. */
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
