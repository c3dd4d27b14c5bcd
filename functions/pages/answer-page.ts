import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type EngineError, toErrorRecord } from '../../shared/domain/errors.ts';
import { type Document, documentReply } from '../http/document.ts';
import { methodNotAllowed, noSuchPath } from '../http/find-route.ts';
import type { HttpRequest } from '../http/http-request.ts';
import { bytesResponse, emptyResponse, jsonResponse } from '../http/http-response.ts';

/** A document that a browser may show, and what a browser may do with it. */
export interface Page {
  readonly document: Document;
  /** The Content-Security-Policy; null: a text without parts. */
  readonly policy: string | null;
}

export interface PagePorts {
  /** The document at a path; null: there is none. */
  readonly pageAt: (path: string) => Page | null;
  readonly newErrorRef: () => string;
}

/** Asked each time whether it is still the same: a browser then never shows the console of an older release. */
const CACHE_CONTROL = 'no-cache';
const METHODS = ['GET', 'HEAD'];
const HINT = '/docs describes the API, and GET /v1/openapi.json lists all paths.';

/** Answers a request for a page. The root leads browsers to the console, and is no path of the API for all others. */
export function answerPage(
  request: HttpRequest,
  { pageAt, newErrorRef }: PagePorts,
): APIGatewayProxyStructuredResultV2 {
  const { method, rawPath, headers } = request;
  const isRead = METHODS.includes(method);
  if (rawPath === '/' && isRead && (headers['accept'] ?? '').includes('text/html')) {
    return emptyResponse(302, { location: '/console', vary: 'accept' });
  }
  const page = pageAt(rawPath);
  const refuse = (error: EngineError, more: Readonly<Record<string, string>>) => {
    const record = toErrorRecord(error, newErrorRef());
    return jsonResponse(record.status_code, record, more);
  };
  if (page === null) return refuse(noSuchPath(rawPath, HINT), {});
  if (!isRead) return refuse(methodNotAllowed(method, rawPath, METHODS), { allow: METHODS.join(', ') });
  const { status = 200, ...reply } = documentReply(page.document, request, CACHE_CONTROL);
  const answer = bytesResponse(status, reply, { ...reply.headers, ...safetyHeaders(page) });
  return method === 'HEAD' ? { ...answer, body: '' } : answer;
}

function safetyHeaders({ policy }: Page): Readonly<Record<string, string>> {
  return {
    'referrer-policy': 'no-referrer',
    ...(policy === null ? {} : { 'content-security-policy': policy }),
  };
}

/**
 * A policy under which a page runs only the script and the style that were built into it, named by their hashes, and
 * talks only to its own deployment and to `origins`.
 */
export function policyOf(inside: {
  readonly scriptHashes: readonly string[];
  readonly styleHashes: readonly string[];
  readonly origins: readonly string[];
}): string {
  return [
    "default-src 'none'",
    `script-src ${inside.scriptHashes.join(' ')}`,
    `style-src ${inside.styleHashes.join(' ')}`,
    'img-src data:',
    `connect-src ${["'self'", ...inside.origins].join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}
