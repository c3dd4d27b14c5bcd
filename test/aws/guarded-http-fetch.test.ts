import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { createGuardedFetch } from '../../shared/aws/guarded-fetch.ts';
import { createGuardedHttp } from '../../shared/aws/guarded-http.ts';
import type { ActionFetch } from '../../shared/sdk/action.ts';
import { startReceiver } from './guarded-http-receiver.ts';
import type { Answer, Receiver } from './guarded-http-receiver.ts';

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

type Started = { readonly server: Receiver; readonly url: string; readonly fetch: ActionFetch };

async function start(answer?: Answer, maxResponseBytes = 1000): Promise<Started> {
  const server = await startReceiver(answer);
  const http = createGuardedHttp({ policy: { allowedPorts: [443], allowLocalHttp: true } });
  opened.push(
    () => server.close(),
    () => http.close(),
  );
  const fetch = createGuardedFetch(http, { poolKey: 'w1', maxResponseBytes });
  return { server, url: `http://127.0.0.1:${server.port}/`, fetch };
}

const encoded =
  (coding: string, body: Uint8Array): Answer =>
  (_request, response) =>
    response.writeHead(200, { 'content-encoding': coding, 'content-type': 'application/json' }).end(body);

test('a call and its answer are fetch’s', async () => {
  const { server, url, fetch } = await start((_request, response) =>
    response
      .writeHead(
        201,
        [
          ['Set-Cookie', 'a=1'],
          ['set-cookie', 'b=2'],
        ].flat(),
      )
      .end('{"a":1}'),
  );
  const response = await fetch(new URL('list?page=2', url), { method: 'post', headers: { 'X-A': '1' }, body: 'hi' });
  expect(response).toBeInstanceOf(Response);
  expect(response.status).toBe(201);
  expect(response.ok).toBe(true);
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect(await response.json()).toEqual({ a: 1 });
  expect(server.seen[0]).toMatchObject({ method: 'POST', url: '/list?page=2', body: 'hi', headers: { 'x-a': '1' } });
});

const JSON_TEXT = JSON.stringify({ city: 'Zürich' });

test.each([
  ['gzip', gzipSync(JSON_TEXT)],
  ['deflate', deflateSync(JSON_TEXT)],
  ['br', brotliCompressSync(JSON_TEXT)],
  ['gzip, br', brotliCompressSync(gzipSync(JSON_TEXT))],
  ['identity', Buffer.from(JSON_TEXT)],
])('%s is decoded and no longer announced', async (coding, body) => {
  const { url, fetch } = await start(encoded(coding, body));
  const response = await fetch(url);
  expect(await response.json()).toEqual({ city: 'Zürich' });
  expect(response.headers.has('content-encoding')).toBe(false);
  expect(response.headers.get('content-type')).toBe('application/json');
});

test('an answer over the limit is an error, as sent or decoded', async () => {
  const plain = await start((_request, response) => response.end('x'.repeat(1001)));
  await expect(plain.fetch(plain.url)).rejects.toMatchObject({
    kind: 'too-large',
    actionError: { kind: 'permanent', label: 'PAYLOAD_TOO_LARGE' },
    message: expect.stringMatching(/over the limit of 1000 bytes/),
  });
  const bomb = await start(encoded('gzip', gzipSync('x'.repeat(100_000))));
  await expect(bomb.fetch(bomb.url)).rejects.toMatchObject({
    kind: 'too-large',
    actionError: { kind: 'permanent', label: 'PAYLOAD_TOO_LARGE' },
    message: expect.stringMatching(/over the limit of 1000 bytes/),
  });
  const edge = await start((_request, response) => response.end('x'.repeat(1000)));
  expect(await (await edge.fetch(edge.url)).text()).toHaveLength(1000);
});

test('a coding that is unknown or broken is named', async () => {
  const unknown = await start(encoded('zstd-x', Buffer.from('x')));
  await expect(unknown.fetch(unknown.url)).rejects.toMatchObject({
    kind: 'protocol',
    message: expect.stringMatching(/unknown content coding "zstd-x"/),
  });
  const broken = await start(encoded('gzip', Buffer.from('no')));
  await expect(broken.fetch(broken.url)).rejects.toMatchObject({
    kind: 'protocol',
    message: expect.stringMatching(/broken gzip/),
  });
});

test('a next link of 16 KB is read from a header and followed; a longer one is refused', async () => {
  const { server, url, fetch } = await start((request, response) =>
    response.writeHead(200, { link: `<${request.url}>; rel="next"` }).end(),
  );
  const next = `${url}?after=${'x'.repeat(16_384 - url.length - '?after='.length)}`;
  const response = await fetch(next);
  expect(response.headers.get('link')).toContain(new URL(next).search);
  expect(server.seen).toHaveLength(1);
  await expect(fetch(`${next}x`)).rejects.toMatchObject({ kind: 'refused-address' });
});

test.each([204, 304, 404, 302])('a bare %i is a Response', async (status) => {
  const { url, fetch } = await start((_request, response) => response.writeHead(status).end());
  const response = await fetch(url);
  expect(response.status).toBe(status);
  expect(await response.text()).toBe('');
});

test('the guard stands before it', async () => {
  const { fetch } = await start();
  await expect(fetch('https://169.254.169.254/')).rejects.toMatchObject({ kind: 'refused-address' });
  await expect(fetch('http://example.com/')).rejects.toMatchObject({ kind: 'refused-address' });
});
