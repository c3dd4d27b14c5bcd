import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CommandValues } from '../../infra/admin/command.ts';
import { USAGE_COMMAND } from '../../infra/admin/usage-command.ts';
import { WORKSPACE_COMMANDS } from '../../infra/admin/workspace-commands.ts';
import { openStage } from '../../infra/admin/stage-access.ts';
import { addressOf } from '../../infra/local/start/prepare-access.ts';
import { openApiClient } from '../support/api-client.ts';
import type { ApiClient } from '../support/api-client.ts';
import { startLocalSystem } from '../support/local-system.ts';
import type { LocalTestSystem } from '../support/local-system.ts';
import { until } from '../support/until.ts';

let system: LocalTestSystem;
let api: ApiClient;
const quotas = { runsWaiting: 1, schedules: 1, uploadsOpen: 1, pagesPerDay: 2 };

beforeAll(async () => {
  system = await startLocalSystem();
  await openStage(addressOf(system.runtime)).limits.set(system.workspaceUid, { quotas });
  api = openApiClient(system.url, system.apiKey, { impatient: true });
});
afterAll(async () => system.close());

const cities = { params: { action: 'search-cities' } };
const inputs = [{ country: 'AD' }];
const later = { inputs, schedule_at: new Date(Date.now() + 3_600_000).toISOString() };

it('are shown, and each lets through what it says and nothing more', async () => {
  // Limits are read with eventual consistency, so new ones are in force a little later.
  const shown = await until('the quotas to be in force', async () => {
    const { quotas: inForce } = (await api.ask('getMe')).body.limits;
    return inForce.runs_waiting === null ? null : inForce;
  });
  expect(shown).toEqual({ runs_waiting: 1, schedules: 1, uploads_open: 1, pages_per_day: 2 });
  const { uid } = (await api.ask('runAsync', { ...cities, body: later })).body;
  const reached = (quota: string, limit: number) => ({ error_label: 'LIMIT_REACHED', params: { quota, limit } });
  for (const query of ['', '?dry_run=true']) {
    const refused = await api.refused('runAsync', { ...cities, body: later, query });
    expect(refused.body).toMatchObject(reached('runs_waiting', 1));
  }
  await api.ask('cancelRun', { params: { run_uid: uid } });
  const second = (await api.ask('runAsync', { ...cities, body: later })).body;
  const resumed = await api.refused('resumeRun', { params: { run_uid: uid } });
  expect(resumed.body).toMatchObject(reached('runs_waiting', 1));
  const bulk = (await api.ask('createBulk', { body: { action: 'resume', filter: { uid } } })).body;
  const over = await until('the bulk to be over', async () => {
    const { body } = await api.ask('getBulk', { params: { bulk_uid: bulk.uid } });
    return body.status === 'FINISHED' ? body : null;
  });
  expect(over).toMatchObject({ done: 0, failed: 1, failures: [{ run_uid: uid, error_label: 'LIMIT_REACHED' }] });

  const yearly = { ...cities, body: { inputs, cron: '0 9 1 1 *' } };
  const schedule = (await api.ask('runSchedule', yearly)).body;
  for (const query of ['', '?dry_run=true']) {
    expect((await api.refused('runSchedule', { ...yearly, query })).body).toMatchObject(reached('schedules', 1));
  }
  const triggered = await api.refused('triggerSchedule', { params: { scheduled_run_uid: schedule.uid } });
  expect(triggered.body).toMatchObject(reached('runs_waiting', 1));
  await api.ask('deleteSchedule', { params: { scheduled_run_uid: schedule.uid } });
  await api.ask('runSchedule', yearly);

  await api.ask('createUpload', { body: {} });
  expect((await api.refused('createUpload', { body: {} })).body).toMatchObject(reached('uploads_open', 1));

  const live = { ...cities, body: { input: { country: 'AD' } } };
  await api.ask('runLive', live);
  await api.ask('runLive', { ...live, headers: { prefer: 'wait=25' } });
  for (const headers of [{}, { prefer: 'wait=25' }]) {
    const refused = await api.refused('runLive', { ...live, headers });
    expect(refused.body).toMatchObject(reached('pages_per_day', 2));
    expect(refused.body.params['resets_at']).toMatch(/T00:00:00\.000Z$/);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  }
  for (const query of ['', '?dry_run=true']) {
    const refused = await api.refused('runAsync', { ...cities, body: { inputs }, query });
    expect(refused.body).toMatchObject(reached('pages_per_day', 2));
  }

  await api.ask('cancelRun', { params: { run_uid: second.uid } });
  await api.ask('resumeRun', { params: { run_uid: uid } });
  const reason = await until('the run to be held back', async () => {
    const { body } = await api.ask('getRunStatus', { params: { run_uid: uid } });
    return body.status === 'SCHEDULED' ? body.status_reason : null;
  });
  expect(reason).toMatchObject({ code: 'RATE_LIMIT', params: reached('pages_per_day', 2).params });
  expect(reason?.retry_at).toBe(reason?.params['resets_at']);
});

it('the owner sets, takes away and shows them', async () => {
  const stage = openStage(addressOf(system.runtime));
  const run = async (name: string, given: Readonly<Record<string, string>>): Promise<string> =>
    WORKSPACE_COMMANDS.find((command) => command.name === name)?.run(stage, valuesOf(given), 'local') ?? '';
  const set = (given: Readonly<Record<string, string>>) => run('workspaces set', { workspace: 'local', ...given });
  expect(
    await set({ 'runs-waiting': '5', schedules: 'none', 'uploads-open': 'default', 'pages-per-day': 'none' }),
  ).toContain('runs waiting 5 (own), schedules none (own), uploads open 100, pages per day none (own), ');
  expect(await run('workspaces list', {})).toContain('runs waiting 5 (own), schedules none (own), ');
  expect(await set({ 'runs-waiting': 'default' })).toContain('runs waiting none, schedules none (own), ');
  await expect(set({ 'pages-per-day': '0' })).rejects.toThrow(
    '--pages-per-day is 0; allowed: 1 to 1000000000, none or default',
  );
  await expect(set({ 'uploads-open': 'none' })).rejects.toThrow(
    '--uploads-open is none; allowed: 1 to 1000, or default',
  );
  await until('the quotas to be in force', async () => {
    const { quotas: inForce } = (await api.ask('getMe')).body.limits;
    return inForce.pages_per_day === null && inForce.schedules === null ? inForce : null;
  });
});

it('the owner prints what each workspace used in a month', async () => {
  const stage = openStage(addressOf(system.runtime));
  const print = (given: Readonly<Record<string, string | true>>) => USAGE_COMMAND.run(stage, valuesOf(given), 'local');
  const month = new Date().toISOString().slice(0, 7);
  const [head, row] = await until('the live calls to be counted', async () => {
    const lines = (await print({ month, csv: true })).split('\r\n');
    return /,2,2,/.test(lines[1] ?? '') ? lines : null;
  });
  expect(head).toBe('workspace,workspace_uid,action_name,runs,live_calls,pages,outputs,callbacks,estimated_usd');
  expect(row).toMatch(new RegExp(`^local,${system.workspaceUid},search-cities,\\d+,2,2,`));
  expect(await print({ month })).toContain('search-cities');
  expect(await print({ month: '2020-02' })).toBe('No workspace has used anything in 2020-02.');
  await expect(print({ month: '2026-13' })).rejects.toThrow(
    '--month is 2026-13; allowed: a year and a month such as 2026-11',
  );
});

/** What was given for a command's options. */
function valuesOf(given: Readonly<Record<string, string | true>>): CommandValues {
  return {
    text: (name) => (typeof given[name] === 'string' ? given[name] : undefined),
    needed: (name) => String(given[name]),
    flag: (name) => given[name] === true,
  };
}
