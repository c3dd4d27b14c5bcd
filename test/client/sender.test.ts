import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { listenLocally, urlOf } from '../../infra/local/listen.ts';
import { MACHINE } from '../../shared/client/machine.ts';
import type { Run } from '../../shared/client/api-types.ts';
import { createRunHandle } from '../../shared/client/runs.ts';
import { createSender, type ClientOptions } from '../../shared/client/send.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A server that gives these answers in turn, the last one again and again; what it was asked, and for how long one waited. */
async function scripted(answers: readonly Answer[], options: Partial<ClientOptions> = {}) {
  const asked: IncomingMessage[] = [];
  const waits: number[] = [];
  server = createServer((request, response) => {
    asked.push(request);
    (answers[asked.length - 1] ?? answers.at(-1))?.(request, response);
  });
  await listenLocally(server, 0);
  let ids = 0;
  const machine = {
    ...MACHINE,
    random: () => 1,
    uuid: () => `key-${(ids += 1)}`,
    sleep: (ms: number) => {
      waits.push(ms);
      return Promise.resolve();
    },
  };
  const sender = createSender({ url: `${urlOf(server)}/`, apiKey: 'trk_x', ...options }, machine);
  return { ...sender, waits, keys: () => asked.map(({ headers }) => headers['idempotency-key']), asked };
}

const url = (): string => (server === undefined ? '' : urlOf(server));
const hangsUp: Answer = ({ socket }) => socket.destroy();
const answers =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer =>
  (_, response) =>
    response.writeHead(status, { 'x-ratelimit-type': 'read', ...headers }).end(JSON.stringify(body));
const error = (label: string, status: number, retryable: boolean, headers = {}): Answer =>
  answers(status, { error_label: label, error_ref: 'r', message: 'no', retryable, params: {} }, headers);

it('results of a run that gives none are asked for ever more rarely, until there are some again', async () => {
  const rest = { 'x-complete': 'false', 'x-pagination-next': 'https://api.example/v1/runs/u/outputs?cursor=c' };
  const none = answers(200, [], rest);
  const sender = await scripted([
    none,
    none,
    answers(200, ['a'], rest),
    none,
    none,
    none,
    none,
    none,
    answers(200, ['b']),
  ]);
  const run = createRunHandle(sender, { uid: 'u' } as Run); // cast: all that is read of it
  expect(await run.outputs({ follow: true }).all()).toEqual(['a', 'b']);
  expect(sender.waits).toEqual([1_000, 2_000, 1_000, 2_000, 4_000, 8_000, 15_000]);
  expect(sender.asked[1]?.url).toBe('/v1/runs/u/outputs?limit=500');
  expect(sender.asked.at(-1)?.url).toContain('cursor=c');
});

describe('a launch', () => {
  const launch = { method: 'POST', path: '/v1/actions/a/run/async', body: {}, key: 'own' } as const;

  it('is sent again under its key until it is answered', async () => {
    const { send, keys } = await scripted([hangsUp, error('UNAVAILABLE', 503, true), answers(202, { uid: 'u' })]);
    expect(await send(launch)).toMatchObject({ status: 202, text: '{"uid":"u"}' });
    expect(keys()).toEqual(['key-1', 'key-1', 'key-1']);
  });

  it('that a limit refuses waits for as long as it is told, and is sent under a new key', async () => {
    const { send, keys, waits } = await scripted([
      error('LIMIT_REACHED', 429, true, { 'retry-after': '2' }),
      answers(202, {}),
    ]);
    await send(launch);
    expect(keys()).toEqual(['key-1', 'key-2']);
    expect(waits[0]).toBeGreaterThan(1_900);
  });

  it('is refused once', async () => {
    const { send, asked } = await scripted([error('BAD_INPUT', 400, false)]);
    await expect(send(launch)).rejects.toMatchObject({
      name: 'TriremeError',
      label: 'BAD_INPUT',
      status: 400,
      ref: 'r',
    });
    expect(asked).toHaveLength(1);
  });

  it('that nobody answers is given up with the reason, after its attempts', async () => {
    const { send, asked } = await scripted([hangsUp], { retry: { attempts: 3 } });
    await expect(send(launch)).rejects.toMatchObject({ label: 'NO_ANSWER', retryable: true });
    expect(asked).toHaveLength(3);
  });
});

describe('any call', () => {
  it('has its key in a header, its body as JSON, and a query without what is absent', async () => {
    const { send, asked } = await scripted([answers(200, [])]);
    await send({
      method: 'GET',
      path: '/v1/runs',
      query: { status: ['FAILED', 'STOPPED'], name: undefined, limit: 5 },
    });
    expect(asked[0]?.url).toBe('/v1/runs?status=FAILED&status=STOPPED&limit=5');
    expect(asked[0]?.headers).toMatchObject({ 'x-api-key': 'trk_x' });
    expect(asked[0]?.headers['content-type']).toBeUndefined();
  });

  it('takes no answer from another address than its own', async () => {
    const { send, asked } = await scripted([answers(302, {}, { location: 'http://127.0.0.1:9/' })]);
    await expect(send({ method: 'GET', path: '/v1/runs' })).rejects.toMatchObject({
      label: 'UNEXPECTED_ANSWER',
      message: expect.stringMatching(
        / no Trireme deployment answers there, but 302 to http:\/\/127.0.0.1:9\/\.$/,
      ) as string,
    });
    expect(asked).toHaveLength(1);
  });

  it.each([
    [200, '{"workspace":{},"key":{}}', '200 without x-ratelimit-type'],
    [200, '<html></html>', '200 without x-ratelimit-type'],
    [204, '', '204 without x-ratelimit-type'],
    [404, '<h1>Nothing here</h1>', '404 <h1>Nothing here</h1>'],
    [404, '{"message":"Not Found"}', '404 Not Found'],
    [401, 'who?', '401 who?'],
  ])('takes no %i with %s from another server than a deployment, and asks it once', async (status, text, found) => {
    const { send, asked } = await scripted([(_, response) => response.writeHead(status).end(text)]);
    await expect(send({ method: 'GET', path: '/v1/me' })).rejects.toMatchObject({
      label: 'UNEXPECTED_ANSWER',
      retryable: false,
      message: `GET ${url()}/v1/me: no Trireme deployment answers there, but ${found}.`,
    });
    expect(asked).toHaveLength(1);
  });

  it('has its body read by the parser that is given, and what is no JSON refused', async () => {
    const parse = (text: string): unknown => (text === '{}' ? 'parsed' : JSON.parse(text));
    const own = { 'x-ratelimit-type': 'read' };
    const cut: Answer = (_, response) => response.writeHead(200, own).end('{"uid":');
    const { read } = await scripted([answers(200, {}), cut], { parse });
    expect(await read({ method: 'GET', path: '/' })).toMatchObject({ body: 'parsed' });
    await expect(read({ method: 'GET', path: '/' })).rejects.toMatchObject({ label: 'UNEXPECTED_ANSWER' });
  });

  it("ends with its signal's reason, while it is under way and while it waits", async () => {
    const ending = new AbortController();
    const { send } = await scripted([() => ending.abort(new Error('enough'))]);
    await expect(send({ method: 'GET', path: '/', signal: ending.signal })).rejects.toThrow('enough');
    await expect(send({ method: 'GET', path: '/', signal: ending.signal })).rejects.toThrow('enough');
    const waiting = new AbortController();
    const sleeping = MACHINE.sleep(3_600_000, waiting.signal);
    waiting.abort(new Error('no longer'));
    await expect(sleeping).rejects.toThrow('no longer');
  });

  it('that is not answered in time got no answer', async () => {
    const { send } = await scripted([() => undefined], { timeoutMs: 50, retry: { attempts: 1 } });
    await expect(send({ method: 'GET', path: '/' })).rejects.toMatchObject({ label: 'NO_ANSWER' });
  });
});

describe('a live call', () => {
  const live = { method: 'POST', path: '/v1/actions/a/run/live', body: {} } as const;

  it.each([
    ['UPSTREAM_ERROR', 424, {}],
    ['LIMIT_REACHED', 429, { 'retry-after': '1', 'x-run-uid': 'u' }],
  ] as const)('is sent once where its action answers %s, with a key too', async (label, status, headers) => {
    for (const key of [undefined, { given: 'mine' }]) {
      const { send, asked } = await scripted([error(label, status, true, headers)]);
      await expect(send({ ...live, key })).rejects.toMatchObject({ label, retryable: true });
      expect(asked).toHaveLength(1);
    }
  });

  it('that may have run is sent again only under a key of its caller', async () => {
    for (const first of [hangsUp, error('UNAVAILABLE', 503, true)]) {
      const bare = await scripted([first, answers(200, [])]);
      await expect(bare.send(live)).rejects.toMatchObject({ retryable: true });
      expect(bare.asked).toHaveLength(1);
      const keyed = await scripted([first, answers(200, [])]);
      await keyed.send({ ...live, key: { given: 'mine' } });
      expect(keyed.keys()).toEqual(['mine', 'mine']);
    }
  });

  it('that a limit refused before it ran is sent again', async () => {
    const { send, asked } = await scripted([error('LIMIT_REACHED', 429, true), answers(200, [])]);
    await send(live);
    expect(asked).toHaveLength(2);
  });
});

describe('an option that no request can be made with', () => {
  const KEY = 'trk_secretsecretsecret';

  it.each([
    [`${KEY}\nx`, 'U+000A (a line break), at position 23'],
    ['trk_…', 'U+2026, at position 5'],
    [`${KEY}\u{1F511}`, 'U+1F511, at position 23'],
    [`${KEY} `, 'U+0020, at position 23'],
    ['', 'is empty'],
  ])('is a key that is none; the refusal does not show it', (apiKey, reason) => {
    const refusal = refusalOf(() => createSender({ url: 'https://api.example.com', apiKey }));
    expect(refusal).toMatchObject({ name: 'InvalidOption', message: expect.stringContaining(reason) as string });
    expect(inspect(refusal, { depth: 9 })).not.toContain('secret');
  });

  it.each([
    ['notaurl', "url is notaurl: no URL; a deployment's begins with https://"],
    ['ftp://a.example', 'url is ftp://a.example; it must begin with https://'],
    [`https://me:${KEY}@a.example`, 'url has a name or a password before a.example; give the key as apiKey'],
  ])('is a URL like %s', (url, message) => {
    expect(refusalOf(() => createSender({ url, apiKey: KEY }))).toMatchObject({ name: 'InvalidOption', message });
  });

  it('is a port that fetch does not call, a header that it does not take, and a body that is no JSON', async () => {
    const { send, waits, asked } = await scripted([answers(200, {})]);
    const call = { method: 'POST', path: '/v1/bulk' } as const;
    const refusal: unknown = await send({ ...call, key: { given: 'secret\n' } }).catch((reason: unknown) => reason);
    expect(refusal).toMatchObject({ name: 'InvalidOption' });
    expect(inspect(refusal, { depth: 9 })).not.toMatch(/secret\W/);
    await expect(send({ ...call, body: { n: 1n }, key: 'own' })).rejects.toThrow(TypeError);
    const forbidden = await scripted([], { url: 'http://127.0.0.1:1' });
    await expect(forbidden.send({ method: 'GET', path: '/' })).rejects.toMatchObject({
      name: 'InvalidOption',
      message: 'url is http://127.0.0.1:1: fetch does not call this port',
    });
    expect([waits, forbidden.waits, asked]).toEqual([[], [], []]);
  });
});

function refusalOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('It was taken.');
}
