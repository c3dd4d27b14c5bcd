import { LAUNCH_DEFAULTS } from '../../shared/domain/launch-terms.ts';
import { describe, expect, it } from 'vitest';
import { nextFire } from '../../shared/domain/cron/next-fires.ts';
import { parseCron } from '../../shared/domain/cron/parse-cron.ts';
import type { Fire } from '../../shared/domain/fire.ts';
import { fireSchedule } from '../../shared/engine/schedules/fire-schedule.ts';
import { cancelSchedule, pauseSchedule, resumeSchedule } from '../../shared/engine/schedules/manage-schedule.ts';
import { putSchedule, type ScheduleLaunch } from '../../shared/engine/schedules/put-schedule.ts';
import type { ScheduleEntry } from '../../shared/engine/schedules/schedule-ports.ts';
import { reconcileSchedule } from '../../shared/engine/schedules/reconcile-schedule.ts';
import { triggerSchedule } from '../../shared/engine/schedules/trigger-schedule.ts';
import { type ScheduleChange, updateSchedule } from '../../shared/engine/schedules/update-schedule.ts';
import { createRegistry } from '../../shared/sdk/action-registry.ts';
import { START } from '../support/engine-harness.ts';
import { createSampleActions } from '../support/sample-actions.ts';
import { createScheduleHarness, type ScheduleHarness } from '../support/schedule-harness.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A harness whose runs end at once, or hang until their deadline. */
function createHarness(input: Readonly<Record<string, unknown>> = { pages: 1, per_page: 1 }): ScheduleHarness {
  return createScheduleHarness({ actions: [createSampleActions().numberedPages], input });
}

const SLOW = { pages: 2, per_page: 1, fail_at: 1, fail_kind: 'rate_limited', until: START + 30 * 24 * HOUR };

const told = (fires: readonly Fire[]): readonly string[] =>
  fires.map(({ nominalAt, outcome, reason }) => {
    const minutes = (nominalAt - START) / MINUTE;
    return `${minutes} ${outcome}${reason === null ? '' : ` ${reason}`}`;
  });

const fireOf = (scheduleUid: string, minutes: number) =>
  ({ kind: 'fire', scheduleUid, nominalAt: START + minutes * MINUTE, revision: 1 }) as const;

const LAUNCH: Omit<ScheduleLaunch, 'cron' | 'scheduleAt'> = {
  workspaceUid: '5a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3',
  actionName: 'numbered-pages',
  inputs: [{ pages: 1, per_page: 1 }],
  parameters: {},
  callback: null,
  name: null,
  ...LAUNCH_DEFAULTS,
  timezone: 'UTC',
  overlap: 'skip',
  catchUpSeconds: 3_600,
  jitterSeconds: 0,
};

const NOTHING: ScheduleChange = {
  inputs: undefined,
  parameters: undefined,
  callback: undefined,
  name: undefined,
  deadlineSeconds: undefined,
  onInvalidInput: undefined,
  tags: undefined,
  cron: undefined,
  scheduleAt: undefined,
  timezone: undefined,
  overlap: undefined,
  catchUpSeconds: undefined,
  jitterSeconds: undefined,
};

describe('a cron', () => {
  it('starts one run at each of its times, known by schedule and name', async () => {
    const harness = createHarness();
    const { uid } = await harness.put({ cron: '*/10 * * * *', scheduleAt: null, name: 'tens' });
    await harness.turnTo(START + 31 * MINUTE);
    const fires = await harness.fires(uid);
    expect(told(fires)).toEqual(['10 FIRED', '20 FIRED', '30 FIRED']);
    const control = await harness.ports.runs.readControl(fires[0]?.runUid ?? '');
    expect(control).toMatchObject({ status: 'SUCCEEDED', scheduledRunUid: uid, name: 'tens' });
    expect(await harness.read(uid)).toMatchObject({
      counts: { fired: 3, skipped: 0, missed: 0 },
      lastRunUid: fires[2]?.runUid,
      lastNominalAt: START + 30 * MINUTE,
    });
  });

  it('starts one run a time though every fire comes three times', async () => {
    const harness = createHarness();
    harness.copies(() => 3);
    const { uid } = await harness.put({ cron: '*/10 * * * *', scheduleAt: null });
    await harness.turnTo(START + 21 * MINUTE);
    expect((await harness.read(uid)).counts).toEqual({ fired: 2, skipped: 0, missed: 0 });
    expect(told(await harness.fires(uid))).toEqual(['10 FIRED', '20 FIRED']);
  });

  it('starts with its schedule_at', async () => {
    const harness = createHarness();
    const { uid } = await harness.put({ cron: '*/10 * * * *', scheduleAt: START + 15 * MINUTE });
    await harness.turnTo(START + 31 * MINUTE);
    expect(told(await harness.fires(uid))).toEqual(['20 FIRED', '30 FIRED']);
  });

  it('fires times at which an entry of both day fields or another clock would not', async () => {
    const harness = createHarness();
    const { uid } = await harness.put({ cron: '0 0 */2 * MON', scheduleAt: null });
    await harness.turnTo(START + 40 * 24 * HOUR, 24 * HOUR);
    const days = (await harness.fires(uid)).map(({ nominalAt }) => new Date(nominalAt).toISOString().slice(0, 10));
    expect(days).toEqual(['2026-01-19', '2026-02-09']); // Mondays on odd days
    expect(harness.delivered.length).toBeGreaterThan(days.length);
  });

  it('is late by its jitter, each time the same', async () => {
    const harness = createHarness();
    const { uid } = await harness.put({ cron: '0 * * * *', scheduleAt: null, jitterSeconds: 900 });
    await harness.turnTo(START + 3 * HOUR);
    const late = (await harness.fires(uid)).map(({ at, nominalAt }) => at - nominalAt);
    expect(late).toHaveLength(2);
    for (const ms of late) expect(Math.abs(ms - (late[0] ?? 0))).toBeLessThan(MINUTE);
    expect(late[0]).toBeGreaterThan(0);
  });
});

describe('fires out of order', () => {
  it('each start their run if they come within two minutes', async () => {
    const harness = createHarness();
    harness.copies(() => 0);
    const { uid } = await harness.put({ cron: '* * * * *', scheduleAt: null, overlap: 'allow' });
    await harness.runUntil(START + 2 * MINUTE + 30_000);
    await fireSchedule(harness.ports, fireOf(uid, 2));
    await fireSchedule(harness.ports, fireOf(uid, 1));
    expect(told(await harness.fires(uid))).toEqual(['1 FIRED', '2 FIRED']);
    expect((await harness.read(uid)).lastNominalAt).toBe(START + 2 * MINUTE);
  });

  it('do not stop the run of a later time', async () => {
    const harness = createHarness(SLOW);
    harness.copies(() => 0);
    const { uid } = await harness.put({ cron: '* * * * *', scheduleAt: null, overlap: 'cancel_previous' });
    await harness.runUntil(START + 2 * MINUTE + 30_000);
    await fireSchedule(harness.ports, fireOf(uid, 2));
    await fireSchedule(harness.ports, fireOf(uid, 1));
    expect(told(await harness.fires(uid))).toEqual(['1 SKIPPED OVERLAP', '2 FIRED']);
  });
});

describe('what EventBridge does not bring', () => {
  it('is fired by the sweep, and the entry made again', async () => {
    const harness = createHarness();
    const { uid } = await harness.put({ cron: '0 * * * *', scheduleAt: null });
    await harness.loseEntries();
    await harness.turnTo(START + HOUR + 4 * MINUTE);
    expect(told(await harness.fires(uid))).toEqual(['60 FIRED']);
    expect(await harness.entries()).toEqual([`${uid}-1-0 cron(0 * * * ? *)`]);
    await harness.turnTo(START + 2 * HOUR + MINUTE);
    expect(harness.delivered).toHaveLength(1);
    expect(told(await harness.fires(uid))).toEqual(['60 FIRED', '120 FIRED']);
  });

  it('is made up for after an outage by the latest time within catch_up_seconds; the others are MISSED', async () => {
    const harness = createHarness();
    harness.copies(() => 0);
    const { uid } = await harness.put({ cron: '0 * * * *', scheduleAt: null, catchUpSeconds: 1_800 });
    harness.skipTo(START + 3 * HOUR + 20 * MINUTE);
    await harness.turnTo(START + 3 * HOUR + 21 * MINUTE);
    expect(told(await harness.fires(uid))).toEqual(['60 MISSED TOO_LATE', '120 MISSED TOO_LATE', '180 FIRED']);
    expect((await harness.read(uid)).counts).toEqual({ fired: 1, skipped: 0, missed: 2 });
  });

  it('is MISSED where a later time has come', async () => {
    const harness = createHarness();
    harness.copies(() => 0);
    const { uid } = await harness.put({ cron: '*/5 * * * *', scheduleAt: null });
    harness.skipTo(START + 12 * MINUTE);
    await fireSchedule(harness.ports, fireOf(uid, 10));
    await fireSchedule(harness.ports, fireOf(uid, 5));
    expect(told(await harness.fires(uid))).toEqual(['5 MISSED SUPERSEDED', '10 FIRED']);
  });
});

describe('a schedule whose fires do not arrive', () => {
  // A sweep comes when it comes: on the minute, and up to a minute after it is due.
  it.each([
    ['* * * * *', 1, 130],
    ['* * * * *', 1, 181],
    ['*/2 * * * *', 2, 130],
    ['*/2 * * * *', 2, 181],
  ])('%s: its time %i min on is fired %i s late, and so are those that follow', async (cron, first, lateS) => {
    const harness = createHarness();
    harness.copies(() => 0);
    const { uid } = await harness.put({ cron, scheduleAt: null, overlap: 'allow' });
    for (let nominal = first; nominal <= 3 * first; nominal += first) {
      harness.skipTo(START + nominal * MINUTE + lateS * 1_000);
      await fireSchedule(harness.ports, fireOf(uid, nominal));
    }
    expect(told(await harness.fires(uid))).toEqual([1, 2, 3].map((time) => `${time * first} FIRED`));
  });

  it('has each of them fired two minutes late by the sweep', async () => {
    const harness = createHarness();
    harness.copies(() => 0);
    const { uid } = await harness.put({ cron: '* * * * *', scheduleAt: null, overlap: 'allow' });
    for (let second = 7; second <= 7 * 60; second += 10) await harness.turnTo(START + second * 1_000, 10_000);
    expect(told(await harness.fires(uid)).slice(0, 4)).toEqual(['1 FIRED', '2 FIRED', '3 FIRED', '4 FIRED']);
  });
});

describe('a single time so near', () => {
  /** Asks for one in so many ms; its entry reaches EventBridge, which refuses what is past, when it has come. */
  async function askFor(ms: number, entryTakesMs: number): Promise<readonly Fire[]> {
    const harness = createHarness();
    const entries = {
      ...harness.ports.entries,
      async putEntry(entry: ScheduleEntry) {
        harness.skipTo(harness.now() + entryTakesMs);
        return harness.ports.entries.putEntry(entry);
      },
    };
    const ports = { ...harness.ports, entries };
    const { schedule } = await putSchedule(ports, { ...LAUNCH, cron: null, scheduleAt: START + ms });
    await reconcileSchedule(ports, { kind: 'reconcile', scheduleUid: schedule.uid, dueAt: null });
    await harness.turnTo(START + ms + 2_000);
    return harness.fires(schedule.uid);
  }

  it.each([100, 1_500, 4_999])('that no entry can be made in time fires when it comes: in %i ms', async (ms) => {
    expect(await askFor(ms, 6_000)).toMatchObject([{ outcome: 'FIRED', cause: 'once' }]);
  });

  it('that comes while its entry is on its way fires at once', async () => {
    expect(await askFor(20_000, 21_000)).toMatchObject([{ outcome: 'FIRED', cause: 'once' }]);
  });

  it('that has an entry fires once', async () => {
    expect(await askFor(30_000, 0)).toMatchObject([{ outcome: 'FIRED', cause: 'once' }]);
  });
});

describe('a last run that is unfinished', () => {
  it('lets its schedule skip', async () => {
    const harness = createHarness(SLOW);
    const { uid } = await harness.put({ cron: '*/10 * * * *', scheduleAt: null });
    await harness.turnTo(START + 21 * MINUTE);
    expect(told(await harness.fires(uid))).toEqual(['10 FIRED', '20 SKIPPED OVERLAP']);
    expect((await harness.read(uid)).counts).toEqual({ fired: 1, skipped: 1, missed: 0 });
  });

  it('lets its schedule skip, though its run is only being made', async () => {
    const harness = createHarness(SLOW);
    const { uid } = await harness.put({ cron: '*/10 * * * *', scheduleAt: null });
    harness.skipTo(START + 10 * MINUTE);
    const dies = () => Promise.reject(new Error('cut off before the run was written'));
    const ports = { ...harness.ports, runs: { ...harness.ports.runs, createRun: dies } };
    await expect(fireSchedule(ports, fireOf(uid, 10))).rejects.toThrow('cut off');
    harness.skipTo(START + 20 * MINUTE);
    await fireSchedule(harness.ports, fireOf(uid, 20));
    expect(told(await harness.fires(uid))).toEqual(['10 FIRED', '20 SKIPPED OVERLAP']);
  });

  it('goes on beside the next where overlap is allowed', async () => {
    const harness = createHarness(SLOW);
    const { uid } = await harness.put({ cron: '*/10 * * * *', scheduleAt: null, overlap: 'allow' });
    await harness.turnTo(START + 21 * MINUTE);
    const statuses = await statusesOf(harness, uid);
    expect(statuses).toHaveLength(2);
    expect(statuses).not.toContain('STOPPED');
  });

  it('is stopped by the next where the schedule says so', async () => {
    const harness = createHarness(SLOW);
    const { uid } = await harness.put({ cron: '*/10 * * * *', scheduleAt: null, overlap: 'cancel_previous' });
    await harness.turnTo(START + 21 * MINUTE);
    const [first, second] = await statusesOf(harness, uid);
    expect(first).toBe('STOPPED');
    expect(second).not.toBe('STOPPED');
  });
});

describe('a decision in the ledger', () => {
  it('is carried out by a redelivery, though the schedule has since been paused', async () => {
    const harness = createHarness();
    harness.copies(() => 0);
    const { uid } = await harness.put({ cron: '*/10 * * * *', scheduleAt: null });
    await harness.runUntil(START + 10 * MINUTE + 1_000);
    const broken = { ...harness.ports.runs, createRun: () => Promise.reject(new Error('the table is away')) };
    await expect(fireSchedule({ ...harness.ports, runs: broken }, fireOf(uid, 10))).rejects.toThrow('away');
    const [fire] = await harness.fires(uid);
    expect(await harness.ports.runs.readControl(fire?.runUid ?? '')).toBeNull();
    await pauseSchedule(harness.ports, uid, null);
    harness.skipTo(harness.now() + 2 * MINUTE); // until then it would be left to whoever decided it
    await fireSchedule(harness.ports, fireOf(uid, 10));
    expect(await harness.ports.runs.readControl(fire?.runUid ?? '')).toMatchObject({ scheduledRunUid: uid });
  });

  it('keeps what its run is made of though an update comes before it is carried out', async () => {
    const harness = createHarness();
    harness.copies(() => 0);
    const { uid } = await harness.put({ cron: '*/10 * * * *', scheduleAt: null });
    await harness.runUntil(START + 10 * MINUTE + 1_000);
    const broken = { ...harness.ports.runs, createRun: () => Promise.reject(new Error('the table is away')) };
    await expect(fireSchedule({ ...harness.ports, runs: broken }, fireOf(uid, 10))).rejects.toThrow('away');
    await updateSchedule(harness.ports, uid, { ...NOTHING, inputs: [{ pages: 3, per_page: 3 }] });
    harness.skipTo(harness.now() + 2 * MINUTE);
    await fireSchedule(harness.ports, fireOf(uid, 10));
    const [fire] = await harness.fires(uid);
    expect((await harness.ports.runs.readInput(fire?.runUid ?? '', 0)).input).toEqual({ pages: 1, per_page: 1 });
  });
});

describe('a fire in flight', () => {
  it('is SKIPPED when the schedule was paused meanwhile, before and after it is resumed', async () => {
    const harness = createHarness();
    harness.copies(() => 0);
    const { uid } = await harness.put({ cron: '* * * * *', scheduleAt: null });
    await harness.runUntil(START + 2 * MINUTE + 10_000);
    await pauseSchedule(harness.ports, uid, 'for the night');
    await fireSchedule(harness.ports, fireOf(uid, 1));
    await harness.runUntil(START + 3 * MINUTE + 10_000);
    await fireSchedule(harness.ports, fireOf(uid, 3)); // passed while PAUSED: not even recorded
    await resumeSchedule(harness.ports, uid);
    await fireSchedule(harness.ports, fireOf(uid, 2));
    await fireSchedule(harness.ports, fireOf(uid, 3));
    expect(told(await harness.fires(uid))).toEqual(['1 SKIPPED PAUSED', '2 SKIPPED PAUSED']);
  });

  it('comes to nothing when the schedule was deleted, and takes its entry with it', async () => {
    const harness = createHarness();
    const { uid } = await harness.put({ cron: '*/10 * * * *', scheduleAt: null });
    await cancelSchedule(harness.ports, uid);
    await harness.runUntil(START + 2_000);
    expect(await harness.entries()).toEqual([]);
    const entry = { scheduleUid: uid, timezone: 'UTC', startAt: null, isSingle: false, maxAgeSeconds: 60 } as const;
    // A slow hand makes the entry of the first revision once more.
    await harness.ports.entries.putEntry({
      ...entry,
      name: `${uid}-1-0`,
      expression: 'cron(0/10 * * * ? *)',
      revision: 1,
    });
    await harness.turnTo(START + 11 * MINUTE);
    expect(harness.delivered).toHaveLength(1);
    expect(await harness.fires(uid)).toEqual([]);
    expect(await harness.entries()).toEqual([]);
  });

  it('settles what came before an update and is a time of both, though nobody had seen to it', async () => {
    const harness = createHarness();
    const { uid } = await harness.put({ cron: '1,2,3 12 * * *', scheduleAt: null });
    harness.loseQueued(); // whoever is to see to it is away
    harness.skipTo(START + 4 * MINUTE);
    await updateSchedule(harness.ports, uid, { ...NOTHING, cron: '2,3 12 * * *' });
    await harness.turnTo(START + 10 * MINUTE);
    const minutes = (await harness.fires(uid)).map(({ nominalAt }) => (nominalAt - START) / MINUTE);
    expect(minutes).toEqual([2, 3]);
  });

  it('is judged by the schedule as it is then', async () => {
    const harness = createHarness();
    harness.copies(() => 0);
    const { uid } = await harness.put({ cron: '*/10 * * * *', scheduleAt: null });
    await harness.runUntil(START + 20 * MINUTE + 1_000);
    await updateSchedule(harness.ports, uid, { ...NOTHING, cron: '20 * * * *' });
    await fireSchedule(harness.ports, fireOf(uid, 10));
    await fireSchedule(harness.ports, fireOf(uid, 20));
    expect(told(await harness.fires(uid)).at(-1)).toBe('20 FIRED');
  });
});

describe('an update', () => {
  it('replaces the entries by those of its revision', async () => {
    const harness = createHarness();
    const { uid } = await harness.put({ cron: '0 0 1 * MON', scheduleAt: null });
    expect(await harness.entries()).toHaveLength(2);
    await updateSchedule(harness.ports, uid, { ...NOTHING, cron: '30 9 * * 1-5', timezone: 'Europe/Berlin' });
    await harness.runUntil(START + 5_000);
    expect(await harness.entries()).toEqual([`${uid}-2-0 cron(30 9 ? * MON,TUE,WED,THU,FRI *)`]);
  });

  it('lets the next run have its inputs and forgets the old ones in time', async () => {
    const harness = createHarness();
    const { uid } = await harness.put({ cron: '*/10 * * * *', scheduleAt: null });
    await updateSchedule(harness.ports, uid, {
      ...NOTHING,
      inputs: [{ pages: 2, per_page: 2 }],
      parameters: { tag: 'b' },
    });
    await harness.turnTo(START + 11 * MINUTE);
    const [fire] = await harness.fires(uid);
    const definition = await harness.ports.runs.readDefinition(fire?.runUid ?? '');
    expect(definition?.parameters).toMatchObject({ tag: 'b' });
    expect((await harness.ports.runs.readInput(fire?.runUid ?? '', 0)).input).toEqual({ pages: 2, per_page: 2 });
  });

  it('is refused whole where the result is not valid', async () => {
    const harness = createHarness();
    const { uid } = await harness.put({ cron: '*/10 * * * *', scheduleAt: null });
    const update = (change: Partial<ScheduleChange>) => updateSchedule(harness.ports, uid, { ...NOTHING, ...change });
    await expect(update({ cron: null })).rejects.toMatchObject({ label: 'BAD_INPUT' });
    await expect(update({ timezone: '+01:00' })).rejects.toMatchObject({ label: 'BAD_INPUT' });
    await expect(update({ inputs: [{ pages: 'many' }] })).rejects.toMatchObject({ label: 'BAD_INPUT' });
    await expect(update({ parameters: { unknown: 1 } })).rejects.toMatchObject({ label: 'BAD_PARAMETERS' });
    expect((await harness.read(uid)).revision).toBe(1);
  });
});

describe('a single time', () => {
  it('fires once, completes its schedule and leaves no entry', async () => {
    const harness = createHarness();
    const { uid } = await harness.put({ cron: null, scheduleAt: START + 10 * MINUTE + 500 });
    expect(await harness.entries()).toHaveLength(1);
    await harness.turnTo(START + 12 * MINUTE);
    expect(await harness.fires(uid)).toMatchObject([{ cause: 'once', outcome: 'FIRED' }]);
    expect((await harness.read(uid)).status).toBe('COMPLETED');
    expect(await harness.entries()).toEqual([]);
  });

  it('that has just passed fires at once', async () => {
    const harness = createHarness();
    const { uid } = await harness.put({ cron: null, scheduleAt: START - 30_000 });
    expect(await harness.fires(uid)).toMatchObject([{ cause: 'once', outcome: 'FIRED' }]);
  });

  it.each([
    [30, 'FIRED', null],
    [90, 'MISSED', 'TOO_LATE'],
  ])('that passed %i minutes ago while PAUSED is %s on resume', async (minutes, outcome, reason) => {
    const harness = createHarness();
    const { uid } = await harness.put({ cron: null, scheduleAt: START + 10 * MINUTE });
    await pauseSchedule(harness.ports, uid, null);
    await harness.turnTo(START + (10 + minutes) * MINUTE);
    expect(await harness.fires(uid)).toEqual([]);
    await resumeSchedule(harness.ports, uid);
    await harness.runUntil(harness.now() + 1_000);
    expect(await harness.fires(uid)).toMatchObject([{ outcome, reason }]);
    expect((await harness.read(uid)).status).toBe('COMPLETED');
  });
});

describe('a trigger', () => {
  it('starts a run beside the one that is unfinished, also while PAUSED', async () => {
    const harness = createHarness(SLOW);
    const { uid } = await harness.put({ cron: '*/10 * * * *', scheduleAt: null });
    await harness.turnTo(START + 11 * MINUTE);
    await triggerSchedule(harness.ports, uid);
    await pauseSchedule(harness.ports, uid, null);
    const { control } = await triggerSchedule(harness.ports, uid);
    expect((await harness.fires(uid)).map(({ cause }) => cause)).toEqual(['cron', 'trigger', 'trigger']);
    expect(await harness.read(uid)).toMatchObject({ counts: { fired: 3 }, lastRunUid: control.uid, status: 'PAUSED' });
  });

  it('is refused once the schedule is deleted', async () => {
    const harness = createHarness();
    const { uid } = await harness.put({ cron: '*/10 * * * *', scheduleAt: null });
    await cancelSchedule(harness.ports, uid);
    await expect(triggerSchedule(harness.ports, uid)).rejects.toMatchObject({ label: 'INVALID_STATE' });
    await expect(pauseSchedule(harness.ports, uid, null)).rejects.toMatchObject({ label: 'INVALID_STATE' });
  });
});

describe('a fire whose action has changed', () => {
  it.each(['is gone', 'refuses its inputs'])('that %s is FIRED with an INVALID run', async (how) => {
    const harness = createHarness();
    harness.copies(() => 0);
    const { uid } = await harness.put({ cron: '*/10 * * * *', scheduleAt: null });
    await harness.runUntil(START + 10 * MINUTE + 1_000);
    const { numberedPages } = createSampleActions();
    const refuse = () => ({ ok: false, errors: [{ path: 'pages', message: 'is not taken any more' }] }) as const;
    const left =
      how === 'is gone'
        ? {}
        : { 'numbered-pages.ts': { ...numberedPages, takesInput: () => false, parseInput: refuse } };
    await fireSchedule({ ...harness.ports, actions: createRegistry(left) }, fireOf(uid, 10));
    await harness.runUntil(START + 11 * MINUTE);
    const [fire] = await harness.fires(uid);
    const label = how === 'is gone' ? 'ACTION_NOT_FOUND' : 'BAD_INPUT';
    expect(fire?.outcome).toBe('FIRED');
    expect(await harness.ports.runs.readControl(fire?.runUid ?? '')).toMatchObject({
      status: 'INVALID',
      lastError: { error_label: label },
    });
  });
});

describe('a year turned by hand', () => {
  it.each([
    ['30 2 * * SUN', 'Europe/Berlin', 51], // 29 March has no 02:30; 25 October has two and fires at the first
    ['45 1,13 * * SUN', 'Australia/Lord_Howe', 104], // 5 April has 01:45 twice, half an hour apart
    ['0 9 1 */3 1', 'America/New_York', 21], // 17 Mondays and 4 firsts, by two entries
  ])('%s in %s fires at every time and no other', async (cron, timezone, count) => {
    const harness = createHarness();
    const until = START + 365 * 24 * HOUR;
    const { uid } = await harness.put({ cron, scheduleAt: null, timezone });
    const wanted: number[] = [];
    const parsed = parseCron(cron);
    for (let at = nextFire(parsed, timezone, START); at !== null && at < until; at = nextFire(parsed, timezone, at)) {
      wanted.push(at);
    }
    for (const at of wanted) {
      harness.skipTo(at - MINUTE); // nothing is due but what sees to the entries
      await harness.turnTo(at + 5_000, 31 * 24 * HOUR);
    }
    await harness.turnTo(until, 31 * 24 * HOUR);
    const fires = await harness.fires(uid);
    for (const { at, nominalAt } of fires) expect(at - nominalAt).toBeLessThan(MINUTE); // EventBridge's, not the sweep's
    expect(fires.map(({ nominalAt, outcome }) => `${nominalAt} ${outcome}`)).toEqual(wanted.map((at) => `${at} FIRED`));
    expect(wanted).toHaveLength(count);
  });
});

async function statusesOf(harness: ScheduleHarness, uid: string): Promise<readonly (string | undefined)[]> {
  const fires = await harness.fires(uid);
  const controls = fires.map(async ({ runUid }) => (await harness.ports.runs.readControl(runUid ?? ''))?.status);
  return Promise.all(controls);
}
