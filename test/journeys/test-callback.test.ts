import { afterAll, beforeAll, expect, it } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { callbackBody } from '../../shared/api/callbacks/schemas.ts';
import { Trireme } from '../../shared/client/trireme.ts';
import type { Scope } from '../../shared/domain/scopes.ts';
import { VERSION } from '../../shared/process/version.ts';
import { type ApiClient, openApiClient } from '../support/api-client.ts';
import { type LocalTestSystem, openReceiver, type Receiver, shareLocalSystem } from '../support/local-system.ts';

let system: LocalTestSystem;
let api: ApiClient;
let receiver: Receiver;

beforeAll(async () => {
  system = await shareLocalSystem({ hasChaos: false });
  api = openApiClient(system.url, system.apiKey);
  receiver = await openReceiver(({ path }) => {
    if (path.endsWith('/broken')) return { status: 500, body: 'x'.repeat(5_000) };
    if (path.endsWith('/moved')) return { status: 302, headers: { location: '/elsewhere' } };
    return { status: 201, headers: { 'x-receiver': 'mine', 'set-cookie': 'a=1' }, body: 'taken' };
  });
});
afterAll(async () => {
  await receiver.close();
  await system.close();
});

async function keyOf(workspace: string | undefined, scopes: readonly Scope[]): Promise<string> {
  return (await system.newKey({ ...(workspace === undefined ? {} : { workspace }), scopes })).apiKey;
}

const textHeaders = (headers: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

it.each(['run.page', 'run.input_failed', 'run.finished'] as const)(
  'a test %s comes once, signed like a callback, and the answer shows both sides of it',
  async (type) => {
    const before = receiver.requests.length;
    const body = { url: receiver.url, type, headers: { Authorization: 'Bearer hush', 'x-a': 'b' } };
    const { body: tested, headers, text } = await api.ask('testCallback', { body });
    expect(headers.get('x-ratelimit-type')).toBe('launch');
    expect(receiver.requests).toHaveLength(before + 1);
    const got = receiver.requests[before];
    const sent = new Webhook(system.signingSecret).verify(got?.body ?? '', textHeaders(got?.headers ?? {}));
    expect(callbackBody.parse(sent)).toMatchObject({ type, callback_ref_uid: got?.headers['webhook-id'] });
    expect(got?.headers).toMatchObject({
      authorization: 'Bearer hush',
      'x-a': 'b',
      'content-type': 'application/json',
    });
    expect(tested.request.body).toBe(got?.body.toString());
    new Webhook(system.signingSecret).verify(tested.request.body, tested.request.headers);
    expect(tested.request.headers).toMatchObject({
      Authorization: '[hidden]',
      'x-a': '[hidden]',
      'user-agent': `Trireme/${VERSION} (+${system.url})`,
    });
    expect(text).not.toContain('hush');
    expect(tested.response).toMatchObject({ http_status: 201, body: 'taken', duration_ms: expect.any(Number) });
    expect(tested.response?.headers).toMatchObject({ 'x-receiver': 'mine', 'set-cookie': 'a=1' });
    expect(tested.error).toBeNull();
  },
);

it('two tests have different ids, so that a receiver drops neither', async () => {
  const first = await api.ask('testCallback', { body: { url: receiver.url } });
  const client = new Trireme({ url: system.url, apiKey: system.apiKey });
  const second = await client.callbacks.test({ url: receiver.url });
  expect(second.response?.http_status).toBe(201);
  expect(first.body.request.headers['webhook-id']).not.toBe(second.request.headers['webhook-id']);
});

it('an answer that would count as a failure is told as such, and not tried again', async () => {
  const broken = await api.ask('testCallback', { body: { url: `${receiver.url}/broken` } });
  expect(broken.body.response).toMatchObject({ http_status: 500, body: 'x'.repeat(2_048) });
  expect(broken.body.error).toMatchObject({ error_label: 'UPSTREAM_ERROR', error_scope: 'receiver' });
  const moved = await api.ask('testCallback', { body: { url: `${receiver.url}/moved` } });
  expect(moved.body).toMatchObject({
    response: { http_status: 302 },
    error: { message: expect.stringContaining('302') },
  });
  expect(receiver.requests.filter(({ path }) => path.endsWith('/elsewhere'))).toEqual([]);
  for (const path of ['/broken', '/moved']) {
    expect(receiver.requests.filter((request) => request.path.endsWith(path))).toHaveLength(1);
  }
});

it('no answer at all is told with its reason', async () => {
  const gone = await openReceiver();
  await gone.close();
  const { body } = await api.ask('testCallback', { body: { url: gone.url } });
  expect(body).toMatchObject({ response: null, error: { message: expect.stringContaining('ECONNREFUSED') } });
});

it('what a launch refuses as a callback is refused here', async () => {
  const refusals: readonly (readonly [object, string])[] = [
    [{}, 'url'],
    [{ url: 'https://10.0.0.1/' }, 'url'],
    [{ url: 'https://169.254.169.254/latest' }, 'url'],
    [{ url: 'http://example.com/' }, 'url'],
    [{ url: receiver.url, headers: { 'webhook-id': 'mine' } }, 'headers'],
    [{ url: receiver.url, type: 'run.other' }, 'type'],
    [{ url: receiver.url, on: 'all' }, 'on'],
  ];
  const before = receiver.requests.length;
  for (const [body, path] of refusals) {
    const refused = await api.refused('testCallback', { body });
    expect([refused.status, refused.body.validation_errors?.[0]?.path], JSON.stringify(body)).toEqual([400, path]);
  }
  expect(receiver.requests).toHaveLength(before);
});

it('it needs the scope manage, and each workspace signs with its own secret', async () => {
  const reader = openApiClient(system.url, await keyOf(undefined, ['read', 'run']));
  const refused = await reader.refused('testCallback', { body: { url: receiver.url } });
  expect(refused.body).toMatchObject({ error_label: 'FORBIDDEN', params: { scope: 'manage' } });
  const stranger = openApiClient(system.url, await keyOf('stranger', ['manage']));
  const { body } = await stranger.ask('testCallback', { body: { url: receiver.url } });
  const verify = () => new Webhook(system.signingSecret).verify(body.request.body, body.request.headers);
  expect(verify).toThrow('signature');
});
