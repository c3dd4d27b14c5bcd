import { afterAll, beforeAll, expect, it } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { randomBytes } from 'node:crypto';
import { Trireme } from '../../shared/client/trireme.ts';
import type { Scope } from '../../shared/domain/scopes.ts';
import { VERSION } from '../../shared/process/version.ts';
import { type ApiClient, openApiClient } from '../support/api-client.ts';
import { type LocalTestSystem, type ScriptedAnswer, shareLocalSystem } from '../support/local-system.ts';
import { type CallbackReceiver, openCallbackReceiver } from '../support/receiver.ts';
import { startUpstream, type Upstream } from '../support/start-upstream.ts';
import { until } from '../support/until.ts';

let system: LocalTestSystem;
let api: ApiClient;
let receiver: CallbackReceiver;
let upstream: Upstream;
let answerCallback: (path: string) => ScriptedAnswer = () => ({ status: 204 });

/** A page of 360 KB that does not compress: it lies in the bucket and is sent in two parts. */
const LARGE = Array.from({ length: 9 }, (_, at) => ({ at, text: randomBytes(30_000).toString('base64') }));

beforeAll(async () => {
  system = await shareLocalSystem();
  api = openApiClient(system.url, system.apiKey);
  receiver = await openCallbackReceiver(system.signingSecret, ({ path }) => answerCallback(path));
  upstream = await startUpstream(({ url }) => {
    if (url.pathname === '/large') return { body: LARGE };
    return url.pathname === '/small' ? { body: [{ text: 'é ' }] } : { status: 404 };
  });
});
afterAll(async () => {
  await receiver.close();
  await upstream[Symbol.asyncDispose]();
  await system.close();
});

async function keyWith(scopes: readonly Scope[], workspace?: string): Promise<string> {
  return (await system.newKey({ ...(workspace === undefined ? {} : { workspace }), scopes })).apiKey;
}

/** A run with callbacks of every type, one replayed; all callbacks are delivered. */
async function runThrough(): Promise<{ readonly run_uid: string }> {
  const inputs = ['large', 'small', 'nowhere'].map(
    (path) => `{"url":"${upstream.origin}/${path}","custom_data":{"n":1e400}}`,
  );
  const body = `{"inputs":[${inputs.join(',')}],"callback":{"url":"${receiver.url}"}}`;
  const launched = await api.ask('runAsync', { params: { action: 'extract-json-api' }, body });
  const params = { run_uid: launched.body.run_uid };
  await receiver.untilComplete(params.run_uid);
  const [{ uid } = { uid: '' }] = await api.all('listRunCallbacks', { params });
  await api.ask('replayCallback', { params: { callback_uid: uid } });
  await until('all callbacks delivered', async () => {
    const all = await api.all('listRunCallbacks', { params });
    return all.length === 6 && all.every(({ status }) => status === 'SUCCESS') ? all : null;
  });
  return params;
}

it('the body of each callback is read again as the receiver got it, signed anew for who may manage', async () => {
  const params = await runThrough();
  const callbacks = await api.all('listRunCallbacks', { params });
  expect(callbacks.map(({ type, part, parent_uid: parent }) => [type, part, parent !== null])).toEqual([
    ['run.page', 1, false],
    ['run.page', 1, true],
    ['run.page', 2, false],
    ['run.page', 1, false],
    ['run.input_failed', null, false],
    ['run.finished', null, false],
  ]);
  const readOnly = await keyWith(['read']);
  const webhook = new Webhook(system.signingSecret);
  const client = new Trireme({ url: system.url, apiKey: system.apiKey });
  for (const { uid, callback_ref_uid: ref } of callbacks) {
    const url = `${system.url}/v1/runs/callbacks/${uid}/body`;
    const answer = await fetch(url, { headers: { 'x-api-key': system.apiKey } });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const got = receiver.requests.filter(({ headers }) => headers['webhook-id'] === ref);
    expect(got.length).toBeGreaterThan(0);
    for (const { body } of got) expect(bytes.equals(body)).toBe(true);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.headers.get('webhook-id')).toBe(ref);
    webhook.verify(bytes, Object.fromEntries(answer.headers));
    expect(await client.callbacks.body(uid)).toBe(bytes.toString());
    const unsigned = await fetch(url, { headers: { 'x-api-key': readOnly } });
    expect(Buffer.from(await unsigned.arrayBuffer()).equals(bytes)).toBe(true);
    expect([...unsigned.headers.keys()].filter((name) => name.startsWith('webhook-'))).toEqual([]);
  }
});

it('each attempt is listed with its answer and its time, also one that succeeded at once', async () => {
  let calls = 0;
  answerCallback = (path) => {
    if (!path.endsWith('/moody')) return { status: 204 };
    calls += 1;
    return calls === 1
      ? { status: 503, headers: { 'retry-after': '1' }, body: 'not now' }
      : { status: 201, body: 'taken', afterMs: 50 };
  };
  const body = {
    inputs: [{ url: `${upstream.origin}/small` }],
    callback: { url: `${receiver.url}/moody`, on: 'final' },
  };
  const run = await api.ask('runAsync', { params: { action: 'extract-json-api' }, body });
  const record = await until('a delivery', async () => {
    const [one] = await api.all('listRunCallbacks', { params: { run_uid: run.body.run_uid } });
    return one?.status === 'SUCCESS' ? one : null;
  });
  const attempts = await api.all('listCallbackAttempts', { params: { callback_uid: record.uid } });
  const error = { error_label: 'UPSTREAM_ERROR', error_scope: 'receiver', status_code: 424 };
  expect(attempts.at(0)).toMatchObject({ attempt: 1, http_status: 503, http_response: 'not now', error });
  expect(attempts.at(-1)).toMatchObject({ attempt: 2, http_status: 201, http_response: 'taken', error: null });
  expect(attempts.at(-1)?.duration_ms).toBeGreaterThanOrEqual(45);
  const client = new Trireme({ url: system.url, apiKey: system.apiKey });
  expect(await client.callbacks.attempts(record.uid)).toEqual(attempts);
  const posts = receiver.requests.filter(({ path }) => path.endsWith('/moody'));
  expect(attempts).toHaveLength(posts.length);

  const params = await runThrough();
  for (const { uid, type } of await api.all('listRunCallbacks', { params })) {
    const [first] = await api.all('listCallbackAttempts', { params: { callback_uid: uid } });
    expect(first, type).toMatchObject({ attempt: 1, http_status: 204, error: null });
    expect(first?.duration_ms).toBeGreaterThanOrEqual(0);
  }
});

it('callbacks name the release and the deployment, unless the launch says otherwise', async () => {
  const launch = async (headers: Readonly<Record<string, string>>, path: string) => {
    const callback = { url: `${receiver.url}/${path}`, on: 'final', headers };
    await api.ask('runAsync', { params: { action: 'search-cities' }, body: { inputs: [{ country: 'MC' }], callback } });
    await receiver.until((requests) => requests.some((request) => request.path.endsWith(`/${path}`)));
    return receiver.requests.find((request) => request.path.endsWith(`/${path}`))?.headers['user-agent'];
  };
  expect(await launch({}, 'named')).toBe(`Trireme/${VERSION} (+${system.url})`);
  expect(await launch({ 'USER-agent': 'mine' }, 'own')).toBe('mine');
});

it('what was sent is not for keys without the scope, nor for other workspaces', async () => {
  const params = await runThrough();
  const [{ uid } = { uid: '' }] = await api.all('listRunCallbacks', { params });
  const asked = { params: { callback_uid: uid } };
  const unknown = { params: { callback_uid: '5a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3' } };
  const runOnly = openApiClient(system.url, await keyWith(['run']));
  const stranger = openApiClient(system.url, await keyWith(['read', 'run', 'manage'], 'stranger'));
  for (const operation of ['getCallbackBody', 'listCallbackAttempts'] as const) {
    expect((await runOnly.refused(operation, asked)).body).toMatchObject({
      error_label: 'FORBIDDEN',
      params: { scope: 'read' },
    });
    const theirs = (await stranger.refused(operation, asked)).body;
    const nobodys = (await stranger.refused(operation, unknown)).body;
    expect(theirs).toMatchObject({ error_label: 'NOT_FOUND' });
    expect(theirs.message.replace(uid, '')).toBe(nobodys.message.replace(unknown.params.callback_uid, ''));
  }
});
