import { PutItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStage, type StageAccess } from '../../infra/admin/stage-access.ts';
import { addressOf } from '../../infra/local/start/prepare-access.ts';
import { Trireme } from '../../shared/client/trireme.ts';
import { createWebhookHandler, type Notification } from '../../shared/client/webhook.ts';
import { NOTIFICATION_TYPES } from '../../shared/domain/notification.ts';
import type { Scope } from '../../shared/domain/scopes.ts';
import { FUNCTION_NAMES } from '../../shared/functions.ts';
import { keys as tableKeys } from '../../shared/storage/keys.ts';
import { notificationBody } from '../../shared/api/notifications/schemas.ts';
import { type ApiClient, openApiClient } from '../support/api-client.ts';
import { type LocalTestSystem, openReceiver, type Receiver, shareLocalSystem } from '../support/local-system.ts';
import { startUpstream, type Upstream } from '../support/start-upstream.ts';
import { until } from '../support/until.ts';

let system: LocalTestSystem;
let stage: StageAccess;
let client: Trireme;
let api: ApiClient;
let receiver: Receiver;
let upstream: Upstream;
/** How often the receiver refuses before it takes a request on a path. */
const refusals = new Map<string, number>();

beforeAll(async () => {
  system = await shareLocalSystem({ hasChaos: false });
  stage = openStage(addressOf(system.runtime));
  client = new Trireme({ url: system.url, apiKey: system.apiKey });
  api = openApiClient(system.url, system.apiKey);
  upstream = await startUpstream(() => ({ status: 404 }));
  receiver = await openReceiver(({ path }) => {
    const left = refusals.get(path) ?? 0;
    refusals.set(path, left - 1);
    return { status: left > 0 ? 500 : 204 };
  });
});
afterAll(async () => {
  await receiver.close();
  await upstream[Symbol.asyncDispose]();
  await system.close();
});

async function clientOf(key: { readonly workspace?: string; readonly scopes?: readonly Scope[] }) {
  const { apiKey, workspace } = await system.newKey(key);
  return { api: openApiClient(system.url, apiKey), workspaceUid: workspace.uid };
}

const urlOf = (path: string): string => new URL(path, receiver.url).href;
const on = (path: string) => receiver.requests.filter((request) => request.path === path);
/** A run that fails at once, as its upstream has nothing. */
const failing = () => ({
  params: { action: 'extract-json-api' },
  body: { inputs: [{ url: `${upstream.origin}/nowhere` }], name: 'doomed' },
});

/** What came to a path, verified and held against the schema. */
async function notificationsOn(path: string, count: number): Promise<readonly Notification[]> {
  await receiver.until(() => on(path).length >= count);
  const taken: Notification[] = [];
  const take = (notification: Notification) => {
    expect(notificationBody.safeParse(notification).error).toBeUndefined();
    taken.push(notification);
  };
  const handler = createWebhookHandler({
    secrets: [system.signingSecret],
    seen: new Set(),
    on: Object.fromEntries(NOTIFICATION_TYPES.map((type) => [type, take])),
  });
  for (const { headers, body } of on(path)) {
    const signed = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
    const request = new Request(urlOf(path), { method: 'POST', headers: signed, body });
    expect((await handler(request)).status).toBe(204);
  }
  return taken;
}

it('a failed run is told once, signed, with the headers; its record is read and replayed like a callback', async () => {
  const set = await client.notifications.put({
    url: urlOf('/failed'),
    headers: { authorization: 'Bearer hush' },
    on: ['run.failed', 'run.failed'],
  });
  expect(set).toMatchObject({ url: urlOf('/failed'), on: ['run.failed'] });
  expect(await client.notifications.get()).toEqual(set);
  const callback = { url: urlOf('/callbacks') };
  const { body: run } = await api.ask('runAsync', { ...failing(), body: { ...failing().body, callback } });
  const [told] = await notificationsOn('/failed', 1);
  expect(told).toMatchObject({
    type: 'run.failed',
    workspace_uid: system.workspaceUid,
    run: { run_uid: run.uid, name: 'doomed', status: 'FAILED', action_name: 'extract-json-api' },
  });
  const [got] = on('/failed');
  expect(got?.headers).toMatchObject({
    authorization: 'Bearer hush',
    'user-agent': expect.stringContaining('Trireme/'),
  });

  const record = await until('the notification to be recorded as delivered', async () => {
    const [first] = await client.notifications.list().all();
    return first?.status === 'SUCCESS' ? first : null;
  });
  expect(record).toMatchObject({
    uid: told?.callback_ref_uid,
    type: 'run.failed',
    run_uid: run.uid,
    callback_url: urlOf('/failed'),
  });
  const params = { callback_uid: record.uid };
  const sent = await api.ask('getCallbackBody', { params });
  expect(sent.text).toBe(got?.body.toString());
  expect(sent.headers.get('webhook-id')).toBe(record.uid);
  expect(await client.callbacks.attempts(record.uid)).toMatchObject([{ attempt: 1, http_status: 204, error: null }]);
  const { body: replay } = await api.ask('replayCallback', { params });
  expect(replay).toMatchObject({ parent_uid: record.uid, callback_ref_uid: record.uid });
  await receiver.until(() => on('/failed').length >= 2);
  expect(on('/failed')[1]?.body.equals(got?.body ?? Buffer.from(''))).toBe(true);
  expect((await api.all('listNotifications')).map(({ uid }) => uid)).toEqual([replay.uid, record.uid]);
  const [oldest] = await api.all('listNotifications', { query: '?sort=created_at&limit=1' });
  expect(oldest?.uid).toBe(record.uid);

  const callbacks = await api.all('listRunCallbacks', { params: { run_uid: run.uid } });
  expect(callbacks.map(({ type }) => type)).toEqual(['run.input_failed', 'run.finished']);
  expect(JSON.stringify([system.logs, system.notices])).not.toContain('hush');
});

it('a pending one outlives a rotation of the master secret and follows the setting to a new URL', async () => {
  refusals.set('/first', 1_000);
  await client.notifications.put({ url: urlOf('/first'), headers: { 'x-token': 'first' }, on: ['run.failed'] });
  await api.ask('runAsync', failing());
  await receiver.until(() => on('/first').length >= 1);
  await stage.rotateMasterSecret();
  system.runtime.renewCode();
  await receiver.until(() => on('/first').length >= 2);
  expect(on('/first')[1]?.headers['x-token']).toBe('first');
  await client.notifications.put({ url: urlOf('/second'), headers: { 'x-token': 'second' }, on: ['quota.reached'] });
  // The next attempt is minutes away; a replay asks for one now.
  const [record] = await client.notifications.list().all(1);
  await client.callbacks.replay(record?.uid ?? '');
  const [told] = await notificationsOn('/second', 1);
  expect(told?.callback_ref_uid).toBe(record?.uid);
  expect(on('/second')[0]?.headers['x-token']).toBe('second');
  expect((await client.callbacks.get(record?.uid ?? '')).callback_url).toBe(urlOf('/first'));
});

it('a receiver that is away is told to another one, and a quota by the next sweep', async () => {
  refusals.set('/dead?run=1', 1_000);
  await client.notifications.put({ url: urlOf('/pager'), on: [...NOTIFICATION_TYPES] });
  const inputs = ['AD', 'LI', 'MC', 'SM', 'VA', 'MT'].map((country) => ({ country }));
  const callback = { url: urlOf('/dead?run=1') };
  await api.ask('runAsync', { params: { action: 'search-cities' }, body: { inputs, callback } });
  const [away] = await notificationsOn('/pager', 1);
  expect(away).toMatchObject({ type: 'receiver.away', receiver: { url: urlOf('/dead'), is_host: false } });

  await stage.limits.set(system.workspaceUid, { quotas: { schedules: 1 } });
  system.runtime.renewCode();
  const yearly = { params: { action: 'search-cities' }, body: { inputs: [{ country: 'AD' }], cron: '0 9 1 1 *' } };
  await api.ask('runSchedule', yearly);
  for (let n = 0; n < 2; n += 1) await api.refused('runSchedule', yearly);
  await system.runtime.invoke('Sweep', {});
  const told = await notificationsOn('/pager', 2);
  expect(told[1]).toMatchObject({ type: 'quota.reached', quota: { name: 'schedules', limit: 1, resets_at: null } });
  expect((await api.all('listNotifications')).filter(({ type }) => type === 'quota.reached')).toHaveLength(1);
});

it('deleted notifications are told no more, and cannot be replayed', async () => {
  const { body: deleted } = await api.ask('deleteNotifications');
  expect(deleted.url).toBe(urlOf('/pager'));
  expect((await api.refused('getNotifications')).body.error_label).toBe('NOT_FOUND');
  expect((await api.refused('deleteNotifications')).body.error_label).toBe('NOT_FOUND');
  const before = await api.all('listNotifications');
  const { body: run } = await api.ask('runAsync', failing());
  await api.ask('getRun', { params: { run_uid: run.uid }, query: '?wait=25' });
  const params = { callback_uid: before[0]?.uid ?? '' };
  expect((await api.refused('replayCallback', { params })).body.error_label).toBe('INVALID_STATE');
  expect((await api.all('listNotifications')).map(({ uid }) => uid)).toEqual(before.map(({ uid }) => uid));
});

it('a test callback may be a notification of each type', async () => {
  for (const type of NOTIFICATION_TYPES) await client.callbacks.test({ url: urlOf('/example'), type });
  const told = await notificationsOn('/example', NOTIFICATION_TYPES.length);
  expect(told.map(({ type }) => type)).toEqual([...NOTIFICATION_TYPES]);
});

it('what is wrong with a setting is told by its path, and nothing is set', async () => {
  const { api: fresh } = await clientOf({ workspace: 'fresh' });
  const refused: readonly (readonly [object, string])[] = [
    [{ on: ['run.failed'] }, 'url'],
    [{ url: 'https://10.0.0.1/', on: ['run.failed'] }, 'url'],
    [{ url: urlOf('/x') }, 'on'],
    [{ url: urlOf('/x'), on: [] }, 'on'],
    [{ url: urlOf('/x'), on: ['run.finished'] }, 'on[0]'],
    [{ url: urlOf('/x'), on: ['run.failed'], headers: { 'webhook-id': 'mine' } }, 'headers'],
    [{ url: urlOf('/x'), on: ['run.failed'], secret: 'x' }, 'secret'],
  ];
  for (const [body, path] of refused) {
    const { status, body: error } = await fresh.refused('putNotifications', { body });
    expect([status, error.validation_errors?.[0]?.path], JSON.stringify(body)).toEqual([400, path]);
  }
  await fresh.refused('getNotifications');
});

it('it takes the scope manage, and a workspace sees only its own', async () => {
  const { api: reader } = await clientOf({ scopes: ['read', 'run'] });
  const body = { url: urlOf('/x'), on: ['run.failed'] };
  for (const [operation, asked] of [
    ['putNotifications', { body }],
    ['getNotifications', {}],
    ['deleteNotifications', {}],
  ] as const) {
    const { body: refused } = await reader.refused(operation, asked);
    expect(refused).toMatchObject({ error_label: 'FORBIDDEN', params: { scope: 'manage' } });
  }
  const [own] = await reader.all('listNotifications');
  const { api: stranger } = await clientOf({ workspace: 'stranger' });
  expect(await stranger.all('listNotifications')).toEqual([]);
  const unknown = await stranger.refused('getCallback', { params: { callback_uid: own?.uid ?? '' } });
  expect(unknown.body).toMatchObject({ error_label: 'NOT_FOUND' });
});

it.each(FUNCTION_NAMES.filter((name) => name !== 'workspace'))(
  'the role of %s may not write a setting',
  async (name) => {
    const { client: address, tableName: TableName } = addressOf(system.runtime);
    const accessKeyId = system.runtime.accessKeyIdOf(`trireme-local-${name}`);
    const credentials = { accessKeyId, secretAccessKey: 'the runtime looks at the id' };
    const { pk, sk } = tableKeys.notificationSetting(system.workspaceUid);
    const put = new PutItemCommand({ TableName, Item: { pk: { S: pk }, sk: { S: sk } } });
    const written = new DynamoDBClient({ ...address, credentials }).send(put);
    await expect(written).rejects.toMatchObject({ name: 'AccessDeniedException' });
  },
);
