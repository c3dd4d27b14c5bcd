import { expect, it } from 'vitest';
import { runUidOf } from '../../shared/domain/ids.ts';
import { triggerSchedule } from '../../shared/engine/schedules/trigger-schedule.ts';
import { listDueEntries } from '../support/list-due.ts';
import { START } from '../support/engine-harness.ts';
import { createSampleActions } from '../support/sample-actions.ts';
import { createScheduleHarness, type ScheduleHarness } from '../support/schedule-harness.ts';

const MINUTE = 60_000;
const IDS = { runUid: runUidOf(Buffer.alloc(10, 9)), at: START + 2_000 };
const newIds = async (): Promise<typeof IDS> => IDS;

const createHarness = (): ScheduleHarness =>
  createScheduleHarness({ actions: [createSampleActions().numberedPages], input: { pages: 1, per_page: 1 } });

it('a trigger that is cut off between its row and its run is carried out by the next look', async () => {
  const harness = createHarness();
  const { uid } = await harness.put({ cron: '0 0 1 1 *', scheduleAt: null });
  const { runs } = harness.ports;
  const dying = { ...runs, createRun: () => Promise.reject(new Error('cut off')) };
  await expect(triggerSchedule({ ...harness.ports, runs: dying }, uid, newIds)).rejects.toThrow('cut off');
  expect(await runs.readControl(IDS.runUid)).toBeNull();
  expect(await harness.fires(uid)).toMatchObject([{ cause: 'trigger', outcome: 'FIRED', runUid: IDS.runUid }]);
  await harness.turnTo(START + 5 * MINUTE);
  expect((await runs.readControl(IDS.runUid))?.status).toBe('SUCCEEDED');
  expect(await harness.read(uid)).toMatchObject({ openRuns: [], counts: { fired: 1 } });
});

it('a trigger asked for again is one row and one run, whatever was fired in between', async () => {
  const harness = createHarness();
  const { uid } = await harness.put({ cron: '0 0 1 1 *', scheduleAt: null });
  await triggerSchedule(harness.ports, uid, newIds);
  await triggerSchedule(harness.ports, uid);
  const { control } = await triggerSchedule(harness.ports, uid, newIds);
  expect(control.uid).toBe(IDS.runUid);
  expect(await harness.fires(uid)).toHaveLength(2);
  expect(await harness.read(uid)).toMatchObject({ counts: { fired: 2 } });
});

it('a run that took long to be written is watched from then on: the sweep may have looked in vain before', async () => {
  const harness = createHarness();
  const { uid } = await harness.put({ cron: '0 0 1 1 *', scheduleAt: null });
  const { runs, due } = harness.ports;
  const slow: typeof runs = {
    ...runs,
    async createRun(run) {
      harness.skipTo(harness.now() + 10 * MINUTE);
      return runs.createRun(run);
    },
  };
  await triggerSchedule({ ...harness.ports, runs: slow }, uid, newIds);
  const found = await listDueEntries(due, START + 86_400_000, 100);
  const watches = found.filter((entry) => entry.kind === 'watch' && entry.uid === IDS.runUid);
  expect(watches.some(({ at }) => at > harness.now())).toBe(true);
});
