import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { IncomingHttpHeaders } from 'node:http';
import type { ActionFetch } from '../sdk/action.ts';
import type { GuardedHttp } from './guarded-http.ts';
import { codeOf, GuardedHttpError } from './guarded-http/error.ts';
import type { GuardedResponse } from './guarded-http/response.ts';

/** 10 MB: the largest upstream answer an action can get. The limit applies to the body as sent and again as decoded. */
const MAX_RESPONSE_BYTES = 10_000_000;

/** Statuses a Response may not give a body (Fetch standard, "null body status"). */
const BODILESS = new Set([204, 205, 304]);

/**
 * The `fetch` of actions, over a guarded client and the connections of one pool key. Gives a standard Response with the
 * whole body, decoded. Redirects are not followed: the action gets the 3xx. Rejects with GuardedHttpError, also for an
 * answer over the limit.
 */
export function createGuardedFetch(
  guardedHttp: GuardedHttp,
  options: { readonly poolKey: string; readonly maxResponseBytes?: number; readonly totalTimeoutMs?: number },
): ActionFetch {
  const maxBytes = options.maxResponseBytes ?? MAX_RESPONSE_BYTES;
  return async (url, init = {}) => {
    const answer = await guardedHttp.request({
      url,
      method: (init.method ?? 'GET').toUpperCase(),
      headers: withDefaults(init.headers ?? {}),
      body: init.body,
      signal: init.signal,
      poolKey: options.poolKey,
      maxResponseBytes: maxBytes,
      totalTimeoutMs: options.totalTimeoutMs,
    });
    if (answer.truncated) throw overLimit(url, maxBytes);
    return responseOf(answer, await decodeBody(answer, maxBytes, url));
  };
}

function withDefaults(headers: Readonly<Record<string, string>>): Record<string, string> {
  const sent: Record<string, string> = { ...headers };
  const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  if (!names.has('accept')) sent['accept'] = '*/*';
  if (!names.has('accept-encoding')) sent['accept-encoding'] = 'gzip, br, deflate';
  return sent;
}

type Decode = (body: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>;

const DECODERS: Readonly<Record<string, Decode>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/**
 * Undoes the content codings, the last applied first (RFC 9110 §8.4). An unknown coding is an error: the action could
 * not read it.
 */
async function decodeBody(answer: GuardedResponse, maxBytes: number, url: string | URL): Promise<Uint8Array> {
  const codings = (answer.headers['content-encoding'] ?? '').toLowerCase().split(',');
  let body = answer.body;
  for (const coding of codings.map((text) => text.trim()).reverse()) {
    if (coding === '' || coding === 'identity' || body.length === 0) continue;
    const decode = DECODERS[coding];
    if (decode === undefined) {
      throw new GuardedHttpError('protocol', `${placeOf(url)} answered in the unknown content coding "${coding}"`);
    }
    try {
      body = await decode(body, { maxOutputLength: maxBytes });
    } catch (cause) {
      if (codeOf(cause) === 'ERR_BUFFER_TOO_LARGE') throw overLimit(url, maxBytes);
      throw new GuardedHttpError(
        'protocol',
        `${placeOf(url)} answered with broken ${coding} (${codeOf(cause)})`,
        cause,
      );
    }
  }
  return body;
}

function responseOf(answer: GuardedResponse, body: Uint8Array): Response {
  const hasNoBody = BODILESS.has(answer.status) || body.length === 0;
  // A view over an ordinary ArrayBuffer: node's buffers are never shared memory.
  const payload = hasNoBody ? null : (body as Uint8Array<ArrayBuffer>);
  return new Response(payload, { status: answer.status, headers: headersOf(answer.headers) });
}

/** The headers without those that described the body on the wire. */
function headersOf(incoming: IncomingHttpHeaders): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming)) {
    if (value === undefined || name === 'content-encoding' || name === 'content-length') continue;
    for (const each of Array.isArray(value) ? value : [value]) headers.append(name, each);
  }
  return headers;
}

function overLimit(url: string | URL, maxBytes: number): GuardedHttpError {
  return new GuardedHttpError('too-large', `the answer of ${placeOf(url)} is over the limit of ${maxBytes} bytes`);
}

/** A URL without its query, which may hold a credential. */
function placeOf(url: string | URL): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
