import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApiClient } from '../support/api-client.ts';
import type { ApiClient } from '../support/api-client.ts';
import { shareLocalSystem } from '../support/local-system.ts';
import type { LocalTestSystem } from '../support/local-system.ts';
import { openCallbackReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import type { CallbackReceiver } from '../support/receiver.ts';

const action = 'search-cities';
const inputs = [{ country: 'AD', custom_data: { row: 7 } }];
const yearly = { inputs, cron: '0 9 1 1 *', timezone: 'Europe/Berlin' };

let system: LocalTestSystem;
let api: ApiClient;
let receiver: CallbackReceiver;

beforeAll(async () => {
  system = await shareLocalSystem({ hasChaos: false }); // with chaos a fire comes up to 60 s late: half a minute more a test
  api = openApiClient(system.url, system.apiKey);
  receiver = await openCallbackReceiver(system.signingSecret);
});
afterAll(async () => {
  await receiver.close();
  await system.close();
});

const launch = async (body: object) => (await api.ask('runSchedule', { params: { action }, body })).body;
const of = (uid: string) => ({ params: { scheduled_run_uid: uid } });
const read = async (uid: string) => (await api.ask('getSchedule', of(uid))).body;
const firesOf = async (uid: string) => (await api.ask('listFires', of(uid))).body;

describe.concurrent('on the real clock', () => {
  it('a schedule of every minute fires, with custom_data and sealed headers, and delivers its callbacks', async () => {
    const callback = { url: receiver.url, headers: { 'x-mine': 'sealed' } };
    const made = await launch({ inputs, cron: '* * * * *', name: 'minutely', overlap: 'allow', callback });
    expect(made).toMatchObject({
      status: 'ACTIVE',
      scheduled_run_uid: made.uid,
      callback: { url: receiver.url, on: 'all' },
    });
    await until('a fire', async () => ((await firesOf(made.uid)).length > 0 ? true : null));
    const fires = await firesOf(made.uid);
    const first = fires.at(-1);
    expect(first).toMatchObject({ cause: 'cron', outcome: 'FIRED', reason: null });
    const nextMinute = (Math.floor(Date.parse(made.created_at) / 60_000) + 1) * 60_000;
    expect(Date.parse(first?.nominal_at ?? '')).toBe(nextMinute);
    const runUid = first?.run_uid ?? '';
    const callbacks = await receiver.untilComplete(runUid);
    expect(callbacks.find(({ type }) => type === 'run.page')).toMatchObject({
      run: { scheduled_run_uid: made.uid },
      input: { country: 'AD' },
      custom_data: { row: 7 },
    });
    const sent = receiver.requests.filter(({ body }) => body.includes(runUid));
    expect(new Set(sent.map(({ headers }) => headers['x-mine']))).toEqual(new Set(['sealed']));
    const runs = await api.all('listRuns', { query: `?scheduled_run_uid=${made.uid}` });
    expect(runs.map(({ uid }) => uid)).toContain(runUid);
    await api.ask('cancelSchedule', of(made.uid));
  });

  it('a schedule for one moment runs once and is COMPLETED', async () => {
    const at = new Date(Date.now() + 1_500).toISOString();
    const { uid } = await launch({ inputs, schedule_at: at });
    await until('COMPLETED', async () => ((await read(uid)).status === 'COMPLETED' ? true : null));
    expect(await firesOf(uid)).toMatchObject([{ cause: 'once', outcome: 'FIRED' }]);
    expect(await read(uid)).toMatchObject({ next_execution_at: null, counts: { fired: 1, skipped: 0, missed: 0 } });
    expect((await api.refused('pauseSchedule', of(uid))).body).toMatchObject({
      error_label: 'INVALID_STATE',
      params: { status: 'COMPLETED' },
    });
  });
});

describe('a schedule', () => {
  it('is read as it was launched, with its defaults, and found by its filters', async () => {
    const { scheduled_run_uid: same, ...made } = await launch({ ...yearly, name: 'new year' });
    expect(same).toBe(made.uid);
    expect(await read(made.uid)).toEqual(made);
    expect(made).toMatchObject({
      action_name: action,
      inputs,
      inputs_total: 1,
      overlap: 'skip',
      catch_up_seconds: 3_600,
      jitter_seconds: 0,
      on_invalid_input: 'reject',
      deadline_seconds: 86_400,
      tags: [],
    });
    expect(made.next_execution_at).toMatch(/-01-01T08:00:00.000Z$/);
    for (const query of [
      `?uid=${made.uid}`,
      '?name=new%20year',
      `?name=new%20year&status=ACTIVE&action_name=${action}`,
    ]) {
      // Lists may lag.
      await until('it in the list', async () => ((await api.all('listSchedules', { query })).length > 0 ? true : null));
      expect(await api.all('listSchedules', { query })).toEqual([made]);
    }
    expect(await api.all('listSchedules', { query: `?uid=${made.uid}&status=PAUSED` })).toEqual([]);
  });

  it('shows 100 of its inputs and lists all', async () => {
    const many = Array.from({ length: 130 }, (_, row) => ({ country: 'AD', custom_data: { row } }));
    const made = await launch({ ...yearly, inputs: many });
    expect(made).toMatchObject({ inputs: many.slice(0, 100), inputs_total: 130 });
    expect(await api.all('listScheduleInputs', { ...of(made.uid), query: '?limit=50' })).toEqual(many);
  });

  it('is paused with a note, resumed, changed by PATCH, triggered and deleted', async () => {
    const { uid } = await launch(yearly);
    const paused = await api.ask('pauseSchedule', { ...of(uid), body: { note: 'holidays' } });
    expect(paused.body).toMatchObject({
      status: 'PAUSED',
      status_reason: { code: 'PAUSED_BY_CALLER', message: 'holidays' },
      next_execution_at: null,
    });
    expect((await api.ask('resumeSchedule', of(uid))).body).toMatchObject({ status: 'ACTIVE', status_reason: null });
    const patched = await api.ask('patchSchedule', {
      ...of(uid),
      body: { cron: '0 9 2 1 *', timezone: null, name: 'b' },
    });
    expect(patched.body).toMatchObject({ cron: '0 9 2 1 *', timezone: 'UTC', name: 'b', inputs });
    const { body: run } = await api.ask('triggerSchedule', of(uid));
    expect(run).toMatchObject({ scheduled_run_uid: uid, scheduled_run_name: 'b', execution_mode: 'ASYNC' });
    expect(await firesOf(uid)).toMatchObject([{ cause: 'trigger', outcome: 'FIRED', run_uid: run.uid }]);
    expect((await api.ask('removeSchedule', of(uid))).body.status).toBe('CANCELLED');
    expect((await api.refused('triggerSchedule', of(uid))).body.error_label).toBe('INVALID_STATE');
  });

  it.each([
    ['no time at all', {}, 'cron'],
    ['six fields', { cron: '0 0 9 * * *' }, 'cron'],
    ['an offset for a zone', { cron: '0 9 * * *', timezone: '+01:00' }, 'timezone'],
    ['a moment past', { schedule_at: '2020-01-01T00:00:00Z' }, 'schedule_at'],
    ['an upload', { ...yearly, inputs_upload_uid: '00000000-0000-4000-8000-000000000000' }, 'inputs_upload_uid'],
    ['dependencies', { ...yearly, depends_on: [] }, 'depends_on'],
  ])('with %s is refused by path', async (_, body, path) => {
    const { body: error } = await api.refused('runSchedule', { params: { action }, body: { inputs, ...body } });
    expect(error).toMatchObject({ error_label: 'BAD_INPUT', validation_errors: [{ path }] });
  });
});

describe('a preview', () => {
  it('tells times in UTC and on the zone’s clocks, and what becomes of skipped and repeated ones', async () => {
    const body = { cron: '30 2 * * *', timezone: 'Europe/Berlin', from: '2026-03-28T00:00:00Z', count: 2 };
    expect((await api.ask('previewSchedule', { body })).body).toMatchObject({
      fires: [
        { at: '2026-03-28T01:30:00.000Z', local: '2026-03-28T02:30:00+01:00' },
        { at: '2026-03-30T00:30:00.000Z', local: '2026-03-30T02:30:00+02:00' },
      ],
      notes: [{ local: '2026-03-29T02:30:00+01:00' }],
    });
  });
});

it('nothing of all this was denied', () => {
  expect(system.notices.filter((notice) => notice.includes('scheduler:') || notice.includes('AccessDenied'))).toEqual(
    [],
  );
});
