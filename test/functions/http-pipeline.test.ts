import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { beforeEach, describe, expect, it } from 'vitest';
import type * as z from 'zod';
import type { Caller } from '../../functions/http/authenticate.ts';
import { createApiHandler } from '../../functions/http/create-api-handler.ts';
import type { ReplyBody } from '../../functions/http/endpoint.ts';
import { defineEndpoint } from '../../functions/http/endpoint.ts';
import { pageUrl, readHttpRequest } from '../../functions/http/http-request.ts';
import { errorRecord } from '../../shared/api/error-schemas.ts';
import { digestApiKey, formatApiKey, keyUidOf } from '../../shared/domain/api-key.ts';
import { EngineError } from '../../shared/domain/errors.ts';
import type { KeyStore } from '../../shared/engine/once-by-key.ts';

const keyOf = (fill: number): string => formatApiKey(new Uint8Array(20).fill(fill));
const key = keyOf(1);
const readOnlyKey = keyOf(2);
const workspaceUid = 'c6f1a3fe-6f0c-4a0b-9a43-2f1a3c2b1d00';

/** A small harness: keys that may be revoked, a clock turned by hand, what was read and logged. */
function startHarness() {
  const callers = new Map<string, Caller>();
  const harness = {
    callers,
    time: 1_000,
    reads: 0,
    refusedUntil: null as number | null,
    logged: [] as Record<string, unknown>[],
    answer: (): ReplyBody<'runLive'> => [],
    seen: null as unknown,
    uses: [] as string[],
    failsToNote: false,
  };
  const store = (one: string, scopes: Caller['scopes']): unknown =>
    callers.set(digestApiKey(one), { workspaceUid, keyUid: keyUidOf(digestApiKey(one)), scopes, expiresAt: null });
  store(key, ['read', 'run', 'manage']);
  store(readOnlyKey, ['read']);
  return harness;
}

/** No operation here is done once for a key. */
const unused = (): Promise<never> => Promise.reject(new Error('no key is looked at'));
const noKeys: KeyStore = { readKey: unused, claimKey: unused, answerKey: unused, dropKey: unused };

let harness = startHarness();
let handler = startContainer();
beforeEach(() => {
  harness = startHarness();
  handler = startContainer();
});

function startContainer(): ReturnType<typeof createApiHandler<'live'>> {
  return createApiHandler({
    functionName: 'live',
    endpoints: {
      runLive: defineEndpoint('runLive', {
        find: async ({ params }) => {
          if (params.action !== 'search-cities')
            throw new EngineError('ACTION_NOT_FOUND', `No action ${params.action}.`);
          return { pageSize: 50 };
        },
        handle: async ({ request, caller, found, query, body }) => {
          harness.seen = { caller: caller.workspaceUid, found, query, body };
          const headers = { 'x-pagination-next': pageUrl(request, { cursor: 'c+1', page: null }) };
          return { headers, body: harness.answer() };
        },
      }),
    },
    ports: {
      findCaller: async (digest) => {
        harness.reads += 1;
        return harness.callers.get(digest) ?? null;
      },
      spendRate: async (_, type) => ({
        type,
        limit: 40,
        remaining: 39,
        resetSeconds: 1,
        refusedUntil: harness.refusedUntil,
      }),
      noteUse: async (_, keyUid, day) => {
        harness.uses.push(`${keyUid} ${day}`);
        if (harness.failsToNote) throw new Error('the table is away');
      },
      once: { keyStore: noKeys, now: () => harness.time, randomBytes: (count) => new Uint8Array(count) },
      now: () => harness.time,
      newErrorRef: () => 'ref-1',
      log: {
        info: (message, data) => harness.logged.push({ level: 'info', message, ...data }),
        warn: (message, data) => harness.logged.push({ level: 'warn', message, ...data }),
        error: (message, data) => harness.logged.push({ level: 'error', message, ...data }),
      },
      publicUrl: 'http://127.0.0.1:4000',
    },
  });
}

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | undefined;
  readonly isBase64Encoded?: boolean;
  readonly from?: string;
}

const jsonHeaders = { 'x-api-key': key, 'content-type': 'application/json' };
const path = '/v1/actions/search-cities/run/live';
const body = JSON.stringify({ input: { country: 'FR' } });

function eventOf(sent: Sent): APIGatewayProxyEventV2 {
  const { method = 'POST', query = '', headers = jsonHeaders, isBase64Encoded = false } = sent;
  const event = {
    version: '2.0',
    routeKey: '$default',
    rawPath: sent.path ?? path,
    rawQueryString: query,
    headers,
    isBase64Encoded,
    requestContext: {
      requestId: 'request-1',
      http: { method, path: sent.path ?? path, sourceIp: sent.from ?? '192.0.2.1' },
    },
  };
  const text = 'body' in sent ? sent.body : body;
  return { ...event, ...(text === undefined ? {} : { body: text }) } as APIGatewayProxyEventV2; // the parts that are read
}

async function send(sent: Sent = {}): Promise<APIGatewayProxyStructuredResultV2> {
  return handler(eventOf(sent), {} as Context); // nothing of it is read
}

async function sendForError(sent: Sent): Promise<z.output<typeof errorRecord>> {
  const response = await send(sent);
  const error = errorRecord.parse(JSON.parse(response.body ?? ''));
  expect(response).toMatchObject({ statusCode: error.status_code, headers: { 'content-type': 'application/json' } });
  expect(error.error_ref).toBe('ref-1');
  return error;
}

describe('a good call', () => {
  it('gives the handler what it asked for and the caller JSON, with a line break at its end', async () => {
    harness.answer = () => [{ name: 'Paris' }];
    const response = await send({ query: 'page=2' });
    expect(response).toMatchObject({
      statusCode: 200,
      body: '[{"name":"Paris"}]\n',
      isBase64Encoded: false,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    });
    const seen = {
      caller: workspaceUid,
      found: { pageSize: 50 },
      query: { page: 2 },
      body: { ...JSON.parse(body), tags: [] },
    };
    expect(harness.seen).toEqual(seen);
  });

  it('may have its body in base64, its header names in any case', async () => {
    const headers = {
      'X-API-Key': key,
      'Content-Type': 'Application/JSON; charset=UTF-8',
      accept: 'text/*, */*;q=0.1',
    };
    const response = await send({ body: Buffer.from(body).toString('base64'), isBase64Encoded: true, headers });
    expect(response.statusCode).toBe(200);
  });

  it.each(['application/json;charset=utf8', 'application/json; charset="UTF-8"', 'application/json; charset=Utf8'])(
    'may say %s',
    async (type) => {
      expect(await send({ headers: { ...jsonHeaders, 'content-type': type } })).toMatchObject({ statusCode: 200 });
    },
  );

  it('may hold U+FFFD where that was sent', async () => {
    const text = JSON.stringify({ input: { country: 'FR', name: '\uFFFD' } });
    const headers = { ...jsonHeaders, 'content-length': String(Buffer.byteLength(text)) };
    expect(await send({ body: text, headers })).toMatchObject({ statusCode: 200 });
  });

  it('names the next page by the public URL, the rest of the query kept', async () => {
    const response = await send({ query: 'page=2' });
    expect(response.headers?.['x-pagination-next']).toBe(`http://127.0.0.1:4000${path}?cursor=c%2B1`);
  });

  it('answers in base64 what escaping might blow up over 6 MB', async () => {
    harness.answer = () => ['"'.repeat(1_600_000)];
    const response = await send();
    expect(response.isBase64Encoded).toBe(true);
    expect(Buffer.from(response.body ?? '', 'base64').toString()).toBe(`${JSON.stringify(harness.answer())}\n`);
  });
});

describe('a refused call', () => {
  it.each(['//elsewhere.example/v1/runs', '//[', '/%'])('for the odd path %j is a plain 404', async (odd) => {
    expect((await sendForError({ path: odd })).error_label).toBe('NOT_FOUND');
  });

  const { 'x-api-key': _, ...noKey } = jsonHeaders;
  const big = JSON.stringify({ input: {}, name: 'x'.repeat(4_500_000) });
  it.each<[string, Sent, string, RegExp]>([
    ['an unknown path', { path: '/v1/nothing', headers: {} }, 'NOT_FOUND', /\/v1\/nothing.*openapi/],
    ["another function's path", { path: '/v1/runs', method: 'GET' }, 'NOT_FOUND', /\/v1\/runs/],
    ['no key', { headers: noKey }, 'UNAUTHORIZED', /X-API-Key/],
    ['a malformed key', { headers: { ...jsonHeaders, 'x-api-key': `${key}0` } }, 'UNAUTHORIZED', /malformed/],
    ['an unknown key', { headers: { ...jsonHeaders, 'x-api-key': keyOf(3) } }, 'UNAUTHORIZED', /unknown or revoked/],
    [
      'a missing scope',
      { headers: { ...jsonHeaders, 'x-api-key': readOnlyKey } },
      'FORBIDDEN',
      /scope run; this key has read/,
    ],
    [
      'what it cannot give',
      { headers: { ...jsonHeaders, accept: 'text/csv, application/json;q=0' } },
      'NOT_ACCEPTABLE',
      /text\/csv.*application\/json/,
    ],
    ['an unknown action', { path: path.replace('search', 'find') }, 'ACTION_NOT_FOUND', /find-cities/],
    ['an unknown query parameter', { query: 'limit=3' }, 'BAD_INPUT', /query: limit: .*allowed here: cursor, page/],
    ['a query that is not UTF-8', { query: 'page=1&cursor=%ff' }, 'BAD_INPUT', /query: cursor: has percent-encoding/],
    ['a query with half an escape', { query: 'cursor=100%' }, 'BAD_INPUT', /query: cursor: has percent-encoding/],
    [
      'a body that nests too deep',
      { body: `{"input":{"a":[{"b":${'['.repeat(40)}` },
      'BAD_INPUT',
      /body: input.a\[0\].b: objects and lists nest deeper/,
    ],
    ['no body', { body: undefined }, 'BAD_INPUT', /body: is empty; an object is required/],
    [
      'a form',
      { headers: { ...jsonHeaders, 'content-type': 'application/x-www-form-urlencoded' } },
      'UNSUPPORTED_MEDIA_TYPE',
      /application\/json.*curl -d/,
    ],
    [
      'a body that is not UTF-8',
      { body: Buffer.from('{"input":"\xff"}', 'latin1').toString('base64'), isBase64Encoded: true },
      'BAD_INPUT',
      /not UTF-8: the byte at offset 10/,
    ],
    [
      'a body that the gateway made UTF-8',
      { body: '{"input":"\uFFFD"}', headers: { ...jsonHeaders, 'content-length': '13' } },
      'BAD_INPUT',
      /not UTF-8: the byte at offset 10/,
    ],
    ['a body of no type', { headers: { 'x-api-key': key } }, 'UNSUPPORTED_MEDIA_TYPE', /no content-type/],
    [
      'another charset',
      { headers: { ...jsonHeaders, 'content-type': 'application/json; charset=latin1' } },
      'UNSUPPORTED_MEDIA_TYPE',
      /UTF-8/,
    ],
    [
      'a compressed body',
      { headers: { ...jsonHeaders, 'content-encoding': 'gzip' } },
      'UNSUPPORTED_MEDIA_TYPE',
      /gzip.*uncompressed/,
    ],
    ['4.5 MB', { body: big }, 'PAYLOAD_TOO_LARGE', /4500\d{3} bytes.*4500000; split/],
    [
      '4.5 MB in base64',
      { body: Buffer.from(big).toString('base64'), isBase64Encoded: true },
      'PAYLOAD_TOO_LARGE',
      /4500000/,
    ],
    ['broken JSON', { body: '{"input":' }, 'BAD_INPUT', /line 1, column 10; expected a value/],
    [
      'bytes that are no text',
      { body: Buffer.from([0xff]).toString('base64'), isBase64Encoded: true },
      'BAD_INPUT',
      /UTF-8/,
    ],
    ['an unknown property', { body: '{"input":{},"speed":1}' }, 'BAD_INPUT', /speed.*allowed here: input, parameters/],
  ])('for %s says what, where and what is allowed', async (_, sent, label, message) => {
    const error = await sendForError(sent);
    expect(error.error_label).toBe(label);
    expect(error.message).toMatch(message);
    expect(harness.seen).toBeNull();
  });

  it('for several faults names the first: path, key, limit, scope, Accept, action, body', async () => {
    const labels: string[] = [];
    const sendFaulty = async (faults: Sent) => labels.push((await sendForError({ body: '{', ...faults })).error_label);
    const elsewhere = path.replace('search', 'find');
    const readOnly = { ...jsonHeaders, 'x-api-key': readOnlyKey, accept: 'text/csv' };
    harness.refusedUntil = harness.time + 50;
    await sendFaulty({ path: '/v1/nothing', headers: {} });
    await sendFaulty({ path: elsewhere, headers: { ...readOnly, 'x-api-key': keyOf(3) } });
    await sendFaulty({ path: elsewhere, headers: readOnly });
    harness.refusedUntil = null;
    await sendFaulty({ path: elsewhere, headers: readOnly });
    await sendFaulty({ path: elsewhere, headers: { ...readOnly, 'x-api-key': key } });
    await sendFaulty({ path: elsewhere });
    await sendFaulty({});
    expect(labels).toEqual([
      'NOT_FOUND',
      'UNAUTHORIZED',
      'LIMIT_REACHED',
      'FORBIDDEN',
      'NOT_ACCEPTABLE',
      'ACTION_NOT_FOUND',
      'BAD_INPUT',
    ]);
  });

  it('names the methods a path has', async () => {
    const response = await send({ method: 'DELETE', headers: {} });
    expect(response).toMatchObject({ statusCode: 405, headers: { allow: 'POST' } });
  });

  it('names the scope that is missing', async () => {
    const error = await sendForError({ headers: { ...jsonHeaders, 'x-api-key': readOnlyKey } });
    expect(error.params).toEqual({ scope: 'run' });
  });

  // Each call has this fault and all that come after it in the list.
  const faults: readonly (readonly [string, Partial<Sent>])[] = [
    ['BAD_INPUT', { body: '{' }],
    ['UNSUPPORTED_MEDIA_TYPE', { headers: { 'x-api-key': key } }],
    ['ACTION_NOT_FOUND', { path: path.replace('search', 'find') }],
    ['FORBIDDEN', { headers: { 'x-api-key': readOnlyKey } }],
    ['UNAUTHORIZED', { headers: {} }],
  ];
  it.each(faults.map(([label], index) => [label, index] as const))(
    'is refused as %s before what counts less',
    async (label, index) => {
      const sent = Object.assign({}, ...faults.slice(0, index + 1).map(([, one]) => one));
      expect((await sendForError(sent)).error_label).toBe(label);
    },
  );
});

describe('every answer to a caller that is known', () => {
  const told = {
    'X-RateLimit-Type': 'live',
    'X-RateLimit-Limit': '40',
    'X-RateLimit-Remaining': '39',
    'X-RateLimit-Reset': '1',
  };

  it.each<[number, Sent]>([
    [200, {}],
    [400, { body: '{' }],
    [403, { headers: { ...jsonHeaders, 'x-api-key': readOnlyKey } }],
    [404, { path: path.replace('search', 'find') }],
  ])('tells how its workspace stands: %i', async (statusCode, sent) => {
    expect(await send(sent)).toMatchObject({ statusCode, headers: told });
  });

  it('and no other does', async () => {
    const answers = [await send({ headers: {} }), await send({ path: '/v1/nothing' })];
    for (const { headers } of answers) expect(Object.keys(headers ?? {})).not.toContain('X-RateLimit-Type');
  });

  it.each([50, 0])('over its limit is 429, in whole seconds and to the millisecond: %i ms', async (ms) => {
    harness.refusedUntil = harness.time + ms;
    const response = await send();
    expect(response).toMatchObject({ statusCode: 429, headers: { ...told, 'retry-after': '1' } });
    expect(JSON.parse(response.body ?? '')).toMatchObject({
      error_label: 'LIMIT_REACHED',
      retryable: true,
      params: { postponed_until: new Date(harness.time + ms).toISOString() },
    });
    expect(harness.seen).toBeNull();
  });
});

describe('API keys', () => {
  it('are read once a minute, so that a revoked one stops within it', async () => {
    await send();
    harness.callers.clear();
    harness.time += 59_999;
    expect((await send()).statusCode).toBe(200);
    expect(harness.reads).toBe(1);
    harness.time += 1;
    expect((await send()).statusCode).toBe(401);
  });
});

describe('the use of a key', () => {
  const DAY_MS = 86_400_000;
  const keyUid = keyUidOf(digestApiKey(key));

  it('is noted once a day and process, however many calls there are', async () => {
    await send({});
    await send({});
    harness.time = DAY_MS - 1;
    await send({});
    expect(harness.uses).toEqual([`${keyUid} 0`]);
    harness.time = DAY_MS;
    await send({});
    handler = startContainer();
    await send({});
    expect(harness.uses).toEqual([`${keyUid} 0`, `${keyUid} ${DAY_MS}`, `${keyUid} ${DAY_MS}`]);
  });

  it('fails no call where it cannot be noted, and is noted with the next one', async () => {
    harness.failsToNote = true;
    expect((await send({})).statusCode).toBe(200);
    harness.failsToNote = false;
    await send({});
    await send({});
    expect(harness.uses).toHaveLength(2);
    expect(harness.logged.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });
});

describe('API keys that are refused', () => {
  it('are told that they have expired, also where they are cached, and not before', async () => {
    const expiresAt = harness.time + 500;
    harness.callers.set(digestApiKey(key), { workspaceUid, keyUid: '', scopes: ['run'], expiresAt });
    expect((await send({})).statusCode).toBe(200);
    harness.time = expiresAt - 1;
    expect((await send({})).statusCode).toBe(200);
    harness.time = expiresAt;
    const refused = await send({});
    expect(refused.statusCode).toBe(401);
    expect(errorRecord.parse(JSON.parse(refused.body ?? ''))).toMatchObject({
      error_label: 'UNAUTHORIZED',
      message: expect.stringContaining('has expired, at 1970-01-01T00:00:01.500Z'),
    });
    expect(harness.reads).toBe(1);
  });

  it('are not even read when malformed', async () => {
    await send({ headers: { ...jsonHeaders, 'x-api-key': `${key.slice(0, -1)}x` } });
    expect(harness.reads).toBe(0);
  });

  it('work at once when they are created a moment later', async () => {
    const headers = { ...jsonHeaders, 'x-api-key': keyOf(4) };
    expect((await send({ headers })).statusCode).toBe(401);
    harness.callers.set(digestApiKey(keyOf(4)), { workspaceUid, keyUid: '', scopes: ['run'], expiresAt: null });
    expect((await send({ headers })).statusCode).toBe(200);
  });
});

/** Whatever the unknown key of that number is refused with. */
const guess = (number: number, from?: string): Promise<APIGatewayProxyStructuredResultV2> => {
  const unknown = formatApiKey(Buffer.alloc(20, `guess ${number} `));
  return send({ headers: { ...jsonHeaders, 'x-api-key': unknown }, ...(from === undefined ? {} : { from }) });
};
const guesses = (count: number, from?: string) =>
  Promise.all(Array.from({ length: count }, (_, number) => guess(number, from)));
const statusesOf = (answers: readonly APIGatewayProxyStructuredResultV2[]) =>
  Object.fromEntries([401, 429].map((code) => [code, answers.filter(({ statusCode }) => statusCode === code).length]));

describe('guessing keys', () => {
  it('costs ten reads a second for each address; beyond that it is told when to come back', async () => {
    const answers = await guesses(300);
    expect(statusesOf(answers)).toEqual({ 401: 10, 429: 290 });
    expect(harness.reads).toBe(10);
    expect(answers.at(-1)).toMatchObject({ statusCode: 429, headers: { 'retry-after': '1' } });
    expect(errorRecord.parse(JSON.parse(answers.at(-1)?.body ?? ''))).toMatchObject({
      error_label: 'LIMIT_REACHED',
      message: expect.stringContaining('unknown keys'),
      params: { postponed_until: new Date(harness.time + 1_000).toISOString() },
    });
    harness.time += 999;
    expect((await guess(400)).statusCode).toBe(429);
    harness.time += 1;
    expect((await guess(401)).statusCode).toBe(401);
    expect(harness.reads).toBe(11);
  });

  it('takes nothing from a key in memory, not even when it is read again', async () => {
    await send();
    await guesses(20);
    expect((await send()).statusCode).toBe(200);
    harness.time += 60_000;
    await guesses(20);
    expect((await send()).statusCode).toBe(200);
  });

  it('takes nothing from another address', async () => {
    await guesses(20);
    expect((await send()).statusCode).toBe(429);
    expect((await send({ from: '192.0.2.2' })).statusCode).toBe(200);
  });

  it.each([
    ['two addresses of one IPv6 network of 64 bits', '2001:db8:1:2::1', '2001:db8:1:2:ffff::9', 429],
    ['two of its neighbours', '2001:db8:1:2::1', '2001:db8:1:3::1', 401],
    ['an IPv4 address, however it is written', '192.0.2.7', '::ffff:192.0.2.7', 429],
  ])('is counted for %s', async (_, first, second, statusCode) => {
    await guesses(10, first);
    expect((await guess(99, second)).statusCode).toBe(statusCode);
  });

  it('with one key over and over is read twice a second, and takes nothing else from its address', async () => {
    for (let time = 0; time < 20; time += 1) expect((await guess(1)).statusCode).toBe(401);
    expect(harness.reads).toBe(2);
    expect((await send()).statusCode).toBe(200);
    harness.time += 1_000;
    await guess(1);
    expect(harness.reads).toBe(4);
  });

  it('at once with one key is one read', async () => {
    await Promise.all(Array.from({ length: 50 }, () => guess(1)));
    expect(harness.reads).toBe(1);
  });
});

describe('the log', () => {
  it('says who called, by uids, under the id that the gateway logs; never the key', async () => {
    await send();
    await send({ body: '{' });
    const uids = { request_id: 'request-1', workspace_uid: workspaceUid, key_uid: keyUidOf(digestApiKey(key)) };
    expect(harness.logged).toEqual([
      expect.objectContaining(uids),
      expect.objectContaining({ ...uids, error_ref: 'ref-1' }),
    ]);
    const everything = JSON.stringify(harness.logged);
    expect(everything).not.toContain(key);
    expect(everything).not.toContain(digestApiKey(key));
  });
});

describe('a failing handler', () => {
  it('tells the caller nothing but where to look, and the log everything', async () => {
    harness.answer = () => {
      throw new TypeError('the table is gone', { cause: new Error('the wire was cut') });
    };
    const error = await sendForError({});
    expect(error).toMatchObject({ error_label: 'INTERNAL_ERROR', retryable: true });
    expect(JSON.stringify(error)).not.toContain('table');
    const [line] = harness.logged;
    expect(line).toMatchObject({
      level: 'error',
      error_ref: 'ref-1',
      label: 'INTERNAL_ERROR',
      method: 'POST',
      path,
    });
    expect(String(line?.['stack'])).toMatch(/the table is gone.*the wire was cut/s);
  });

  it('has its own errors answered as they are, with when to come back', async () => {
    harness.answer = () => {
      throw new EngineError('UNAVAILABLE', 'The store is away.', { retryAfterSeconds: 3 });
    };
    const response = await send();
    expect(response).toMatchObject({ statusCode: 503, headers: { 'retry-after': '3' } });
    expect(response.body).toContain('The store is away.');
  });

  it('names the run it was recorded as, and when a limit will have passed', async () => {
    harness.answer = () => {
      const postponedUntil = new Date(harness.time + 1_500).toISOString();
      throw new EngineError('LIMIT_REACHED', 'm', { params: { run_uid: 'r' }, postponedUntil });
    };
    expect(await send()).toMatchObject({ statusCode: 429, headers: { 'retry-after': '2', 'x-run-uid': 'r' } });
  });

  it('cannot answer with more than the limit', async () => {
    harness.answer = () => ['x'.repeat(4 * 1024 * 1024)];
    const error = await sendForError({});
    expect(error).toMatchObject({ error_label: 'PAYLOAD_TOO_LARGE', message: expect.stringContaining('4194304') });
  });
});

it('a refusal is logged under its reference, without a stack', async () => {
  await send({ headers: {} });
  expect(harness.logged).toEqual([
    expect.objectContaining({ level: 'info', error_ref: 'ref-1', label: 'UNAUTHORIZED', status_code: 401 }),
  ]);
  expect(harness.logged[0]).not.toHaveProperty('stack');
});

describe('a route without a body', () => {
  const endpoint = defineEndpoint('getSigningSecret', { handle: async () => ({ body: { secrets: [] } }) });
  const caller: Caller = { workspaceUid, keyUid: '', scopes: ['manage'], expiresAt: null };
  const answer = async (text: string): Promise<unknown> => {
    const request = readHttpRequest(eventOf({ body: text }), 'http://127.0.0.1:4000');
    return endpoint.answer({ request, params: {}, caller, mediaType: 'application/json' });
  };

  it.each(['', '{}', ' {} ', 'null'])('takes %j', async (text) => {
    expect(await answer(text)).toEqual({ body: { secrets: [] } });
  });

  it.each(['{"a":1}', '[]', '0', 'false', '""'])('refuses %j', async (text) => {
    await expect(answer(text)).rejects.toMatchObject({ label: 'BAD_INPUT' });
  });
});
