import { describe, expect, it } from 'vitest';
import type { Fire } from '../../shared/domain/fire.ts';
import { fireSchedule } from '../../shared/engine/schedules/fire-schedule.ts';
import { cancelSchedule, pauseSchedule, resumeSchedule } from '../../shared/engine/schedules/manage-schedule.ts';
import { findSchedule } from '../../shared/engine/read/find-schedule.ts';
import { listFires } from '../../shared/engine/read/list-fires.ts';
import { triggerSchedule } from '../../shared/engine/schedules/trigger-schedule.ts';
import { sweep } from '../../shared/engine/sweep/sweep.ts';
import { createEngineHarness, START } from '../support/engine-harness.ts';
import { createSampleActions } from '../support/sample-actions.ts';
import { createScheduleHarness, type ScheduleHarness } from '../support/schedule-harness.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const createHarness = (): ScheduleHarness =>
  createScheduleHarness({ actions: [createSampleActions().numberedPages], input: { pages: 1, per_page: 1 } });

/** One in which no fire arrives. */
function createDeafHarness(): ScheduleHarness {
  const harness = createHarness();
  harness.copies(() => 0);
  return harness;
}

const told = (fires: readonly Fire[]): readonly string[] =>
  fires.map(({ nominalAt, outcome, reason }) => {
    const minutes = (nominalAt - START) / MINUTE;
    return `${minutes} ${outcome}${reason === null ? '' : ` ${reason}`}`;
  });

describe('an entry in EventBridge', () => {
  it.each(['deleted', 'disabled'])('that was %s by hand is right again within a day', async (how) => {
    const harness = createHarness();
    const { uid } = await harness.put({ cron: '0 12 * * MON', scheduleAt: null });
    if (how === 'deleted') await harness.loseEntries();
    else await harness.disableEntries();
    await harness.turnTo(START + DAY + 5 * MINUTE, DAY);
    await harness.turnTo(START + 7 * DAY + 10_000, DAY);
    expect(harness.delivered).toHaveLength(1); // EventBridge itself brought the first time there was
    expect(told(await harness.fires(uid))).toEqual([`${7 * 24 * 60} FIRED`]);
  });

  it('of a single time is right again within a day', async () => {
    const harness = createHarness();
    const { uid } = await harness.put({ cron: null, scheduleAt: START + 30 * DAY });
    await harness.loseEntries();
    await harness.turnTo(START + DAY + 5 * MINUTE, DAY);
    expect(await harness.entries()).toEqual([`${uid}-1-0 at(2026-02-04T12:00:00)`]);
  });

  it('is asked for once a day, however often it fires', async () => {
    const harness = createHarness();
    await harness.put({ cron: '0 */2 * * *', scheduleAt: null });
    await harness.turnTo(START + 4 * DAY + 5 * MINUTE, HOUR);
    expect(harness.audits).toHaveLength(4);
    for (const [index, at] of harness.audits.slice(1).entries()) {
      expect(Math.abs(at - (harness.audits[index] ?? 0) - DAY)).toBeLessThan(5 * MINUTE);
    }
  });

  it('of a schedule that is PAUSED is neither asked for nor made', async () => {
    const harness = createHarness();
    const { uid } = await harness.put({ cron: '0 12 * * MON', scheduleAt: null });
    await pauseSchedule(harness.ports, uid, null);
    await harness.turnTo(START + 3 * DAY, DAY);
    expect(harness.audits).toEqual([]);
    expect(await harness.entries()).toEqual([]);
  });
});

describe('a pause', () => {
  it('gives every time before it a row though no fire arrives, and none to times after it', async () => {
    const harness = createDeafHarness();
    const { uid } = await harness.put({ cron: '* * * * *', scheduleAt: null });
    await harness.runUntil(START + 2 * MINUTE + 10_000);
    await pauseSchedule(harness.ports, uid, null);
    await harness.turnTo(START + 10 * MINUTE);
    expect(told(await harness.fires(uid))).toEqual(['1 SKIPPED PAUSED', '2 SKIPPED PAUSED']);
    expect((await harness.read(uid)).counts).toEqual({ fired: 0, skipped: 2, missed: 0 });
  });

  it('during an outage leaves MISSED what was missed by then', async () => {
    const harness = createDeafHarness();
    const { uid } = await harness.put({ cron: '0 * * * *', scheduleAt: null, catchUpSeconds: 1_800 });
    harness.skipTo(START + 3 * HOUR + 10 * MINUTE);
    await pauseSchedule(harness.ports, uid, null);
    await harness.turnTo(START + 5 * HOUR);
    expect(told(await harness.fires(uid))).toEqual(['60 MISSED TOO_LATE', '120 MISSED TOO_LATE', '180 SKIPPED PAUSED']);
  });

  it('that is over before anything looks at it leaves the same rows', async () => {
    const harness = createDeafHarness();
    const { uid } = await harness.put({ cron: '* * * * *', scheduleAt: null, overlap: 'allow' });
    harness.skipTo(START + 2 * MINUTE + 10_000);
    await pauseSchedule(harness.ports, uid, null);
    harness.skipTo(START + 4 * MINUTE + 10_000);
    await resumeSchedule(harness.ports, uid);
    await harness.turnTo(START + 7 * MINUTE);
    expect(told(await harness.fires(uid))).toEqual(['1 SKIPPED PAUSED', '2 SKIPPED PAUSED', '5 FIRED']);
  });

  it('of many does not record what passed while it was PAUSED', async () => {
    const harness = createDeafHarness();
    const { uid } = await harness.put({ cron: '* * * * *', scheduleAt: null });
    for (const minutes of [2, 6]) {
      harness.skipTo(START + minutes * MINUTE + 10_000);
      await pauseSchedule(harness.ports, uid, null);
      if (minutes === 2) await harness.runUntil(harness.now() + 1_000);
      harness.skipTo(START + (minutes + 2) * MINUTE + 10_000);
      await resumeSchedule(harness.ports, uid);
    }
    await harness.runUntil(harness.now() + 1_000);
    expect(told(await harness.fires(uid)).map((line) => line.split(' ')[0])).toEqual(['1', '2', '5', '6']);
  });

  it('of a month costs no look at what passed meanwhile', async () => {
    const harness = createDeafHarness();
    const { uid } = await harness.put({ cron: '* * * * *', scheduleAt: null });
    await pauseSchedule(harness.ports, uid, null);
    await harness.runUntil(START + 5_000);
    harness.skipTo(START + 30 * DAY);
    await resumeSchedule(harness.ports, uid);
    await harness.runUntil(harness.now() + 1_000);
    expect(harness.sent.filter(({ message }) => message.kind === 'reconcile').length).toBeLessThan(20); // 432 if each minute were looked at
  });

  it('waits for a time whose jitter is not over, then skips it', async () => {
    const harness = createDeafHarness();
    const { uid } = await harness.put({ cron: '0 * * * *', scheduleAt: null, jitterSeconds: 900 });
    await harness.runUntil(START + HOUR + 1_000);
    await pauseSchedule(harness.ports, uid, null);
    await fireSchedule(harness.ports, { kind: 'fire', scheduleUid: uid, nominalAt: START + HOUR, revision: 1 });
    expect(await harness.fires(uid)).toEqual([]);
    await harness.turnTo(START + HOUR + 17 * MINUTE);
    expect(told(await harness.fires(uid))).toEqual(['60 SKIPPED PAUSED']);
  });
});

describe('a schedule', () => {
  it('that was deleted is readable with its inputs for the retention time, and then gone', async () => {
    const harness = createHarness();
    const { uid, definitionRef: ref, workspaceUid } = await harness.put({ cron: '0 12 * * MON', scheduleAt: null });
    await cancelSchedule(harness.ports, uid);
    await harness.runUntil(START + 5_000);
    const { retentionDays } = harness.ports.settings;
    harness.skipTo(START + retentionDays * DAY - MINUTE);
    expect((await findSchedule(harness.ports, workspaceUid, uid)).status).toBe('CANCELLED');
    expect(await harness.ports.schedules.readDefinition(uid, ref)).not.toBeNull();
    expect(await harness.ports.schedules.readInputs(uid, ref, 0, 10)).toHaveLength(1);
    harness.skipTo(START + retentionDays * DAY + MINUTE);
    await expect(findSchedule(harness.ports, workspaceUid, uid)).rejects.toMatchObject({ label: 'NOT_FOUND' });
  });

  it('keeps each row of its ledger for that time', async () => {
    const harness = createHarness();
    const schedule = await harness.put({ cron: '0 12 * * MON', scheduleAt: null });
    await triggerSchedule(harness.ports, schedule.uid);
    harness.skipTo(START + 30 * DAY);
    await triggerSchedule(harness.ports, schedule.uid);
    const listed = async (): Promise<number> => {
      const rows = await Array.fromAsync(listFires(harness.ports, schedule, { after: null, limit: 1 }));
      return rows.length;
    };
    expect(await listed()).toBe(2);
    harness.skipTo(START + harness.ports.settings.retentionDays * DAY + MINUTE);
    expect(await listed()).toBe(1);
  });

  it('that lives keeps its inputs longer than that', async () => {
    const harness = createHarness();
    const { uid, definitionRef: ref } = await harness.put({ cron: '0 12 1 1 *', scheduleAt: null });
    await pauseSchedule(harness.ports, uid, null);
    await resumeSchedule(harness.ports, uid);
    await harness.runUntil(START + 5_000);
    harness.skipTo(START + 2 * harness.ports.settings.retentionDays * DAY);
    expect(await harness.ports.schedules.readInputs(uid, ref, 0, 10)).toHaveLength(1);
  });
});

it('what stands for an entry while it is seen to is no other entry’s: a late hand takes back its own only', async () => {
  const harness = createEngineHarness({ actions: [] });
  const { ports } = harness;
  const uid = '6f1d3c52-8f0e-8c11-9a44-0c6d2b7e1f90';
  for (const at of [START - 120_000, START - 60_000]) {
    await ports.due.putDue({ at, kind: 'schedule', uid });
    await sweep(ports, START + 60_000);
  }
  const stored = harness.sent.flatMap(({ message }) => (message.kind === 'reconcile' ? [message.dueAt] : []));
  expect(new Set(stored).size).toBe(2);
});
