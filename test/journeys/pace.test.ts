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
const Refusal = z.object({ params: z.object({ postponed_until: z.iso.datetime() }) });

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

it('an action says its pace to its callers', async () => {
  const { body } = await api.ask('getAction', { params: { action } });
  expect(body.pace).toEqual({ calls: PACE.calls, per_ms: PACE.perMs, min_gap_ms: 0, by_input: true });
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
  const call = (account: string) => api.send('POST', LIVE, { body: { input: { account } } });
  const began = Date.now();
  const made: { readonly at: number; readonly account: string; readonly key: string }[] = [];
  const note = ({ status, body }: Answer<unknown>, account: string): void => {
    if (status === 200) made.push(...Outputs.parse(body).map(({ at }) => ({ at, account, key: '' })));
  };
  // Again and again, for on a slow machine calls come no faster than the pace, or lose their turn.
  const { headers, error, openAt } = await until('a call let through while one of another account is not', async () => {
    const answers = await Promise.all(Array.from({ length: PACE.calls + 1 }, () => call('b')));
    for (const answer of answers) note(answer, 'b');
    const refused = answers.find(({ status }) => status === 429);
    if (refused === undefined) return null;
    const openAt = Date.parse(Refusal.parse(refused.body).params.postponed_until);
    const other = await call('c');
    note(other, 'c');
    const isMeanwhile = other.status === 200 && (made.at(-1)?.at ?? openAt) < openAt;
    return isMeanwhile ? { headers: refused.headers, error: refused.body, openAt } : null;
  });
  const ofB = made.filter(({ account }) => account === 'b');
  expect(mostInWindow(ofB, PACE.perMs)).toBeLessThanOrEqual(PACE.calls);
  expect(error).toMatchObject({ error_label: 'LIMIT_REACHED', status_code: 429, retryable: true });
  expect(openAt).toBeGreaterThan(began);
  expect(openAt).toBeLessThan(Date.now() + 2 * PACE.perMs);
  expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(Math.ceil((2 * PACE.perMs) / 1_000));
  const live = await until('the calls that were made', async () => {
    const rows = await api.all('listRuns', { query: '?execution_mode=LIVE' });
    return rows.length >= made.length ? rows : null;
  });
  expect(live).toHaveLength(made.length);
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, openAt - Date.now())));
  await until('a call let through again', async () => ((await call('b')).status === 200 ? true : null));
});
