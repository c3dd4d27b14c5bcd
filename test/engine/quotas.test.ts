import { describe, expect, test } from 'vitest';
import { EngineError } from '../../shared/domain/errors.ts';
import type { RunDefinition } from '../../shared/domain/run.ts';
import { resumeRun } from '../../shared/engine/runs/resume-run.ts';
import { retryRun } from '../../shared/engine/runs/retry-run.ts';
import { stopRun } from '../../shared/engine/runs/stop-run.ts';
import { cancelSchedule } from '../../shared/engine/schedules/manage-schedule.ts';
import { putSchedule } from '../../shared/engine/schedules/put-schedule.ts';
import { triggerSchedule } from '../../shared/engine/schedules/trigger-schedule.ts';
import { checkPages, checkQuotas } from '../../shared/engine/quotas.ts';
import { countRun } from '../../shared/engine/read/count-run.ts';
import { reasonView } from '../../shared/api/runs/view.ts';
import { createLimitStore } from '../../shared/storage/limit-store.ts';
import { LAUNCH_DEFAULTS } from '../../shared/domain/launch-terms.ts';
import type { Quotas } from '../../shared/domain/quota.ts';
import { createEngineHarness, type EngineHarness, START } from '../support/engine-harness.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const HOUR_MS = 3_600_000;
const MIDNIGHT = START + 12 * HOUR_MS;
const ONE = [{ pages: 1, per_page: 1 }];

function harnessWith(quotas: Partial<Quotas>) {
  const actions = createSampleActions();
  return { actions, harness: createEngineHarness({ actions: [actions.numberedPages], quotas }) };
}

/** `ok`, or what a refusal says of the quota. */
async function outcome(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    if (error instanceof EngineError && error.label === 'LIMIT_REACHED') return error.details.params;
    throw error;
  }
}

const outcomes = (works: readonly Promise<unknown>[]) => Promise.all(works.map(outcome));

describe('runs_waiting', () => {
  const postponed = (harness: EngineHarness) =>
    harness.launch({ inputs: ONE, scheduleAt: harness.now() + 2 * HOUR_MS });
  const refused = { quota: 'runs_waiting', limit: 2, resets_at: null };

  test('takes as many as it says and refuses one more, until one starts, ends or is deleted', async () => {
    const { harness } = harnessWith({ runsWaiting: 2 });
    const { definition } = await postponed(harness);
    await postponed(harness);
    expect(await outcome(postponed(harness))).toEqual(refused);
    await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
    expect(await outcome(postponed(harness))).toBe('ok');
    expect(await outcome(postponed(harness))).toEqual(refused);
    await harness.runUntil(START + 3 * HOUR_MS); // both have run
    expect(await outcomes([postponed(harness), postponed(harness)])).toEqual(['ok', 'ok']);
  });

  test('counts a run that never started when it is resumed or retried, however many at once', async () => {
    const { harness } = harnessWith({ runsWaiting: 2 });
    for (let at = 0; at < 10; at += 1) {
      await harness.ports.admission.takeSlot('5a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3', `run-${at}`, 1);
    }
    const stopped: RunDefinition[] = [];
    for (let at = 0; at < 4; at += 1) {
      const { definition } = await postponed(harness);
      await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
      stopped.push(definition);
    }
    harness.skipTo(START + 1_000);
    const all = await outcomes(stopped.map((definition) => resumeRun(harness.ports, definition)));
    expect(all.filter((one) => one === 'ok')).toHaveLength(2);
    expect(all).toContainEqual(refused);
    expect(await outcome(postponed(harness))).toEqual(refused);
    const resumed = stopped[all.indexOf('ok')];
    if (resumed === undefined) throw new Error('None was resumed.');
    await stopRun(harness.ports, resumed, 'CANCELLED_BY_CALLER');
    harness.skipTo(START + 2_000);
    expect(await outcome(resumeRun(harness.ports, resumed))).toBe('ok');
  });

  test('counts runs that a trigger starts; pages_per_day refuses a trigger too', async () => {
    const { harness } = harnessWith({ runsWaiting: 2, pagesPerDay: 1 });
    const { schedule } = await yearly(harness);
    const trigger = () => triggerSchedule(harness.ports, schedule.uid);
    await postponed(harness);
    const all = await outcomes([trigger(), trigger(), trigger()]);
    expect(all.filter((one) => one === 'ok')).toHaveLength(1);
    expect(all.filter((one) => one !== 'ok')).toEqual([refused, refused]);
    await harness.runUntil(START + HOUR_MS);
    expect(await outcome(trigger())).toMatchObject({ quota: 'pages_per_day', limit: 1 });
    expect((await harness.ports.schedules.readSchedule(schedule.uid))?.counts.fired).toBe(1);
  });

  test('does not count a run again that has started', async () => {
    const { harness } = harnessWith({ runsWaiting: 1 });
    const fails = { pages: 1, per_page: 1, fail_at: 0, fail_kind: 'permanent', times: 1 };
    const { definition } = await harness.launch({ inputs: [fails] });
    await harness.runUntil(START + HOUR_MS);
    await postponed(harness);
    expect(await outcome(retryRun(harness.ports, definition))).toBe('ok');
  });

  test('are looked at by dry runs, which count nothing', async () => {
    const { harness } = harnessWith({ runsWaiting: 1 });
    const dryRun = () =>
      checkQuotas(harness.ports, '5a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3', ['pages_per_day', 'runs_waiting']);
    expect(await outcomes([dryRun(), dryRun()])).toEqual(['ok', 'ok']);
    expect(await outcome(postponed(harness))).toBe('ok');
    expect(await outcome(dryRun())).toEqual({ ...refused, limit: 1 });
  });

  test('takes exactly as many of those that are launched at once', async () => {
    const { harness } = harnessWith({ runsWaiting: 2 });
    const all = await outcomes(Array.from({ length: 6 }, () => postponed(harness)));
    expect(all.filter((one) => one === 'ok')).toHaveLength(2);
    expect(all.filter((one) => one !== 'ok')).toEqual(Array.from({ length: 4 }, () => refused));
  });
});

const yearly = (harness: EngineHarness) =>
  putSchedule(harness.ports, {
    ...LAUNCH_DEFAULTS,
    workspaceUid: '5a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3',
    actionName: 'numbered-pages',
    inputs: ONE,
    parameters: {},
    callback: null,
    name: null,
    cron: '0 9 1 1 *',
    scheduleAt: null,
    timezone: 'UTC',
    overlap: 'skip',
    catchUpSeconds: 3_600,
    jitterSeconds: 0,
  });

describe('schedules', () => {
  test('counts those that were there before the quota, and takes exactly as many at once', async () => {
    const { harness } = harnessWith({ schedules: 3 });
    const none = { ...harness.ports, quotas: { ...harness.ports.quotas, takePlace: async () => true } };
    const { schedule } = await yearly({ ...harness, ports: none });
    const all = await outcomes(Array.from({ length: 5 }, () => yearly(harness)));
    expect(all.filter((one) => one === 'ok')).toHaveLength(2);
    expect(all).toContainEqual({ quota: 'schedules', limit: 3, resets_at: null });
    await cancelSchedule(harness.ports, schedule.uid);
    expect(await outcomes([yearly(harness), yearly(harness)])).toContain('ok');
    expect(await outcome(yearly(harness))).toMatchObject({ quota: 'schedules' });
  });
});

describe('pages_per_day', () => {
  test('lets exactly as many pages start, and the rest of the run the next day', async () => {
    const { actions, harness } = harnessWith({ pagesPerDay: 7 });
    const inputs = Array.from({ length: 5 }, () => ({ pages: 2, per_page: 1 }));
    const { definition } = await harness.launch({ inputs });
    await harness.runUntil(MIDNIGHT - HOUR_MS);
    expect(actions.calls).toHaveLength(7);
    const waiting = await harness.ports.runs.readControl(definition.uid);
    expect(waiting).toMatchObject({ status: 'SCHEDULED', postponedUntil: MIDNIGHT });
    const reached = { quota: 'pages_per_day', limit: 7, resets_at: new Date(MIDNIGHT).toISOString() };
    expect(reasonView(waiting?.reason ?? null)).toMatchObject({
      code: 'RATE_LIMIT',
      message: expect.stringContaining('pages_per_day: 7 pages started today (UTC)'),
      retry_at: reached.resets_at,
      params: reached,
    });
    expect(await outcome(harness.launch({ inputs }))).toEqual(reached);
    await harness.runUntil(MIDNIGHT + HOUR_MS);
    expect(actions.calls).toHaveLength(10);
    expect(await harness.ports.runs.readControl(definition.uid)).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('lets the run go on once the owner raises it, and holds it again at the new limit', async () => {
    const { actions, harness } = harnessWith({ pagesPerDay: 3 });
    const { definition } = await harness.launch({
      inputs: Array.from({ length: 4 }, () => ({ pages: 2, per_page: 1 })),
    });
    await harness.runUntil(START + HOUR_MS);
    expect(actions.calls).toHaveLength(3);
    const limits = createLimitStore(harness.table);
    await limits.set(definition.workspaceUid, { quotas: { pagesPerDay: 5 } });
    await harness.runUntil(START + HOUR_MS + 7 * 60_000);
    expect(actions.calls).toHaveLength(5);
    expect(await harness.ports.runs.readControl(definition.uid)).toMatchObject({
      status: 'SCHEDULED',
      reason: { quota: { limit: 5 } },
    });
    await limits.set(definition.workspaceUid, { quotas: { pagesPerDay: 100 } });
    await harness.runUntil(START + 2 * HOUR_MS);
    expect(await harness.ports.runs.readControl(definition.uid)).toMatchObject({ status: 'SUCCEEDED', reason: null });
    expect(actions.calls).toHaveLength(8);
  });

  test('is named by a run that keeps its slot until it resets', async () => {
    const { harness } = harnessWith({ pagesPerDay: 1 });
    harness.skipTo(MIDNIGHT - 50_000);
    const { definition } = await harness.launch({ inputs: [{ pages: 2, per_page: 1 }] });
    await harness.runUntil(MIDNIGHT - 40_000);
    const control = await harness.ports.runs.readControl(definition.uid);
    if (control === null) throw new Error('There is no run.');
    const { stalled } = await countRun({ ...harness.ports, reader: harness.reader }, control);
    expect([control.status, reasonView(stalled)?.params]).toEqual([
      'RUNNING',
      { quota: 'pages_per_day', limit: 1, resets_at: new Date(MIDNIGHT).toISOString() },
    ]);
  });

  test.each([30_000, HOUR_MS])('counts a page once that its upstream asks to wait for %i ms', async (ms) => {
    const waits = { pages: 1, per_page: 1, fail_at: 0, fail_kind: 'rate_limited', times: 1, until: START + ms };
    const { actions, harness } = harnessWith({ pagesPerDay: 2 });
    const { definition } = await harness.launch({ inputs: [waits] });
    await harness.runUntil(START + 3 * HOUR_MS);
    expect(actions.calls).toHaveLength(2);
    expect(await harness.ports.quotas.readPages(definition.workspaceUid, '2026-01-05')).toBe(1);
  });

  test('counts a page once, however often it is tried, and nothing without a quota', async () => {
    const fails = { pages: 1, per_page: 1, fail_at: 0, fail_kind: 'retryable', times: 2 };
    const { actions, harness } = harnessWith({ pagesPerDay: 2 });
    await harness.launch({ inputs: [fails] });
    await harness.runUntil(START + HOUR_MS);
    expect(actions.calls).toHaveLength(3);
    const { workspaceUid } = (await harness.launch({ inputs: ONE })).definition;
    await harness.runUntil(START + 2 * HOUR_MS);
    expect(await outcome(checkPages(harness.ports, workspaceUid))).toMatchObject({ quota: 'pages_per_day' });
    const free = harnessWith({});
    await free.harness.launch({ inputs: ONE });
    await free.harness.runUntil(START + HOUR_MS);
    expect(await free.harness.ports.quotas.readPages(workspaceUid, '2026-01-05')).toBe(0);
  });

  test('grants each page to one of those that ask at once', async () => {
    const { harness } = harnessWith({ pagesPerDay: 3 });
    const { quotas } = harness.ports;
    const ask = () => quotas.takePage('5a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3', '2026-01-05', 3);
    expect((await Promise.all(Array.from({ length: 8 }, ask))).filter(Boolean)).toHaveLength(3);
    expect(await ask()).toBe(false);
  });
});
