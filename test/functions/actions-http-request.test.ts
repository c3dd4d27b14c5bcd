import { describe, expect, test } from 'vitest';
import { httpRequest } from '../../functions/actions/http-request.ts';
import { startUpstream } from '../support/start-upstream.ts';
import { runPage } from '../support/walk-action.ts';

describe('http-request', () => {
  test('sends method, headers and JSON and gives the answer as one result', async () => {
    await using upstream = await startUpstream(({ body }) => ({
      status: 201,
      headers: { 'x-b': '2' },
      body: { got: body },
    }));
    const page = await runPage(httpRequest, {
      method: 'POST',
      url: `${upstream.origin}/a?b=c`,
      headers: { 'X-A': '1' },
      json: { n: 1 },
    });
    expect(page).toMatchObject({
      results: [{ status: 201, body_type: 'json', body: { got: '{"n":1}' }, headers: { 'x-b': '2' } }],
      nextCursor: null,
    });
    expect(upstream.requests).toMatchObject([
      {
        method: 'POST',
        url: { pathname: '/a', search: '?b=c' },
        headers: { 'x-a': '1', 'content-type': 'application/json', 'idempotency-key': 'key-of-page-0' },
      },
    ]);
  });

  test.each([
    ['text', 'text/plain', 'höi', 'höi'],
    ['text', 'application/json', '{broken', '{broken'],
    ['json', 'application/problem+json; charset=utf-8', '[1]', [1]],
    ['base64', 'image/png', Buffer.from([0xff, 0xd8, 0x00]), '/9gA'],
    ['none', 'text/plain', '', null],
    ['text', 'text/html; charset=iso-8859-1', Buffer.from('Zoë', 'latin1'), 'Zoë'],
    ['json', 'application/json; charset=iso-8859-1', Buffer.from('["Zoë"]', 'latin1'), ['Zoë']],
    ['json', 'application/json', '\uFEFF[1]', [1]],
    ['base64', 'text/plain', Buffer.from('Zoë', 'latin1'), 'Wm/r'],
  ])('gives %s for %s %o', async (body_type, type, sent, body) => {
    await using upstream = await startUpstream(() => ({ headers: { 'content-type': type }, body: sent }));
    const { results } = await runPage(httpRequest, { url: upstream.origin });
    expect(results).toMatchObject([{ body_type, body }]);
  });

  test.each([
    ['nests too deep', '['.repeat(9_000) + ']'.repeat(9_000), 'nest deeper than 31 levels'],
    ['names __proto__', '{"a":{"__proto__":1}}', 'a.__proto__ is not allowed'],
  ])('JSON that %s is an error that says so', async (_, body, message) => {
    await using upstream = await startUpstream(() => ({ headers: { 'content-type': 'application/json' }, body }));
    await expect(runPage(httpRequest, { url: upstream.origin })).rejects.toMatchObject({
      actionError: { kind: 'permanent' },
      message: expect.stringContaining(message),
    });
  });

  test.each([302, 404, 403, 418])('a status %i is a result', async (status) => {
    await using upstream = await startUpstream(() => ({ status, headers: { location: '/elsewhere' } }));
    expect(await runPage(httpRequest, { url: upstream.origin })).toMatchObject({ results: [{ status }] });
    expect(upstream.requests).toHaveLength(1);
  });

  test.each([
    [429, { 'retry-after': '7' }, { kind: 'rate_limited', retryAt: 8000 }],
    [503, { 'retry-after': '7' }, { kind: 'rate_limited', retryAt: 8000 }],
    [429, {}, { kind: 'rate_limited', retryAt: NaN }],
    [403, { 'retry-after': '7' }, { kind: 'rate_limited', retryAt: 8000 }],
    [425, {}, { kind: 'retryable' }],
    [503, {}, { kind: 'retryable' }],
    [500, {}, { kind: 'retryable' }],
  ])('a status %i with %o asks to come back', async (status, headers, actionError) => {
    await using upstream = await startUpstream(() => ({ status, headers }));
    await expect(runPage(httpRequest, { url: upstream.origin }, {}, { now: 1000 })).rejects.toMatchObject({
      actionError,
    });
  });

  test('a result over 128 KB ends the input', async () => {
    await using upstream = await startUpstream(() => ({ body: 'x'.repeat(90_001) }));
    await expect(runPage(httpRequest, { url: upstream.origin })).rejects.toMatchObject({
      actionError: { kind: 'permanent', label: 'PAYLOAD_TOO_LARGE' },
    });
  });

  test('its signal stops the request', async () => {
    await using upstream = await startUpstream(() => ({ body: [] }));
    const page = runPage(
      httpRequest,
      { url: upstream.origin },
      {},
      { signal: AbortSignal.abort(new Error('time is up')) },
    );
    await expect(page).rejects.toThrow('time is up');
  });

  test('the header of a secret replaces what the caller sends under its name', async () => {
    await using upstream = await startUpstream(() => ({ body: [] }));
    const stored = JSON.stringify({ origins: [upstream.origin], header: 'X-Token', value: 's3cret' });
    const input = { url: upstream.origin, headers: { 'x-TOKEN': 'mine' }, secret: 'HTTP_REQUEST_T' };
    await runPage(httpRequest, input, {}, { secrets: { HTTP_REQUEST_T: stored } });
    expect(upstream.requests[0]?.headers).toMatchObject({ 'x-token': 's3cret' });
  });

  test.each([
    ['a file', { url: 'file:///etc/passwd' }, 'url'],
    ['a password in the URL', { url: 'https://a:b@example.com' }, 'url'],
    ['authorization', { url: 'https://example.com', headers: { Authorization: 'x' } }, 'headers.Authorization'],
    ['a cookie', { url: 'https://example.com', headers: { cookie: 'x' } }, 'headers.cookie'],
    ['x-api-key', { url: 'https://example.com', headers: { 'X-Api-Key': 'x' } }, 'headers["X-Api-Key"]'],
    ['proxy headers', { url: 'https://example.com', headers: { 'proxy-any': 'x' } }, 'headers["proxy-any"]'],
    ['host', { url: 'https://example.com', headers: { host: 'x' } }, 'headers.host'],
    ['a line break', { url: 'https://example.com', headers: { 'x-a': 'b\r\nc: d' } }, 'headers["x-a"]'],
    ['a header twice', { url: 'https://example.com', headers: { a: '1', A: '2' } }, 'headers.A'],
    ['a body on GET', { url: 'https://example.com', body: 'x' }, 'method'],
    ['body and json', { method: 'POST', url: 'https://example.com', body: 'x', json: 1 }, ''],
    ['an undeclared secret', { url: 'https://example.com', secret: 'MASTER' }, 'secret'],
  ])('refuses %s', (_, input, path) => {
    expect(httpRequest.parseInput(input)).toMatchObject({ ok: false, errors: [{ path }] });
  });
});
