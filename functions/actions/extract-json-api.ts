import * as z from 'zod';
import type { JsonRecord } from '../../shared/sdk/action.ts';
import { Permanent } from '../../shared/sdk/action-errors.ts';
import { defineAction } from '../../shared/sdk/define-action.ts';
import { buildHeaders } from './upstream/build-headers.ts';
import { pageUrl } from './upstream/page-url.ts';
import { nextCursor } from './upstream/next-cursor.ts';
import { paginationSchema } from './upstream/pagination.ts';
import { readBody } from './upstream/read-body.ts';
import { readPath } from './upstream/read-path.ts';
import { httpUrl, requestHeaders, secretNamed } from './upstream/request-schemas.ts';
import { throwForStatus } from './upstream/throw-for-status.ts';

/** A page of results may take 1 MB of JSON (CONTRACT "Limits"); what surrounds the items may take as much again. */
const MAX_BODY_BYTES = 2_000_000;

/** Walks a paged JSON list, one request a page, to its end: the items as the upstream gives them. */
export const extractJsonApi = defineAction({
  name: 'extract-json-api',
  title: 'Extract a JSON API',
  description: 'Walks a paged JSON list (Link header, cursor, page number or offset) and gives its items.',
  pageSize: 100,
  maxResults: { default: 1000, ceiling: 100_000 },
  secrets: ['EXTRACT_JSON_API_*'],
  input: z.strictObject({
    url: httpUrl,
    items_path: z
      .string()
      .max(200)
      .optional()
      .describe('Where the items are, such as data.items; absent: the body itself'),
    pagination: paginationSchema.default({ kind: 'none' }),
    headers: requestHeaders.optional(),
    secret: secretNamed('EXTRACT_JSON_API_').optional(),
  }),
  result: z.looseObject({}),
  async run({ input, cursor, signal, fetch, secret, now }) {
    const url = pageUrl(new URL(input.url), input.pagination, cursor);
    const headers = await buildHeaders(url, input.headers, input.secret, secret);
    const response = await fetch(url, { headers, signal });
    const what = `GET ${url.origin}${url.pathname}`;
    throwForStatus(response, what, now());
    const body = parseJson(await readBody(response, MAX_BODY_BYTES, what), what);
    const results = readItems(body, input.items_path, what);
    const { headers: answered } = response;
    const read = { url, cursor, body, itemCount: results.length, headers: answered };
    return { results, nextCursor: nextCursor(input.pagination, read) };
  },
});

function parseJson(bytes: Buffer, what: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new Permanent(`${what} gave no JSON`, { cause });
  }
}

function readItems(body: unknown, path: string | undefined, what: string): JsonRecord[] {
  const list = path === undefined ? body : readPath(body, path);
  const place = path === undefined ? 'the body' : path;
  if (!Array.isArray(list)) throw new Permanent(`${what} has no list at ${place}; there is ${describe(list ?? body)}`);
  return list.map((item: unknown, at) => {
    if (isRecord(item)) return item;
    throw new Permanent(`${what}: item ${at} of ${place} is ${describe(item)}; an object is wanted`);
  });
}

function describe(value: unknown): string {
  if (isRecord(value)) return `an object with ${Object.keys(value).slice(0, 20).join(', ') || 'no properties'}`;
  return Array.isArray(value) ? 'a list' : `a ${value === null ? 'null' : typeof value}`;
}

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
