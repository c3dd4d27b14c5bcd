import { expect, it } from 'vitest';
import type { FireMessage } from '../../shared/engine/messages.ts';
import { START } from '../support/engine-harness.ts';
import { createSampleActions } from '../support/sample-actions.ts';
import { createScheduleHarness } from '../support/schedule-harness.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const NOON_LATER = START + 60 * MINUTE;

/** So many schedules of one instant, whose fires wait in the queue: one comes through every 20 s. */
async function drainSlowly(count: number, lost: number) {
  const harness = createScheduleHarness({
    actions: [createSampleActions().numberedPages],
    input: { pages: 1, per_page: 1 },
  });
  const waiting: FireMessage[] = [];
  harness.copies((fire) => {
    waiting.push(fire);
    return 0;
  });
  const uids: string[] = [];
  for (let n = 0; n < count; n += 1) uids.push((await harness.put({ cron: '0 * * * *', scheduleAt: null })).uid);
  await harness.turnTo(NOON_LATER + SECOND);
  expect(waiting).toHaveLength(count);
  const cameAt = new Map<string, number>();
  for (const [index, fire] of waiting.slice(lost).entries()) {
    await harness.turnTo(NOON_LATER + (index + 1) * 20 * SECOND);
    cameAt.set(fire.scheduleUid, harness.now());
    harness.queue(fire);
    await harness.runUntil(harness.now() + SECOND);
  }
  await harness.turnTo(NOON_LATER + 20 * MINUTE);
  const firedAt = new Map<string, number>();
  for (const uid of uids) {
    const [fire] = await harness.fires(uid);
    if (fire?.outcome === 'FIRED') firedAt.set(uid, fire.at);
  }
  return { cameAt, firedAt, lostUids: waiting.slice(0, lost).map(({ scheduleUid }) => scheduleUid) };
}

it('fires of one instant that wait in the queue for minutes are not taken for lost: each fires when it comes', async () => {
  const { cameAt, firedAt } = await drainSlowly(20, 0); // the last 400 s late
  expect(firedAt).toEqual(cameAt);
});

it('a fire that is lost among those is fired by hand soon after the queue is as far', async () => {
  const { firedAt, lostUids } = await drainSlowly(20, 1);
  const [uid = ''] = lostUids;
  const lateMs = (firedAt.get(uid) ?? Infinity) - NOON_LATER;
  expect(lateMs).toBeGreaterThan(2 * MINUTE);
  expect(lateMs).toBeLessThan(10 * MINUTE);
});

it('a fire that is lost where the others came in time is fired by hand two minutes late', async () => {
  const { firedAt, lostUids } = await drainSlowly(3, 1);
  const [uid = ''] = lostUids;
  expect((firedAt.get(uid) ?? Infinity) - NOON_LATER).toBeLessThanOrEqual(3 * MINUTE);
});
