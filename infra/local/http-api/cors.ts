import type { IncomingHttpHeaders } from 'node:http';
import type { HttpAnswer } from './http-answer.ts';

/** What pages of other origins may do with an HTTP API. Names of headers are in lower case. */
export interface HttpCors {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  /** Headers that a page may send. */
  readonly requestHeaders: readonly string[];
  /** Headers of answers that a page may read. */
  readonly answerHeaders: readonly string[];
  readonly maxAgeSeconds: number | null;
}

/**
 * The gateway's own answer to a preflight; null: the request is none, or the API has no CORS. A preflight has both
 * headers (API Gateway developer guide, "Configure CORS for HTTP APIs").
 */
export function answerPreflight(
  cors: HttpCors | null,
  method: string,
  headers: IncomingHttpHeaders,
): HttpAnswer | null {
  if (cors === null || method !== 'OPTIONS') return null;
  const { origin } = headers;
  if (origin === undefined || headers['access-control-request-method'] === undefined) return null;
  const allowed = {
    'access-control-allow-origin': origin,
    'access-control-allow-methods': cors.methods.join(','),
    'access-control-allow-headers': cors.requestHeaders.join(','),
    ...(cors.maxAgeSeconds === null ? {} : { 'access-control-max-age': String(cors.maxAgeSeconds) }),
  };
  return { status: 204, headers: cors.origins.includes(origin) ? allowed : {}, cookies: [], body: Buffer.alloc(0) };
}

/** A function's answer as a page of the caller's origin gets it: headers of CORS are the gateway's, never the function's. */
export function withCors(cors: HttpCors | null, { origin }: IncomingHttpHeaders, answer: HttpAnswer): HttpAnswer {
  if (cors === null) return answer;
  const own = Object.entries(answer.headers).filter(([name]) => !name.startsWith('access-control-'));
  const added =
    origin === undefined || !cors.origins.includes(origin)
      ? {}
      : {
          'access-control-allow-origin': origin,
          'access-control-expose-headers': cors.answerHeaders.join(','),
        };
  return { ...answer, headers: { ...Object.fromEntries(own), ...added } };
}
