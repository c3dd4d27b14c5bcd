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
  /** Absent: it is not sent in this form. */
  readonly brotli?: Buffer;
}

/** How long caches may use it, the caller's and those on the way. */
const MAX_AGE_SECONDS = 300;

export function createDocument(contentType: string, text: string): Document {
  const plain = Buffer.from(text);
  // Weak (RFC 9110 §8.8.1), because it is the same for the plain and the compressed form.
  const etag = `W/"${hash('sha256', text, 'base64url').slice(0, 22)}"`;
  return { contentType, etag, plain, gzipped: gzipSync(plain, { level: 9 }) };
}

/** The answer with the document: compressed as the request accepts it, 304 without a body if it has this version. */
export function documentReply(
  document: Document,
  { headers }: Pick<HttpRequest, 'headers'>,
  cacheControl = `public, max-age=${MAX_AGE_SECONDS}`,
): BytesReply {
  const { contentType, etag, plain, gzipped, brotli } = document;
  // By origin too: where CORS is configured the gateway names the origin that asked.
  const common = { etag, 'cache-control': cacheControl, vary: 'accept-encoding, origin' };
  if (namesEtag(headers['if-none-match'], etag)) {
    return { status: 304, headers: common, contentType, bytes: Buffer.alloc(0) };
  }
  const accepted = headers['accept-encoding'];
  const encoded = (coding: string, bytes: Buffer): BytesReply => ({
    headers: { ...common, 'content-encoding': coding },
    contentType,
    bytes,
  });
  if (brotli !== undefined && accepts(accepted, ['br'])) return encoded('br', brotli);
  if (accepts(accepted, ['gzip', 'x-gzip', '*'])) return encoded('gzip', gzipped);
  return { headers: common, contentType, bytes: plain };
}

/**
 * Weak comparison (RFC 9110 §13.1.2), because a cache on the way may have changed a weak tag to a strong one or back.
 */
function namesEtag(header: string | undefined, etag: string): boolean {
  const opaque = etag.replace(/^W\//, '');
  return (header ?? '').split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === opaque);
}

/**
 * Whether the header has one of these codings, the first of them that it names, other than with q=0 (RFC 9110 §12.5.3).
 */
function accepts(header: string | undefined, names: readonly string[]): boolean {
  const codings = (header ?? '').toLowerCase().split(',');
  for (const name of names) {
    const coding = codings.find((one) => one.split(';', 1)[0]?.trim() === name);
    if (coding !== undefined) return !/;\s*q=0(\.0*)?\s*$/.test(coding);
  }
  return false;
}
