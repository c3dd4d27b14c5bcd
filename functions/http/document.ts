import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { BytesReply } from './endpoint.ts';
import type { HttpRequest } from './http-request.ts';

/** A text that is the same for every caller, in the forms in which it is sent. */
export interface Document {
  readonly contentType: string;
  readonly etag: string;
  readonly plain: Buffer;
  readonly gzipped: Buffer;
}

/** Caches, the caller's and those on the way, may give it out for so long. */
const MAX_AGE_SECONDS = 300;

export function createDocument(contentType: string, text: string): Document {
  const plain = Buffer.from(text);
  // Weak (RFC 9110 §8.8.1): it stands for both forms.
  const etag = `W/"${hash('sha256', text, 'base64url').slice(0, 22)}"`;
  return { contentType, etag, plain, gzipped: gzipSync(plain, { level: 9 }) };
}

/** The document as a request wants it: compressed where it takes gzip, 304 without a body where it has it. */
export function documentReply(document: Document, { headers }: Pick<HttpRequest, 'headers'>): BytesReply {
  const { contentType, etag } = document;
  const about = { etag, 'cache-control': `public, max-age=${MAX_AGE_SECONDS}`, vary: 'accept-encoding' };
  if (namesEtag(headers['if-none-match'], etag)) {
    return { status: 304, headers: about, contentType, bytes: Buffer.alloc(0) };
  }
  if (!takesGzip(headers['accept-encoding'])) return { headers: about, contentType, bytes: document.plain };
  return { headers: { ...about, 'content-encoding': 'gzip' }, contentType, bytes: document.gzipped };
}

/** Weak comparison (RFC 9110 §13.1.2): a cache on the way may have made the tag strong, or the other way round. */
function namesEtag(header: string | undefined, etag: string): boolean {
  const opaque = etag.replace(/^W\//, '');
  return (header ?? '').split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === opaque);
}

/** Whether gzip is among what the header names, and not with q=0 (RFC 9110 §12.5.3). */
function takesGzip(header: string | undefined): boolean {
  const codings = (header ?? '').toLowerCase().split(',');
  for (const name of ['gzip', 'x-gzip', '*']) {
    const coding = codings.find((one) => one.split(';', 1)[0]?.trim() === name);
    if (coding !== undefined) return !/;\s*q=0(\.0*)?\s*$/.test(coding);
  }
  return false;
}
