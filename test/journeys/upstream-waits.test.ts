import { afterAll, beforeAll, expect, it } from 'vitest';
import { openApiClient } from '../support/api-client.ts';
import type { ApiClient } from '../support/api-client.ts';
import { openReceiver, shareLocalSystem } from '../support/local-system.ts';
import type { LocalTestSystem, Receiver } from '../support/local-system.ts';
import { until } from '../support/until.ts';

/*
 * An upstream says when it is to be asked again, and says anything. A path is what it answers with: how often it refuses, the
 * header, its value.
 */

const DAY_MS = 86_400_000;

let system: LocalTestSystem;
let api: ApiClient;
let upstream: Receiver;
const asked = new Map<string, number[]>();

beforeAll(async () => {
  system = await shareLocalSystem();
  api = openApiClient(system.url, system.apiKey);
  upstream = await openReceiver(({ path: whole }) => {
    const parts = whole.split('/').slice(-3); // before them lies a path of the receiver's own
    const path = `/${parts.join('/')}`;
    const [times = '', name = '', value = ''] = parts.map(decodeURIComponent);
    const calls = asked.get(path) ?? [];
    asked.set(path, [...calls, performance.now()]);
    if (calls.length >= Number(times)) return { status: 200, body: JSON.stringify([{ call: calls.length }]) };
    return { status: 429, headers: { [name]: value } };
  });
});
afterAll(async () => {
  await system.close();
  await upstream.close();
});

function pathOf(times: number, name: string, value: string): string {
  return `/${times}/${name}/${encodeURIComponent(value)}`;
}

async function launch(path: string): Promise<string> {
  const input = { url: `${upstream.url}${path}` };
  const { body } = await api.ask('runAsync', { params: { action: 'extract-json-api' }, body: { inputs: [input] } });
  return body.uid;
}

/** Reads all there is to read of a run, and the lists that hold it; throws unless all is answered. */
async function readAll(uid: string) {
  const params = { run_uid: uid };
  for (const name of ['getRunStatus', 'listRunInputs', 'listRunOutputs', 'listRunCallbacks'] as const) {
    await api.ask(name, { params });
  }
  await api.ask('listCallbacks', {});
  await until('the run in the list', async () => {
    const { body: runs } = await api.ask('listRuns', { query: '?limit=100' });
    return runs.find((run) => run.uid === uid) ?? null;
  });
}

/** A run as it is after at most a second: who asks more often comes to the limit of its reads. */
async function read(uid: string) {
  return (await api.ask('getRun', { params: { run_uid: uid }, query: '?wait=1' })).body;
}

async function ended(uid: string) {
  const ended = await until('the end of a run', async () => {
    const run = await read(uid);
    return run.finished_at === null ? null : run;
  });
  await readAll(uid);
  return ended;
}

/** A call that takes over a second may be cut for want of a seat, and is made again: on a busy machine some more come. */
function expectFew(calls: readonly number[] | undefined, least: number): void {
  expect(calls?.length).toBeGreaterThanOrEqual(least);
  expect(calls?.length).toBeLessThan(least + 10);
}

it.concurrent.each([
  ['retry-after', '0'],
  ['retry-after', '-1'],
  ['retry-after', 'Sun, 06 Nov 1994 08:49:37 GMT'],
  ['ratelimit', 'limit=10;t=0'],
  ['x-ratelimit-reset', '1000000000'],
])(
  'an upstream that says %s: %s is asked again after a second or more, no attempt is spent, and the run says why',
  async (name, value) => {
    const path = pathOf(3, name, value);
    const uid = await launch(path);
    const seen = await until('the reason', async () => {
      const { status_reason: reason } = await read(uid);
      return reason;
    });
    await readAll(uid);
    expect(seen).toMatchObject({ code: 'RATE_LIMIT', retry_at: expect.any(String), since: expect.any(String) });
    expect(await ended(uid)).toMatchObject({ status: 'SUCCEEDED', status_reason: null });
    expect(Date.parse(seen.retry_at ?? '') - Date.parse(seen.since)).toBeGreaterThanOrEqual(1_000);
    expectFew(asked.get(path), 4);
    const { body } = await api.ask('listRunInputs', { params: { run_uid: uid } });
    expect(body).toMatchObject([{ status: 'SUCCEEDED', retry_count: 0 }]);
  },
);

it.concurrent.each([
  ['retry-after', '999999999999999'],
  ['retry-after', 'Retry in 5'],
  ['x-ratelimit-reset', '9'.repeat(40)],
])('an upstream that says %s: %s is tried three times as if it had said nothing', async (name, value) => {
  const path = pathOf(99, name, value);
  const live = await api.refused('runLive', {
    params: { action: 'extract-json-api' },
    body: { input: { url: `${upstream.url}${path}` } },
  });
  expect(live).toMatchObject({ status: 429, body: { error_label: 'LIMIT_REACHED' } });
  asked.delete(path);
  const uid = await launch(path);
  expect(await ended(uid)).toMatchObject({ status: 'FAILED', last_error: { error_label: 'LIMIT_REACHED' } });
  const { body } = await api.ask('listRunInputs', { params: { run_uid: uid } });
  expect(body).toMatchObject([{ status: 'FAILED', retry_count: 2 }]);
  expectFew(asked.get(path), 3);
});

it.concurrent('an upstream that asks for three weeks, in epoch seconds, is waited for a day at first', async () => {
  const path = pathOf(99, 'retry-after', String(Math.ceil(Date.now() / 1_000) + 21 * 86_400));
  const live = await api.refused('runLive', {
    params: { action: 'extract-json-api' },
    body: { input: { url: `${upstream.url}${path}` } },
  });
  expect(live).toMatchObject({ status: 429, body: { error_label: 'LIMIT_REACHED' } });
  expect(Number(live.headers.get('retry-after'))).toBeLessThanOrEqual(86_400);
  const uid = await launch(path);
  const run = await until('the run postponed', async () => {
    const one = await read(uid);
    return one.status === 'SCHEDULED' ? one : null;
  });
  await readAll(uid);
  expect(run).toMatchObject({ status_reason: { code: 'RATE_LIMIT' } });
  const waits = Date.parse(run.postponed_until ?? '') - Date.parse(run.created_at);
  expect(waits).toBeGreaterThan(0.99 * DAY_MS);
  expect(waits).toBeLessThan(1.01 * DAY_MS);
  await api.ask('cancelRun', { params: { run_uid: uid } });
});
