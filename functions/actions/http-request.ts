import * as z from 'zod';
import { LIMITS } from '../../shared/domain/limits.ts';
import { readJson } from '../../shared/domain/read-json.ts';
import { Permanent } from '../../shared/sdk/action-errors.ts';
import { defineAction } from '../../shared/sdk/define-action.ts';
import { buildHeaders } from './upstream/build-headers.ts';
import { decodeText } from './upstream/decode-text.ts';
import { readBody } from './upstream/read-body.ts';
import { httpUrl, requestHeaders, secretNamed } from './upstream/request-schemas.ts';
import { throwIfPassing } from './upstream/throw-for-status.ts';

/** A result may be 128 KB of JSON; base64 is a third larger than the body. */
const MAX_BODY_BYTES = 90_000;

const input = z
  .strictObject({
    method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
    url: httpUrl,
    headers: requestHeaders.optional(),
    body: z.string().optional().describe('Sent as it is'),
    json: z.unknown().optional().describe('Sent as JSON, with its content-type'),
    secret: secretNamed('HTTP_REQUEST_').optional(),
  })
  .refine((value) => value.body === undefined || value.json === undefined, { error: 'give body or json, not both' })
  .refine((value) => !/^(GET|HEAD)$/.test(value.method) || (value.body === undefined && value.json === undefined), {
    error: 'GET and HEAD take neither body nor json',
    path: ['method'],
  });

/**
 * Sends one request; its answer is the result, whatever its status, except statuses that may pass (see throwIfPassing):
 * those are tried again. POST and PATCH have an `Idempotency-Key` that is the same for each try.
 */
export const httpRequest = defineAction({
  name: 'http-request',
  title: 'HTTP request',
  description: 'Sends one HTTP request and gives its answer. Redirects are not followed.',
  returns: 'object',
  optIn: true,
  secrets: ['HTTP_REQUEST_*'],
  input,
  example: {
    input: { url: 'https://api.example.com/items/1' },
    result: { status: 200, headers: { 'content-type': 'application/json' }, body_type: 'json', body: { id: 1 } },
  },
  result: z.object({
    status: z.int(),
    headers: z.record(z.string(), z.string()),
    body_type: z.enum(['json', 'text', 'base64', 'none']),
    body: z.unknown().describe('Parsed when the answer is JSON; base64 when it is not text'),
  }),
  async run({ input, signal, fetch, secret, workspaceUid, idempotencyKey, now }) {
    const url = new URL(input.url);
    const call = { url, method: input.method, workspaceUid };
    const headers = await buildHeaders(call, input.headers, input.secret, secret);
    const body = input.json === undefined ? input.body : JSON.stringify(input.json);
    if (input.json !== undefined) headers['content-type'] ??= 'application/json';
    if (input.method === 'POST' || input.method === 'PATCH') headers['idempotency-key'] ??= idempotencyKey;
    const request = { method: input.method, headers, signal };
    const response = await fetch(url, body === undefined ? request : { ...request, body });
    const what = `${input.method} ${url.origin}${url.pathname}`;
    throwIfPassing(response, what, now());
    const content = decodeBody(
      await readBody(response, MAX_BODY_BYTES, what),
      response.headers.get('content-type'),
      what,
    );
    const result = { status: response.status, headers: Object.fromEntries(response.headers), ...content };
    return { results: [result], nextCursor: null };
  },
});

type Content = { readonly body_type: 'json' | 'text' | 'base64' | 'none'; readonly body: unknown };

function decodeBody(bytes: Buffer, contentType: string | null, what: string): Content {
  if (bytes.length === 0) return { body_type: 'none', body: null };
  const decoded = decodeText(bytes, contentType);
  if ('message' in decoded) return { body_type: 'base64', body: bytes.toString('base64') };
  const { text } = decoded;
  if (!/^[^;]*[/+]json\s*(;|$)/i.test(contentType ?? '')) return { body_type: 'text', body: text };
  const read = readJson(text, LIMITS.jsonDepth - 1); // the result around it is one more level
  if ('json' in read) return { body_type: 'json', body: read.json };
  const { kind, path, message } = read.refusal;
  if (kind === 'not_json') return { body_type: 'text', body: text }; // not JSON after all: the caller gets the text
  throw new Permanent(`${what} gave JSON that is refused: ${path === '' ? '' : `${path} `}${message}`);
}
