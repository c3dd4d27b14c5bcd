import { NEAR_MS } from '../../domain/timing.ts';
import { toEventBridge, toOneShotEntry, toStartDate } from '../../domain/cron/to-eventbridge.ts';
import type { Schedule } from '../../domain/schedule.ts';
import { cronOf, nextTime, singleTime } from '../../domain/schedule-times.ts';
import type { ScheduleEntry, ReconcilePorts } from './schedule-ports.ts';

/** The most entries of a schedule: a cron whose day fields are alternatives needs two. */
const MOST_ENTRIES = 2;
/** EventBridge allows 60 s to a day (CreateSchedule, MaximumEventAgeInSeconds). */
const MAX_AGE_S = { least: 60, most: 86_400 };

/**
 * Makes EventBridge's entries match the schedule as it was read. Entries have the revision in their name, so a slow
 * worker that still handles an older revision touches no newer entry, and a leftover entry is recognised when it fires.
 */
export async function armSchedule(ports: Pick<ReconcilePorts, 'clock' | 'entries'>, schedule: Schedule): Promise<void> {
  const { uid, revision, armedRevision } = schedule;
  const entries = entriesOf(schedule, ports.clock.now());
  for (const entry of entries) {
    try {
      await ports.entries.putEntry(entry);
    } catch (error) {
      const single = singleTime(schedule);
      if (single === null || single > ports.clock.now() + NEAR_MS) throw error; // else its time has come meanwhile
    }
  }
  for (let index = entries.length; index < MOST_ENTRIES; index += 1) {
    await ports.entries.deleteEntry(entryName(uid, revision, index));
  }
  for (let old = Math.max(1, armedRevision); old < revision; old += 1) await disarmRevision(ports, uid, old);
}

/** Whether EventBridge still has all entries of a schedule's armed revision, unchanged. */
export async function isArmed(ports: Pick<ReconcilePorts, 'clock' | 'entries'>, schedule: Schedule): Promise<boolean> {
  const now = ports.clock.now();
  for (const entry of entriesOf(schedule, now)) if (!(await ports.entries.hasEntry(entry, now))) return false;
  return true;
}

/** Deletes the entries of one revision. */
export async function disarmRevision(
  ports: Pick<ReconcilePorts, 'entries'>,
  uid: string,
  revision: number,
): Promise<void> {
  for (let index = 0; index < MOST_ENTRIES; index += 1)
    await ports.entries.deleteEntry(entryName(uid, revision, index));
}

function entriesOf(schedule: Schedule, now: number): readonly ScheduleEntry[] {
  if (schedule.status !== 'ACTIVE') return [];
  const { uid, revision, scheduleAt, timezone, cron } = schedule;
  const single = singleTime(schedule);
  const common = { maxAgeSeconds: maxAgeOf(schedule, now), scheduleUid: uid, revision };
  if (single !== null || cron === null) {
    if (single === null || single <= now + NEAR_MS) return [];
    return [{ ...common, ...toOneShotEntry(single), name: entryName(uid, revision, 0), startAt: null, isSingle: true }];
  }
  const startAt = toStartDate(scheduleAt, now);
  return toEventBridge(cronOf(cron), timezone, now).entries.map((entry, index) => ({
    ...common,
    ...entry,
    name: entryName(uid, revision, index),
    startAt,
    isSingle: false,
  }));
}

/** How long EventBridge tries to deliver a fire, s: until the next fire, but not longer than it would be accepted. */
function maxAgeOf(schedule: Schedule, now: number): number {
  const first = nextTime(schedule, now);
  const second = first === null ? null : nextTime(schedule, first);
  const cadenceSeconds = first === null || second === null ? Infinity : (second - first) / 1_000;
  const wanted = Math.min(cadenceSeconds, schedule.catchUpSeconds);
  return Math.round(Math.min(MAX_AGE_S.most, Math.max(MAX_AGE_S.least, wanted)));
}

/** An entry's name: at most 64 characters of `0-9a-zA-Z-_.` (CreateSchedule, Name). */
function entryName(uid: string, revision: number, index: number): string {
  return `${uid}-${revision}-${index}`;
}
