import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { BytesReply } from './endpoint.ts';
import type { HttpRequest } from './http-request.ts';

/** A text that is the same for all callers, in the forms in which it is sent. */
export interface Document {
  readonly contentType: string;
  readonly etag: string;
  readonly plain: Buffer;
  readonly gzipped: Buffer;
}

/** How long caches may use it, the caller's and those on the way. */
const MAX_AGE_SECONDS = 300;

export function createDocument(contentType: string, text: string): Document {
  const plain = Buffer.from(text);
  // Weak (RFC 9110 §8.8.1), because it is the same for the plain and the compressed form.
  const etag = `W/"${hash('sha256', text, 'base64url').slice(0, 22)}"`;
  return { contentType, etag, plain, gzipped: gzipSync(plain, { level: 9 }) };
}

/** The answer with the document: compressed if the request accepts gzip, 304 without a body if it has this version. */
export function documentReply(document: Document, { headers }: Pick<HttpRequest, 'headers'>): BytesReply {
  const { contentType, etag } = document;
  const common = { etag, 'cache-control': `public, max-age=${MAX_AGE_SECONDS}`, vary: 'accept-encoding' };
  if (namesEtag(headers['if-none-match'], etag)) {
    return { status: 304, headers: common, contentType, bytes: Buffer.alloc(0) };
  }
  if (!takesGzip(headers['accept-encoding'])) return { headers: common, contentType, bytes: document.plain };
  return { headers: { ...common, 'content-encoding': 'gzip' }, contentType, bytes: document.gzipped };
}

/**
 * Weak comparison (RFC 9110 §13.1.2), because a cache on the way may have changed a weak tag to a strong one or back.
 */
function namesEtag(header: string | undefined, etag: string): boolean {
  const opaque = etag.replace(/^W\//, '');
  return (header ?? '').split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === opaque);
}

/** Whether the header names gzip, other than with q=0 (RFC 9110 §12.5.3). */
function takesGzip(header: string | undefined): boolean {
  const codings = (header ?? '').toLowerCase().split(',');
  for (const name of ['gzip', 'x-gzip', '*']) {
    const coding = codings.find((one) => one.split(';', 1)[0]?.trim() === name);
    if (coding !== undefined) return !/;\s*q=0(\.0*)?\s*$/.test(coding);
  }
  return false;
}
