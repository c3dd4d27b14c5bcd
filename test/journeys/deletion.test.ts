import { DynamoDBClient, ScanCommand, type ScanCommandOutput } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOf } from '../../infra/local/start/prepare-access.ts';
import type { Scope } from '../../shared/domain/scopes.ts';
import type { Operation } from '../../shared/api/routes.ts';
import { type ApiClient, openApiClient } from '../support/api-client.ts';
import { findCanary } from '../support/find-canary.ts';
import { type LocalTestSystem, openReceiver, type Receiver, shareLocalSystem } from '../support/local-system.ts';
import { type CallbackReceiver, openCallbackReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';

const CANARY = 'canary-5d1c';
const params = { action: 'extract-json-api' };

let system: LocalTestSystem;
let api: ApiClient;
let upstream: Receiver;
let receiver: CallbackReceiver;
let away: Receiver;

beforeAll(async () => {
  system = await shareLocalSystem();
  api = openApiClient(system.url, system.apiKey);
  receiver = await openCallbackReceiver(system.signingSecret);
  away = await openReceiver(() => ({ status: 503, body: CANARY }));
  upstream = await openReceiver(({ path }) => {
    const size = path.includes('/large') ? 2_000 : 3;
    const items = Array.from({ length: size }, (_, at) => ({ id: `${CANARY} ${at} ${Math.sin(at)}` }));
    const headers = { 'content-type': 'application/json' };
    const status = path.includes('/refused') ? 403 : 200;
    return { status, headers, body: JSON.stringify(items), afterMs: path.includes('/slow') ? 20_000 : 0 };
  });
});
afterAll(async () => {
  await system.close();
  await Promise.all([receiver, away, upstream].map((server) => server.close()));
});

const inputsFrom = (path: string) => [
  { url: `${upstream.url}${path}?${CANARY}`, pagination: { kind: 'none' }, custom_data: { of: CANARY } },
];
const bodyFrom = (path: string, url: string) => ({
  inputs: inputsFrom(path),
  name: `the ${CANARY}`,
  tags: [CANARY],
  callback: { url: `${url}/${CANARY}`, headers: { 'x-token': CANARY } },
});

async function ended(runUid: string) {
  return until('the end of the run', async () => {
    const { body } = await api.ask('getRun', { params: { run_uid: runUid } });
    return body.finished_at === null ? null : body;
  });
}

async function newKey(workspace: string | undefined, scopes: readonly Scope[]): Promise<string> {
  return (await system.newKey({ ...(workspace === undefined ? {} : { workspace }), scopes })).apiKey;
}

/** Where the canary is in table and bucket. */
async function canaries(): Promise<readonly string[]> {
  const { tableName, client } = addressOf(system.runtime);
  const dynamodb = new DynamoDBClient(client);
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const items: object[] = [];
  for (let from: ScanCommandOutput['LastEvaluatedKey']; ;) {
    const page = await dynamodb.send(
      new ScanCommand({ TableName: tableName, ExclusiveStartKey: from, ConsistentRead: true }),
    );
    items.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
    if (from === undefined) break;
  }
  const objects: (readonly [string, Uint8Array])[] = [];
  const Bucket = system.runtime.plan.buckets[0];
  const { Contents: listed = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  for (const { Key = '' } of listed) {
    const got = await s3.send(new GetObjectCommand({ Bucket, Key })).catch(() => null); // or it was just deleted
    objects.push([Key, (await got?.Body?.transformToByteArray()) ?? new Uint8Array()]);
  }
  return findCanary(CANARY, { items, objects });
}

/** Every call about a run and its callback. */
const CALLS: readonly Operation[] = [
  'getRun',
  'getRunStatus',
  'listRunInputs',
  'listRunOutputs',
  'listRunCallbacks',
  'listRunLogs',
  'cancelRun',
  'resumeRun',
  'retryRun',
  'replayRunCallbacks',
  'getCallback',
  'getCallbackBody',
  'listCallbackAttempts',
  'replayCallback',
  'deleteRun',
];

describe('a deleted run', () => {
  it('is gone at once for every call, and soon nothing of it is stored; what its receiver has not got is dropped', async () => {
    const key = { 'idempotency-key': 'order 1' };
    const asked = { params, body: bodyFrom('/large', receiver.url), headers: key };
    const run = (await api.ask('runAsync', asked)).body;
    const callbacks = await receiver.untilComplete(run.uid);
    const waiting = (await api.ask('runAsync', { params, body: bodyFrom('/x', away.url) })).body;
    await ended(waiting.uid);
    const live = {
      params,
      body: { input: inputsFrom('/large')[0], tags: [CANARY] },
      headers: { 'idempotency-key': 'l' },
    };
    const liveUid = (await api.ask('runLive', live)).headers.get('x-run-uid') ?? '';
    const ref = callbacks[0]?.callback_ref_uid ?? '';
    const replayed = { params: { callback_uid: ref }, headers: { 'idempotency-key': 'again' } };
    await api.ask('replayCallback', replayed);
    const stored = await canaries();
    for (const place of [`R#${run.uid}`, `R#${waiting.uid}`, `R#${liveUid}`, `pages/${run.uid}`, 'IDEM#']) {
      expect(
        stored.some((one) => one.includes(place)),
        place,
      ).toBe(true);
    }

    for (const uid of [run.uid, waiting.uid, liveUid]) {
      const { status, text } = await api.ask('deleteRun', { params: { run_uid: uid } });
      expect([status, text]).toEqual([204, '']);
    }
    const deleted = { params: { run_uid: run.uid, callback_uid: ref } };
    const unknown = { params: { run_uid: run.uid.replace(/^./, 'f'), callback_uid: ref.replace(/^./, 'f') } };
    for (const operation of CALLS) {
      const { status, body } = await api.refused(operation, deleted);
      expect([operation, status, body.error_label]).toEqual([operation, 404, 'NOT_FOUND']);
      const other = await api.refused(operation, unknown);
      const named = (text: string): string => text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'uid');
      expect(named(body.message)).toBe(named(other.body.message));
    }
    // A key that made the run does not make it again, and gives nothing of it back.
    expect((await api.refused('runAsync', asked)).body).toMatchObject({ error_label: 'NOT_FOUND' });
    expect((await api.refused('runLive', live)).body).toMatchObject({ error_label: 'NOT_FOUND' });
    expect((await api.refused('replayCallback', replayed)).status).toBe(404);
    expect((await api.refused('runAsync', { params, body: { ...asked.body, depends_on: [run.uid] } })).status).toBe(
      404,
    );

    const posts = away.requests.length;
    await until('all to be gone', async () => ((await canaries()).length === 0 ? true : null));
    await until('the list to be without them', async () =>
      (await api.all('listRuns', { query: `?tag=${CANARY}` })).length === 0 ? true : null,
    );
    expect(await api.all('listCallbacks', { query: `?run_uid=${run.uid}` })).toEqual([]);
    expect(away.requests.length).toBe(posts);
  });

  it('takes what was logged of it along', async () => {
    const { uid } = (await api.ask('runAsync', { params, body: { inputs: inputsFrom(`/refused/${CANARY}`) } })).body;
    const one = { params: { run_uid: uid } };
    expect((await ended(uid)).status).toBe('FAILED');
    expect(JSON.stringify(await api.all('listRunLogs', one))).toContain(CANARY);
    expect((await canaries()).some((place) => place.startsWith(`R#${uid}`) && place.includes(' L#'))).toBe(true);
    await api.ask('deleteRun', one);
    expect((await api.refused('listRunLogs', one)).body.error_label).toBe('NOT_FOUND');
    await until('all to be gone', async () => ((await canaries()).length === 0 ? true : null));
  });

  it('of an upload takes the file along, and the upload stays used', async () => {
    const { uid, url, headers } = (await api.ask('createUpload', { body: {} })).body;
    const lines = Array.from({ length: 600 }, () => JSON.stringify(inputsFrom('/x')[0])).join('\n');
    await fetch(url, { method: 'PUT', headers, body: lines });
    const body = { inputs_upload_uid: uid, schedule_at: new Date(Date.now() + 3_600_000).toISOString() };
    const run = (await api.ask('runAsync', { params, body })).body;
    const one = { params: { run_uid: run.uid } };
    await until('the lines to be counted', async () =>
      (await api.ask('getRun', one)).body.inputs.total === 600 ? true : null,
    );
    await api.ask('cancelRun', one);
    expect((await canaries()).some((place) => place.startsWith('uploads/'))).toBe(true);
    await api.ask('deleteRun', one);
    await until('all to be gone', async () => ((await canaries()).length === 0 ? true : null));
    expect((await api.refused('runAsync', { params, body })).body).toMatchObject({
      error_label: 'INVALID_STATE',
      params: { status: 'USED' },
    });
  });
});

describe('a deletion is refused', () => {
  it('for a run that has not ended, with what to do', async () => {
    const run = (await api.ask('runAsync', { params, body: { inputs: inputsFrom('/slow') } })).body;
    const { status, body } = await api.refused('deleteRun', { params: { run_uid: run.uid } });
    expect([status, body.error_label]).toEqual([409, 'INVALID_STATE']);
    expect(body.message).toMatch(/can only be deleted once it has ended; cancel it first/);
    await api.ask('cancelRun', { params: { run_uid: run.uid } });
    expect((await api.ask('deleteRun', { params: { run_uid: run.uid } })).status).toBe(204);
  });

  it('for another workspace as for an unknown run, without the scope manage, and with a body or a query', async () => {
    const run = (await api.ask('runAsync', { params, body: { inputs: inputsFrom('/x') } })).body;
    await ended(run.uid);
    const one = { params: { run_uid: run.uid } };
    const foreign = await api.refused('deleteRun', { ...one, apiKey: await newKey('another', ['manage']) });
    expect([foreign.status, foreign.body.message]).toEqual([404, `The run ${run.uid} does not exist.`]);
    const scoped = await api.refused('deleteRun', { ...one, apiKey: await newKey(undefined, ['read', 'run']) });
    expect([scoped.status, scoped.body.params]).toMatchObject([403, { scope: 'manage' }]);
    expect((await api.refused('deleteRun', { ...one, query: '?force=true' })).status).toBe(400);
    expect((await api.refused('deleteRun', { ...one, body: { reason: 'x' } })).status).toBe(400);
    expect((await api.refused('deleteRun', { params: { run_uid: 'callbacks' } })).status).toBe(405);
    expect((await api.ask('getRun', one)).body.status).toBe('SUCCEEDED');
    await api.ask('deleteRun', one);
  });
});

describe("a schedule's run that is deleted", () => {
  it('is not started again, and the schedule goes on', async () => {
    const body = { inputs: inputsFrom('/x'), cron: '0 9 1 1 *' };
    const { uid } = (await api.ask('runSchedule', { params, body })).body;
    const trigger = { params: { scheduled_run_uid: uid }, headers: { 'idempotency-key': 'now' } };
    const run = (await api.ask('triggerSchedule', trigger)).body;
    await ended(run.uid);
    await api.ask('deleteRun', { params: { run_uid: run.uid } });
    // The answer that is kept for the key goes with the rest of the run, in the background.
    await until('the repeated trigger to be refused', async () => {
      const { status } = await api.send('POST', `/v1/schedules/${uid}/trigger`, { headers: trigger.headers });
      return status === 404 ? status : null;
    });
    const again = (await api.ask('triggerSchedule', { params: { scheduled_run_uid: uid } })).body;
    expect((await ended(again.uid)).status).toBe('SUCCEEDED');
  });
});
