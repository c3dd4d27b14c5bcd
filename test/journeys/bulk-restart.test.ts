import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openApiClient } from '../support/api-client.ts';
import { startLocalSystem } from '../support/local-system.ts';
import { killNode } from '../support/start-node.ts';
import { startProcess } from '../support/start-process.ts';
import { until } from '../support/until.ts';

/** Three steps of a bulk. */
const RUNS = 60;
const DAY_MS = 86_400_000;

it('a bulk whose system is killed in the middle ends after the next start: each run was cancelled once', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'bulk-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const { child, ready } = await startProcess(dataDir);
  const first = openApiClient(ready.url, ready.apiKey);
  const body = { inputs: [{ country: 'AD' }], schedule_at: new Date(Date.now() + DAY_MS).toISOString(), tags: ['all'] };
  const launch = async () => (await first.ask('runAsync', { params: { action: 'search-cities' }, body })).body.uid;
  const uids = await Promise.all(Array.from({ length: RUNS }, launch));
  const { uid } = (await first.ask('createBulk', { body: { action: 'cancel', filter: { tag: 'all' } } })).body;
  const bulk = { params: { bulk_uid: uid } };
  // Killed once its list stands. On a slow machine it may have ended by then: what is asked for below holds all the same.
  let matched: number | null = null;
  while (matched === null) ({ matched } = (await first.ask('getBulk', bulk)).body); // without a pause: the rest takes no second
  await killNode(child);

  const second = await startLocalSystem({ dataDir, chaos: null });
  onTestFinished(() => second.close());
  const api = openApiClient(second.url, second.apiKey);
  const over = await until('the bulk to end', async () => {
    const { body: now } = await api.ask('getBulk', bulk);
    return now.finished_at === null ? null : now;
  });
  expect(over).toMatchObject({ status: 'FINISHED', matched: RUNS, done: RUNS, failed: 0, failures: [] });
  const runs = await Promise.all(uids.map(async (run_uid) => (await api.ask('getRun', { params: { run_uid } })).body));
  const stops = runs.map(({ history }) => history.filter(({ status }) => status === 'STOPPED').length);
  expect(stops).toEqual(uids.map(() => 1));
});
