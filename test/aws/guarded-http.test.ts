import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createGuardedHttp } from '../../shared/aws/guarded-http.ts';
import type { GuardedHttp, GuardedHttpOptions, GuardedRequest } from '../../shared/aws/guarded-http.ts';
import { GuardedHttpError } from '../../shared/aws/guarded-http/error.ts';
import { startReceiver, TEST_CERTIFICATE } from './guarded-http-receiver.ts';
import type { Answer, Receiver } from './guarded-http-receiver.ts';

const LOOPBACK = { address: '127.0.0.1', family: 4 };
const PUBLIC = { address: '93.184.216.34', family: 4 };

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});
beforeAll(() => setDefaultCACertificates([...getCACertificates(), TEST_CERTIFICATE]));

async function receiver(answer?: Answer, kind?: 'http' | 'https'): Promise<Receiver> {
  const started = await startReceiver(answer, kind);
  opened.push(() => started.close());
  return started;
}

/** A client of the local stage. */
function local(options: Partial<GuardedHttpOptions> = {}): GuardedHttp {
  const http = createGuardedHttp({ policy: { allowedPorts: [443], allowLocalHttp: true }, ...options });
  opened.push(() => http.close());
  return http;
}

/** A cloud stage's client whose DNS answers are given and which, unlike any real one, may dial loopback. */
function towards(port: number, resolve: NonNullable<GuardedHttpOptions['resolve']>, rest = {}): GuardedHttp {
  const policy = { allowedPorts: [port], allowLocalHttp: false };
  const http = createGuardedHttp({ policy, resolve, ...rest }, (ip) =>
    ip === '127.0.0.1' ? null : `${ip} is not ours`,
  );
  opened.push(() => http.close());
  return http;
}

const get = (url: string, rest: Partial<GuardedRequest> = {}): GuardedRequest => {
  return { url, method: 'GET', headers: {}, poolKey: 'w1', ...rest };
};

async function failureOf(outcome: Promise<unknown>): Promise<GuardedHttpError> {
  const error = await outcome.then(
    () => null,
    (cause: unknown) => cause,
  );
  if (error instanceof GuardedHttpError) return error;
  throw new Error('expected a GuardedHttpError', { cause: error });
}

describe('an exchange', () => {
  test('carries method, path, headers and body there, and status, headers and body back', async () => {
    const server = await receiver((_request, response) => response.writeHead(201, { 'X-Seen': '1' }).end('done'));
    const answer = await local().request({
      url: `http://127.0.0.1:${server.port}/hook?a=1`,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from('{"a":"é"}'),
      poolKey: 'w1',
    });
    expect(server.seen[0]).toMatchObject({ method: 'POST', url: '/hook?a=1', body: '{"a":"é"}' });
    expect(server.seen[0]?.headers).toMatchObject({ 'content-length': '10', host: `127.0.0.1:${server.port}` });
    expect(answer).toMatchObject({ status: 201, headers: { 'x-seen': '1' }, truncated: false });
    expect(Buffer.from(answer.body).toString()).toBe('done');
  });

  test('reaches localhost without asking DNS', async () => {
    const server = await receiver();
    const http = local({ resolve: () => Promise.reject(new Error('asked')) });
    await expect(http.request(get(`http://localhost:${server.port}/`))).resolves.toMatchObject({ status: 200 });
  });

  test('does not follow a redirect', async () => {
    const server = await receiver((_request, response) => response.writeHead(302, { location: '/else' }).end());
    const answer = await local().request(get(`http://127.0.0.1:${server.port}/`));
    expect(answer).toMatchObject({ status: 302, headers: { location: '/else' } });
    expect(server.seen).toHaveLength(1);
  });

  test.each(['Host', 'transfer-encoding', 'Content-Length', 'proxy-authorization'])('may not set %s', async (name) => {
    const error = await failureOf(local().request(get('http://127.0.0.1:1/', { headers: { [name]: 'x' } })));
    expect(error).toMatchObject({
      kind: 'protocol',
      message: `header "${name}" belongs to the connection and cannot be set`,
    });
  });

  test('with a line break in a header is an error, not a second header', async () => {
    const server = await receiver();
    const outcome = local().request(get(`http://127.0.0.1:${server.port}/`, { headers: { 'x-a': '1\r\nx-b: 2' } }));
    expect((await failureOf(outcome)).kind).toBe('protocol');
    expect(server.seen).toHaveLength(0);
  });
});

describe('an address', () => {
  test.each([
    ['https://169.254.169.254/latest/meta-data', '169.254.0.0/16'],
    ['https://169.254.100.1:9001/', 'port 9001'],
    ['https://0x7f000001/', '127.0.0.0/8'],
    ['https://[::1]/', 'loopback'],
    ['https://[::ffff:169.254.169.254]/', 'written as IPv6'],
    ['https://localhost/', 'not a public host'],
    ['http://example.com/', 'http is not allowed'],
  ])('%s is refused before anything is asked or dialed', async (url, reason) => {
    let asked = 0;
    const http = local({ resolve: () => Promise.resolve((asked++, [PUBLIC])) });
    const error = await failureOf(http.request(get(url)));
    expect(error.kind).toBe('refused-address');
    expect(error.message).toContain(reason);
    expect(asked).toBe(0);
  });

  test('http to not a public host is refused where the stage is not local', async () => {
    const http = towards(443, () => Promise.resolve([LOOPBACK]));
    expect((await failureOf(http.request(get('http://127.0.0.1:9001/')))).message).toMatch(/^http is not allowed/);
  });

  test.each([
    [[PUBLIC, LOOPBACK], '127.0.0.0/8'],
    [[LOOPBACK, PUBLIC], '127.0.0.0/8'],
    [[PUBLIC, { address: '::ffff:10.0.0.1', family: 6 }], 'written as IPv6'],
    [[{ address: 'fd00:ec2::254', family: 6 }], 'metadata'],
    [[{ address: 'fe80::1%eth0', family: 6 }], 'not an IP address'],
  ])('is refused when any answer of DNS is: %j', async (answers, reason) => {
    const server = await receiver(undefined, 'https');
    const policy = { allowedPorts: [server.port], allowLocalHttp: true };
    const http = local({ policy, resolve: () => Promise.resolve(answers) });
    const error = await failureOf(http.request(get(`https://receiver.example:${server.port}/`)));
    expect(error.kind).toBe('refused-address');
    expect(error.message).toMatch(/^receiver\.example may not be called: /);
    expect(error.message).toContain(reason);
    expect(server.connections()).toBe(0);
  });

  test('is dialed as it was checked, asked once, with SNI and Host of the name', async () => {
    const server = await receiver(undefined, 'https');
    let asked = 0;
    const http = towards(server.port, (host) => {
      asked += 1;
      return Promise.resolve(host === 'receiver.example' && asked === 1 ? [LOOPBACK] : [PUBLIC]);
    });
    const url = `https://receiver.example:${server.port}/`;
    await http.request(get(url));
    await http.request(get(url));
    expect(asked).toBe(1);
    expect(server.connections()).toBe(1);
    expect(server.seen[0]).toMatchObject({ servername: 'receiver.example' });
    expect(server.seen[0]?.headers.host).toBe(`receiver.example:${server.port}`);
  });

  test('is asked for and checked anew with each new connection', async () => {
    const server = await receiver((_request, response) => response.setHeader('connection', 'close').end());
    const answers = [[LOOPBACK], [PUBLIC]];
    const policy = { allowedPorts: [server.port], allowLocalHttp: true };
    const rule = (ip: string): string | null => (ip === PUBLIC.address ? 'changed' : null);
    const http = createGuardedHttp({ policy, resolve: () => Promise.resolve(answers.shift() ?? []) }, rule);
    opened.push(() => http.close());
    const url = `https://receiver.example:${server.port}/`;
    expect((await failureOf(http.request(get(url)))).kind).toBe('tls');
    expect((await failureOf(http.request(get(url)))).kind).toBe('refused-address');
  });

  test('that is not found is told with its code', async () => {
    const gone = Object.assign(new Error('queryA'), { code: 'ENOTFOUND' });
    const url = 'https://gone.example/';
    const refused = await failureOf(towards(443, () => Promise.reject(gone)).request(get(url)));
    expect(refused).toMatchObject({ kind: 'dns', message: 'no address found for gone.example (ENOTFOUND)' });
    expect((await failureOf(towards(443, () => Promise.resolve([])).request(get(url)))).kind).toBe('dns');
  });
});

describe('TLS', () => {
  test('a certificate for another name is refused', async () => {
    const server = await receiver(undefined, 'https');
    const http = towards(server.port, () => Promise.resolve([LOOPBACK]));
    const error = await failureOf(http.request(get(`https://wrong.example:${server.port}/`)));
    expect(error.kind).toBe('tls');
    expect(error.message).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(server.seen).toHaveLength(0);
  });

  test('a server that never shakes hands is given up', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    opened.push(() => silent.close());
    silent.on('connection', (socket) => opened.push(() => socket.destroy()));
    await once(silent, 'listening');
    // A server listening on TCP has an AddressInfo, not a pipe's name.
    const { port } = silent.address() as AddressInfo;
    const http = towards(port, () => Promise.resolve([LOOPBACK]), { connectTimeoutMs: 60 });
    const error = await failureOf(http.request(get(`https://receiver.example:${port}/`)));
    expect(error).toMatchObject({ kind: 'timeout', message: `no connection to receiver.example:${port} within 60 ms` });
  });
});

describe('limits', () => {
  test('a name server that never answers is given up', async () => {
    const http = towards(443, () => new Promise(() => undefined), { connectTimeoutMs: 30 });
    expect((await failureOf(http.request(get('https://receiver.example/')))).kind).toBe('timeout');
  });

  test('a port nobody listens on is told', async () => {
    const server = await startReceiver();
    await server.close();
    const error = await failureOf(local().request(get(`http://127.0.0.1:${server.port}/`)));
    expect(error).toMatchObject({
      kind: 'connect',
      message: `could not connect to 127.0.0.1:${server.port} (ECONNREFUSED)`,
    });
  });

  test('a body that drips is cut at the total time', async () => {
    const server = await receiver((_request, response) => {
      const drip = setInterval(() => response.write('.'), 10);
      response.on('close', () => clearInterval(drip));
    });
    const error = await failureOf(local({ totalTimeoutMs: 80 }).request(get(`http://127.0.0.1:${server.port}/`)));
    expect(error).toMatchObject({
      kind: 'timeout',
      message: `no complete answer from 127.0.0.1:${server.port} within 80 ms`,
    });
  });

  test('a body without end is cut at its limit and its connection closed', async () => {
    let closed: Promise<unknown> = Promise.resolve();
    const server = await receiver((_request, response) => {
      closed = once(response, 'close');
      const pour = (): void => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
      };
      response.on('drain', pour);
      pour();
    });
    const answer = await local().request(get(`http://127.0.0.1:${server.port}/`));
    expect(answer.truncated).toBe(true);
    expect(answer.body).toHaveLength(16_384);
    await closed;
  });

  test('a body of exactly the limit is whole', async () => {
    const server = await receiver((_request, response) => response.end('x'.repeat(16_384)));
    const answer = await local().request(get(`http://127.0.0.1:${server.port}/`));
    expect(answer).toMatchObject({ truncated: false, body: { length: 16_384 } });
  });

  test('an abort ends it, before or during', async () => {
    const server = await receiver(() => controller.abort(new Error('enough')));
    const controller = new AbortController();
    const url = `http://127.0.0.1:${server.port}/`;
    const during = await failureOf(local().request(get(url, { signal: controller.signal })));
    expect(during).toMatchObject({ kind: 'aborted', cause: { message: 'enough' } });
    expect((await failureOf(local().request(get(url, { signal: controller.signal })))).kind).toBe('aborted');
    expect(server.seen).toHaveLength(1);
  });

  test.each([
    ['what is not HTTP', 'SSH-2.0-x\r\n\r\n'],
    ['a body that ends early', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc'],
    ['a header without end', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(70_000)}\r\n\r\n`],
    ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'],
  ])('%s is a protocol error', async (_name, bytes) => {
    const server = await receiver((request) => request.socket.end(bytes));
    const error = await failureOf(local().request(get(`http://127.0.0.1:${server.port}/`)));
    expect(error.kind).toBe('protocol');
  });
});

describe('where the status line is enough', () => {
  const ok = 'HTTP/1.1 200 OK\r\n';
  const broken: readonly (readonly [string, number, string])[] = [
    ['a body after a 204', 204, 'HTTP/1.1 204 No Content\r\ncontent-length: 2\r\n\r\nok'],
    ['a body after a 205 in chunks', 205, 'HTTP/1.1 205 Reset\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'],
    ['a body that ends early', 200, `${ok}content-length: 9\r\n\r\nabc`],
    ['chunks that are none', 200, `${ok}transfer-encoding: chunked\r\n\r\nnot a size`],
    ['two lengths', 200, `${ok}content-length: 1\r\ncontent-length: 2\r\n\r\nab`],
    ['a header that is none', 200, `${ok}no header at all\r\n\r\n`],
    ['a header without end', 200, `${ok}x: ${'y'.repeat(70_000)}\r\n\r\n`],
    ['nothing after it', 202, 'HTTP/1.0 202\r\n'],
  ];

  test.each(broken)('%s is a success', async (_, status, bytes) => {
    const server = await receiver((request) => request.socket.end(bytes));
    const request = get(`http://127.0.0.1:${server.port}/`, { isStatusEnough: true, poolKey: 'w1' });
    const http = local();
    expect(await http.request(request)).toMatchObject({ status });
    expect(await http.request(request)).toMatchObject({ status });
  });

  test('it is over TLS too, and what came of the body is told', async () => {
    const server = await receiver((request) => request.socket.end(`${ok}content-length: 9\r\n\r\nabc`), 'https');
    const http = towards(server.port, () => Promise.resolve([LOOPBACK]));
    const request = get(`https://receiver.example:${server.port}/`, { isStatusEnough: true });
    const answer = await http.request(request);
    expect([answer.status, answer.truncated, Buffer.from(answer.body).toString()]).toEqual([200, true, 'abc']);
  });

  test('a body that never comes is a success once its time is up', async () => {
    const server = await receiver((_request, response) =>
      response.writeHead(200, { 'content-length': '9' }).flushHeaders(),
    );
    const request = get(`http://127.0.0.1:${server.port}/`, { isStatusEnough: true });
    expect(await local({ totalTimeoutMs: 80 }).request(request)).toMatchObject({ status: 200, truncated: true });
  });

  test.each([
    ['another status', 'HTTP/1.1 500 Oops\r\ncontent-length: 9\r\n\r\nabc'],
    ['half a status line', 'HTTP/1.1 20'],
    ['what is not HTTP', '200 OK\r\n\r\n'],
  ])('%s is still an error', async (_, bytes) => {
    const server = await receiver((request) => request.socket.end(bytes));
    const request = get(`http://127.0.0.1:${server.port}/`, { isStatusEnough: true });
    expect((await failureOf(local().request(request))).kind).toBe('protocol');
  });
});

describe('connections', () => {
  test('are reused within a pool key and never outside it', async () => {
    const server = await receiver();
    const http = local();
    const url = `http://127.0.0.1:${server.port}/`;
    for (const poolKey of ['w1', 'w1', 'w2', 'w1']) await http.request(get(url, { poolKey }));
    const [a, b, c, d] = server.seen.map((request) => request.clientPort);
    expect(b).toBe(a);
    expect(c).not.toBe(a);
    expect(d).toBe(a);
  });

  test('of TLS are not shared either', async () => {
    const server = await receiver(undefined, 'https');
    const http = towards(server.port, () => Promise.resolve([LOOPBACK]));
    for (const poolKey of ['w1', 'w2', 'w1']) {
      await http.request(get(`https://receiver.example:${server.port}/`, { poolKey }));
    }
    expect(server.connections()).toBe(2);
  });

  test('of the pool used longest ago are closed when there are more than 64', async () => {
    const server = await receiver();
    const http = local();
    const url = `http://127.0.0.1:${server.port}/`;
    for (let i = 0; i <= 64; i++) await http.request(get(url, { poolKey: `w${i}` }));
    await http.request(get(url, { poolKey: 'w1' }));
    expect(server.connections()).toBe(65);
    await http.request(get(url, { poolKey: 'w0' }));
    expect(server.connections()).toBe(66);
    await http.request(get(url, { poolKey: 'w1' }));
    expect(server.connections()).toBe(66);
  });

  test('that were closed while idle are replaced, for what may be sent twice', async () => {
    const used = new Set<unknown>();
    const server = await receiver((request, response) => {
      if (used.has(request.socket)) request.socket.destroy();
      else response.end(used.add(request.socket) && 'ok');
    });
    const http = local();
    const url = `http://127.0.0.1:${server.port}/`;
    await http.request(get(url));
    await expect(http.request(get(url))).resolves.toMatchObject({ status: 200 });
    await expect(http.request(get(url, { method: 'POST', isRepeatable: true }))).resolves.toMatchObject({
      status: 200,
    });
    const error = await failureOf(http.request(get(url, { method: 'POST' })));
    expect(error.kind).toBe('connect');
  });
});
