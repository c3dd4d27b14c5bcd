import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { type Answer, type ApiClient, openApiClient } from '../support/api-client.ts';
import { type LocalTestSystem, startLocalSystem } from '../support/local-system.ts';
import { mostInWindow } from '../support/paced-action.ts';
import { createProjectWithAction } from '../support/project-with-action.ts';
import { until } from '../support/until.ts';

const PACE = { calls: 4, perMs: 3_000 };
const project = createProjectWithAction({
  file: 'paced-pages.ts',
  name: 'pacedPages',
  source: `import { createPacedAction } from '../../test/support/paced-action.ts';
export const pacedPages = createPacedAction(${JSON.stringify(PACE)}, true).action;
`,
});
const action = 'paced-pages';
const LIVE = `/v1/actions/${action}/run/live`;
const Outputs = z.array(z.object({ at: z.int() }));

let system: LocalTestSystem;
let api: ApiClient;
beforeAll(async () => {
  system = await startLocalSystem({}, project.root);
  api = openApiClient(system.url, system.apiKey);
});
afterAll(async () => {
  await system.close();
  project.remove();
});

it('an async run keeps the pace of its action by itself, and says meanwhile until when its inputs wait', async () => {
  const inputs = Array.from({ length: 12 }, () => ({ account: 'a' }));
  const { body: run } = await api.ask('runAsync', { params: { action }, body: { inputs } });
  const params = { run_uid: run.uid };
  const waiting = await until('inputs that wait', async () => {
    const rows = await api.all('listRunInputs', { params });
    const scheduled = rows.filter(({ status }) => status === 'SCHEDULED');
    return scheduled.length > 0 ? scheduled : null;
  });
  for (const row of waiting) {
    expect(row).toMatchObject({ retry_count: 0, last_error: null });
    expect(Date.parse(row.postponed_until ?? '')).toBeGreaterThan(Date.parse(run.created_at));
  }
  const ended = await api.ask('getRun', { params, query: '?wait=25' });
  expect(ended.body).toMatchObject({ status: 'SUCCEEDED', inputs: { succeeded: 12 }, output_count: 12 });
  const outputs = Outputs.parse(await api.all('listRunOutputs', { params }));
  const calls = outputs.map(({ at }) => ({ at, account: 'a', key: '' }));
  expect(mostInWindow(calls, PACE.perMs)).toBeLessThanOrEqual(PACE.calls);
});

it('live calls beyond the pace are 429 with the time to come back, recorded nowhere, each account apart', async () => {
  const body = { input: { account: 'b' } };
  const began = Date.now();
  const made: Answer<unknown>[] = [];
  // However slow the machine: calls at once, and again, until they come faster than the pace.
  const { headers, body: error } = await until('a call beyond the pace', async () => {
    const calls = Array.from({ length: PACE.calls + 1 }, () => api.send('POST', LIVE, { body }));
    const answers = await Promise.all(calls);
    made.push(...answers.filter(({ status }) => status === 200));
    return answers.find(({ status }) => status === 429) ?? null;
  });
  const calls = made.flatMap((answer) => Outputs.parse(answer.body)).map(({ at }) => ({ at, account: 'b', key: '' }));
  expect(calls).toHaveLength(made.length);
  expect(mostInWindow(calls, PACE.perMs)).toBeLessThanOrEqual(PACE.calls);
  const refusal = z.object({ params: z.object({ postponed_until: z.iso.datetime() }) });
  expect(error).toMatchObject({ error_label: 'LIMIT_REACHED', status_code: 429, retryable: true });
  const postponedUntil = refusal.parse(error).params.postponed_until;
  expect(Date.parse(postponedUntil)).toBeGreaterThan(began);
  expect(Date.parse(postponedUntil)).toBeLessThan(Date.now() + 2 * PACE.perMs);
  expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(Math.ceil((2 * PACE.perMs) / 1_000));
  await api.ask('runLive', { params: { action }, body: { input: { account: 'c' } } });
  const live = await until('the calls that were made', async () => {
    const rows = await api.all('listRuns', { query: '?execution_mode=LIVE' });
    return rows.length >= made.length + 1 ? rows : null;
  });
  expect(live).toHaveLength(made.length + 1);
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, Date.parse(postponedUntil) - Date.now())));
  await api.ask('runLive', { params: { action }, body });
});
