import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOf } from '../../infra/local/start/prepare-access.ts';
import { openStage } from '../../infra/admin/stage-access.ts';
import type { Operation } from '../../shared/api/routes.ts';
import { openApiClient } from '../support/api-client.ts';
import type { ApiClient } from '../support/api-client.ts';
import { openReceiver, shareLocalSystem } from '../support/local-system.ts';
import type { LocalTestSystem, Receiver } from '../support/local-system.ts';
import { until } from '../support/until.ts';

const action = 'search-cities';
const inputs = [{ country: 'AD', custom_data: { row: 7 } }];
const yearly = { inputs, cron: '0 9 1 1 *', timezone: 'Europe/Berlin' };

let system: LocalTestSystem;
let api: ApiClient;
let upstream: Receiver;

beforeAll(async () => {
  system = await shareLocalSystem({ hasChaos: false });
  const { limits } = openStage(addressOf(system.runtime));
  await limits.set(system.workspaceUid, { rates: { launch: { perSecond: 500, burst: 500 } } }); // rules, not limits, are told here
  api = openApiClient(system.url, system.apiKey);
  upstream = await openReceiver(() => ({ status: 200, afterMs: 4_000 }));
});
afterAll(async () => {
  await system.close();
  await upstream.close();
});

const launch = async (body: object) => (await api.ask('runSchedule', { params: { action }, body })).body;
const of = (uid: string) => ({ params: { scheduled_run_uid: uid } });
const read = async (uid: string) => (await api.ask('getSchedule', of(uid))).body;

/** A schedule whose one time has come and gone. */
async function completed(): Promise<string> {
  const { uid } = await launch({ inputs, schedule_at: new Date(Date.now() - 30_000).toISOString() });
  await until('COMPLETED', async () => ((await read(uid)).status === 'COMPLETED' ? true : null));
  return uid;
}

const VERBS = {
  updateSchedule: {},
  patchSchedule: {},
  pauseSchedule: {},
  resumeSchedule: undefined,
  triggerSchedule: undefined,
  cancelSchedule: undefined,
  deleteSchedule: undefined,
  removeSchedule: undefined,
} as const satisfies Partial<Record<Operation, object | undefined>>;
const verbs = Object.entries(VERBS) as readonly [keyof typeof VERBS, object | undefined][]; // of the literal above

describe('verbs', () => {
  const allowed: Readonly<Record<string, readonly string[]>> = {
    ACTIVE: verbs.map(([verb]) => verb).filter((verb) => verb !== 'resumeSchedule'),
    PAUSED: verbs.map(([verb]) => verb).filter((verb) => verb !== 'pauseSchedule'),
    CANCELLED: [],
    COMPLETED: [],
  };
  const make: Readonly<Record<string, () => Promise<string>>> = {
    ACTIVE: async () => (await launch(yearly)).uid,
    async PAUSED() {
      const { uid } = await launch(yearly);
      await api.ask('pauseSchedule', of(uid));
      return uid;
    },
    async CANCELLED() {
      const { uid } = await launch(yearly);
      await api.ask('cancelSchedule', of(uid));
      return uid;
    },
    COMPLETED: completed,
  };
  const after: Partial<Record<Operation, string>> = {
    pauseSchedule: 'PAUSED',
    resumeSchedule: 'ACTIVE',
    cancelSchedule: 'CANCELLED',
    deleteSchedule: 'CANCELLED',
    removeSchedule: 'CANCELLED',
  };

  it.each(Object.keys(make))('of a schedule that is %s are done, or refused with nothing changed', async (status) => {
    let uid = (await make[status]?.()) ?? '';
    for (const [verb, body] of verbs) {
      const before = await read(uid);
      expect(before.status).toBe(status);
      const asked = { ...of(uid), ...(body === undefined ? {} : { body }) };
      if (allowed[status]?.includes(verb)) {
        await api.ask(verb, asked);
        const now = await read(uid);
        expect(now.status, verb).toBe(after[verb] ?? status);
        if (now.status !== status) uid = (await make[status]?.()) ?? '';
      } else {
        const refused = await api.refused(verb, asked);
        expect(refused.body, verb).toMatchObject({ error_label: 'INVALID_STATE', params: { status } });
        expect(await read(uid), verb).toEqual(before);
        expect((await api.ask('listFires', of(uid))).body).toHaveLength(before.counts.fired);
      }
    }
  });

  it('cancel, delete and DELETE do the same, and leave it readable', async () => {
    const ends: object[] = [];
    for (const verb of ['cancelSchedule', 'deleteSchedule', 'removeSchedule'] as const) {
      const { uid, created_at: _, scheduled_run_uid: __, ...made } = await launch({ ...yearly, name: 'to go' });
      await api.ask('triggerSchedule', of(uid));
      const { body } = await api.ask(verb, of(uid));
      expect(await read(uid)).toEqual(body);
      expect(await api.all('listScheduleInputs', of(uid))).toEqual(inputs);
      expect((await api.ask('listFires', of(uid))).body).toMatchObject([{ cause: 'trigger' }]);
      const { status, status_reason: reason, next_execution_at: next, name } = body;
      ends.push({ status, code: reason?.code, next, name, made: made.name });
    }
    const end = { status: 'CANCELLED', code: 'CANCELLED_BY_CALLER', next: null, name: 'to go', made: 'to go' };
    expect(ends).toEqual([end, end, end]);
  });
});

describe('a trigger', () => {
  it('starts a run whatever the overlap rule, also while PAUSED, and once for an Idempotency-Key', async () => {
    const slow = { inputs: [{ url: `${upstream.url}/slow` }], cron: '0 9 1 1 *', overlap: 'skip' };
    const { body: made } = await api.ask('runSchedule', { params: { action: 'extract-json-api' }, body: slow });
    const first = await api.ask('triggerSchedule', of(made.uid));
    await api.ask('pauseSchedule', of(made.uid));
    const headers = { 'idempotency-key': 'once' };
    const second = await api.ask('triggerSchedule', { ...of(made.uid), headers });
    const again = await api.ask('triggerSchedule', { ...of(made.uid), headers });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body.uid).toBe(second.body.uid);
    for (const { body, status } of [first, second]) {
      expect(status).toBe(202);
      const run = await api.ask('getRun', { params: { run_uid: body.uid } });
      expect(run.body).toMatchObject({ scheduled_run_uid: made.uid, finished_at: null });
    }
    expect(await read(made.uid)).toMatchObject({
      status: 'PAUSED',
      counts: { fired: 2, skipped: 0, missed: 0 },
      last_run_uid: second.body.uid,
    });
  });

  it('stands in the ledger newest first, page by page', async () => {
    const { uid } = await launch(yearly);
    const runs: string[] = [];
    for (let turn = 0; turn < 5; turn += 1) runs.unshift((await api.ask('triggerSchedule', of(uid))).body.uid);
    const first = await api.ask('listFires', { ...of(uid), query: '?limit=2' });
    expect(first.body.map(({ run_uid: run }) => run)).toEqual(runs.slice(0, 2));
    const all = await api.all('listFires', { ...of(uid), query: '?limit=2' });
    expect(all.map(({ run_uid: run }) => run)).toEqual(runs);
    expect((await api.refused('listFires', { ...of(uid), query: '?limit=101' })).body.error_label).toBe('BAD_INPUT');
  });
});

describe('an update', () => {
  it('by null puts every optional field back to its default', async () => {
    const made = await launch({
      ...yearly,
      schedule_at: new Date(Date.now() + 86_400_000).toISOString(),
      name: 'all',
      parameters: { max_results: 10 },
      callback: { url: upstream.url, on: 'final' },
      deadline_seconds: 600,
      on_invalid_input: 'skip',
      overlap: 'allow',
      catch_up_seconds: 60,
      jitter_seconds: 30,
    });
    const same = await api.ask('patchSchedule', { ...of(made.uid), body: {} });
    const { updated_at: _, scheduled_run_uid: __, ...unchanged } = made;
    expect(same.body).toMatchObject(unchanged);
    const fields = ['name', 'parameters', 'callback', 'schedule_at', 'timezone', 'overlap', 'catch_up_seconds'];
    const more = ['jitter_seconds', 'deadline_seconds', 'on_invalid_input'];
    const body = Object.fromEntries([...fields, ...more].map((field) => [field, null]));
    expect((await api.ask('updateSchedule', { ...of(made.uid), body })).body).toMatchObject({
      name: null,
      parameters: {},
      callback: null,
      schedule_at: null,
      timezone: 'UTC',
      overlap: 'skip',
      catch_up_seconds: 3_600,
      jitter_seconds: 0,
      deadline_seconds: 86_400,
      on_invalid_input: 'reject',
      cron: yearly.cron,
      inputs,
    });
  });

  it.each([
    ['no time left', { cron: null }, 'BAD_INPUT', 'cron'],
    ['a cron of six fields', { cron: '0 0 9 * * *' }, 'BAD_INPUT', 'cron'],
    ['an offset', { timezone: '+01:00' }, 'BAD_INPUT', 'timezone'],
    ['a moment past', { schedule_at: '2020-01-01T00:00:00Z' }, 'BAD_INPUT', 'schedule_at'],
    ['another action', { action_name: 'http-request' }, 'BAD_INPUT', 'action_name'],
    ['no inputs', { inputs: null }, 'BAD_INPUT', 'inputs'],
    ['a bad input', { inputs: [{ country: 'ZZZ' }] }, 'BAD_INPUT', 'inputs[0].country'],
    ['jitter over its bound', { jitter_seconds: 901 }, 'BAD_INPUT', 'jitter_seconds'],
    ['bad parameters', { parameters: { max_results: 0 } }, 'BAD_PARAMETERS', 'max_results'],
    ['a callback into the network', { callback: { url: 'https://10.0.0.1/' } }, 'BAD_INPUT', 'callback.url'],
  ])('that leaves %s is refused by path and changes nothing', async (_, body, label, path) => {
    const { uid } = await launch(yearly);
    const before = await read(uid);
    const refused = await api.refused('patchSchedule', { ...of(uid), body: { name: 'new', ...body } });
    expect(refused.body.error_label).toBe(label);
    expect(refused.text).toContain(path);
    expect(await read(uid)).toEqual(before);
  });

  it('leaves a run that was started with what it had', async () => {
    const { uid } = await launch(yearly);
    const { body: run } = await api.ask('triggerSchedule', of(uid));
    await api.ask('patchSchedule', { ...of(uid), body: { inputs: [{ country: 'LU' }], name: 'other' } });
    const [input] = await api.all('listRunInputs', { params: { run_uid: run.uid } });
    expect(input).toMatchObject({ input_data: { country: 'AD' }, custom_data: { row: 7 } });
    const { body: next } = await api.ask('triggerSchedule', of(uid));
    expect(next.scheduled_run_name).toBe('other');
    const [changed] = await api.all('listRunInputs', { params: { run_uid: next.uid } });
    expect(changed).toMatchObject({ input_data: { country: 'LU' }, custom_data: null });
  });

  it('of a single time that passed while PAUSED may change all but the time, and it fires on resume', async () => {
    const { uid } = await launch({ inputs, schedule_at: new Date(Date.now() + 1_000).toISOString() });
    await api.ask('pauseSchedule', of(uid));
    await until('its time', async () =>
      Date.now() > Date.parse((await read(uid)).schedule_at ?? '') + 500 ? true : null,
    );
    expect((await api.ask('patchSchedule', { ...of(uid), body: { name: 'late' } })).body.name).toBe('late');
    expect((await api.ask('listFires', of(uid))).body).toEqual([]);
    await api.ask('resumeSchedule', of(uid));
    await until('COMPLETED', async () => ((await read(uid)).status === 'COMPLETED' ? true : null));
    expect((await api.ask('listFires', of(uid))).body).toMatchObject([{ cause: 'once', outcome: 'FIRED' }]);
  });
});

describe('an input that is not valid', () => {
  const mixed = [{ country: 'AD' }, { country: 'Andorra' }];

  it('is refused at launch by index and path', async () => {
    const { body } = await api.refused('runSchedule', { params: { action }, body: { ...yearly, inputs: mixed } });
    expect(body).toMatchObject({ error_label: 'BAD_INPUT', validation_errors: [{ path: 'inputs[1].country' }] });
  });

  it('fails in each run of a schedule that skips it, and the others go on', async () => {
    const { uid } = await launch({ ...yearly, inputs: mixed, on_invalid_input: 'skip', deadline_seconds: 600 });
    const { body: run } = await api.ask('triggerSchedule', of(uid));
    const ended = await until('its end', async () => {
      const { body } = await api.ask('getRun', { params: { run_uid: run.uid } });
      return body.finished_at === null ? null : body;
    });
    expect(ended).toMatchObject({
      status: 'PARTIAL_SUCCEEDED',
      inputs: { total: 2, succeeded: 1, failed: 1 },
      deadline_seconds: 600,
    });
  });
});

describe('what a schedule shows', () => {
  it('never holds the headers of its callback, nor do its runs', async () => {
    const secret = 'never-to-be-seen';
    const callback = { url: upstream.url, headers: { 'x-secret': secret } };
    const { uid, ...made } = await launch({ ...yearly, callback });
    const { body: run } = await api.ask('triggerSchedule', of(uid));
    const texts = [
      JSON.stringify(made),
      (await api.ask('getSchedule', of(uid))).text,
      (await api.ask('listSchedules', { query: `?uid=${uid}` })).text,
      (await api.ask('patchSchedule', { ...of(uid), body: { callback } })).text,
      (await api.ask('listScheduleInputs', of(uid))).text,
      (await api.ask('pauseSchedule', of(uid))).text,
      (await api.ask('getRun', { params: { run_uid: run.uid } })).text,
    ];
    for (const text of texts) expect(text).not.toMatch(/never-to-be-seen|x-secret/);
    expect((await read(uid)).callback).toEqual({ url: upstream.url, on: 'all' });
  });
});

it('nothing of all this was denied', () => {
  expect(system.notices.filter((notice) => /scheduler:|AccessDenied/.test(notice))).toEqual([]);
});
