import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../shared/process/system.ts';
import { RUN_STATUSES, type RunStatus } from '../../shared/domain/run-status.ts';
import { type ApiClient, openApiClient } from '../support/api-client.ts';
import { type LocalTestSystem, openReceiver, type Receiver, shareLocalSystem } from '../support/local-system.ts';
import { until } from '../support/until.ts';

let system: LocalTestSystem;
let api: ApiClient;
let upstream: Receiver;

beforeAll(async () => {
  system = await shareLocalSystem();
  api = openApiClient(system.url, system.apiKey);
  upstream = await openReceiver(({ path }) => {
    if (path.endsWith('/slow')) return { status: 200, body: '[{}]', afterMs: 30_000 };
    return { status: 200, body: path.endsWith('/bad') ? 'no JSON' : '[{}]' };
  });
});
afterAll(async () => {
  await system.close();
  await upstream.close();
});

async function launch(names: readonly string[], more: object = {}) {
  const inputs = names.map((name) => ({ url: `${upstream.url}/${name}` }));
  const { body } = await api.ask('runAsync', { params: { action: 'extract-json-api' }, body: { inputs, ...more } });
  return body;
}

const read = async (run_uid: string) => (await api.ask('getRun', { params: { run_uid } })).body;
const reached = (run_uid: string, status: RunStatus) =>
  until(`a run that is ${status}`, async () => {
    const run = await read(run_uid);
    return run.status === status ? run : null;
  });
const inAnHour = (): object => ({ schedule_at: new Date(systemClock.now() + 3_600_000).toISOString() });

/** How a caller comes to a run of each status. CREATED and QUEUED pass within moments: they are met in answers. */
const CAUSES: Readonly<Record<RunStatus, () => Promise<{ readonly uid: string; readonly status: string }>>> = {
  CREATED: () => launch(['good', 'good']),
  INVALID: async () => {
    const body = { inputs: [{ url: 'none' }], on_invalid_input: 'skip' };
    return (await api.ask('runAsync', { params: { action: 'extract-json-api' }, body })).body;
  },
  BLOCKED: async () => {
    const first = await launch(['good'], inAnHour());
    const { uid } = await launch(['good'], { depends_on: [first.uid] });
    const run = await reached(uid, 'BLOCKED');
    expect(run.status_reason).toMatchObject({ code: 'DEPENDENCY', blocking_uids: [first.uid] });
    return run;
  },
  QUEUED: async () => {
    const { uid } = await launch(['good', 'good'], inAnHour());
    await api.ask('cancelRun', { params: { run_uid: uid } });
    return (await api.ask('resumeRun', { params: { run_uid: uid } })).body;
  },
  SCHEDULED: async () => {
    const run = await read((await launch(['good'], inAnHour())).uid);
    expect(run.status_reason).toMatchObject({ code: 'SCHEDULED_START' });
    expect(run.postponed_until).not.toBeNull();
    return run;
  },
  RUNNING: async () => reached((await launch(['slow'])).uid, 'RUNNING'),
  STOPPED: async () => {
    const { uid } = await reached((await launch(['slow'])).uid, 'RUNNING');
    const run = (await api.ask('cancelRun', { params: { run_uid: uid } })).body;
    expect(run).toMatchObject({ status_reason: { code: 'CANCELLED_BY_CALLER' }, last_error: null });
    return run;
  },
  SUCCEEDED: async () => reached((await launch(['good', 'good'])).uid, 'SUCCEEDED'),
  PARTIAL_SUCCEEDED: async () => {
    const run = await reached((await launch(['good', 'bad'])).uid, 'PARTIAL_SUCCEEDED');
    expect(run.inputs).toMatchObject({ total: 2, succeeded: 1, failed: 1 });
    return run;
  },
  FAILED: async () => {
    const run = await reached((await launch(['bad'])).uid, 'FAILED');
    expect(run.last_error).toMatchObject({ error_label: 'ACTION_FAILED' });
    return run;
  },
};

/** Verbs that a status refuses. */
const REFUSED: Partial<Record<RunStatus, readonly ('cancelRun' | 'resumeRun' | 'retryRun')[]>> = {
  INVALID: ['cancelRun', 'resumeRun', 'retryRun'],
  BLOCKED: ['retryRun'],
  SCHEDULED: ['retryRun'],
  RUNNING: ['retryRun'],
  STOPPED: ['retryRun'],
  SUCCEEDED: ['cancelRun', 'resumeRun', 'retryRun'],
  PARTIAL_SUCCEEDED: ['cancelRun', 'resumeRun'],
  FAILED: ['cancelRun', 'resumeRun'],
};

it.each(RUN_STATUSES)('a run comes to be %s, and what that refuses changes nothing', async (status) => {
  const run = await CAUSES[status]();
  expect(run.status).toBe(status);
  const before = await read(run.uid);
  expect(before.history.map((step) => step.status)).toContain('CREATED');
  for (const verb of REFUSED[status] ?? []) {
    const { status: code, body } = await api.refused(verb, { params: { run_uid: run.uid } });
    expect([code, body.error_label, body.params['status']]).toEqual([409, 'INVALID_STATE', status]);
  }
  if (REFUSED[status] !== undefined) expect(await read(run.uid)).toEqual(before);
});
