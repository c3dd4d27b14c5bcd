import { expiryAfter } from '../../domain/expiry.ts';
import { NEAR_MS, ON_TIME_MS } from '../../domain/timing.ts';
import { bookkept, isFinal, type Schedule } from '../../domain/schedule.ts';
import { jitterMs, nextAudit, nextTime, nextToSettle, singleTime } from '../../domain/schedule-times.ts';
import { armSchedule, isArmed } from './arm-schedule.ts';
import { fireSchedule } from './fire-schedule.ts';
import type { ReconcileMessage } from '../messages.ts';
import type { ReconcilePorts } from './schedule-ports.ts';
import { removeStartedRuns, startOpenRuns, withoutRuns } from './start-open-runs.ts';

/** How many times one call settles; a backlog is worked off in steps. */
const TIMES_AT_ONCE = 100;

/**
 * Reconciles a schedule: makes its entries in EventBridge, carries out times that EventBridge did not deliver, starts
 * runs that were decided but not started, and puts the entry for the next check. The due entry of this check is deleted
 * last.
 */
export async function reconcileSchedule(ports: ReconcilePorts, message: ReconcileMessage): Promise<void> {
  const { scheduleUid: uid, dueAt } = message;
  const schedule = await ports.schedules.readSchedule(uid);
  const { started, againAt } = schedule === null ? NOTHING_OPEN : await startOpenRuns(ports, schedule);
  const checkAgainAt = schedule === null ? null : ((await reconcile(ports, schedule, started)) ?? againAt);
  await removeStartedRuns(ports, uid, started);
  if (checkAgainAt !== null) await ports.due.putDue({ at: checkAgainAt, kind: 'schedule', uid });
  if (dueAt !== null && dueAt !== checkAgainAt) await ports.due.deleteDue({ at: dueAt, kind: 'schedule', uid });
}

const NOTHING_OPEN = { started: [], againAt: null };

/** Returns when to check again (epoch ms); null where nothing of the schedule is to come. */
async function reconcile(ports: ReconcilePorts, found: Schedule, started: readonly string[]): Promise<number | null> {
  const wasArmed = found.armedRevision === found.revision;
  const schedule = wasArmed ? found : await arm(ports, found);
  if (schedule?.status === 'PAUSED') return settlePause(ports, schedule);
  if (schedule?.status !== 'ACTIVE') return null;
  const now = ports.clock.now();
  // A time that EventBridge or the queue may still deliver is left to them. If the entries were only just made, times
  // that come right now are carried out here too.
  const patienceMs = ports.lag.patienceMs();
  const horizon = now - jitterMs(schedule) - patienceMs;
  const { times, isCut } = timesBetween(schedule, wasArmed ? horizon : now + NEAR_MS);
  let isMissing = false;
  for (const nominalAt of times) {
    isMissing ||= wasArmed && (await ports.schedules.readFire(schedule.uid, nominalAt)) === null;
    await fireByHand(ports, schedule, nominalAt);
  }
  const isAuditDue = wasArmed && !isCut && nextAudit(schedule, schedule.settledUntil) <= horizon;
  if (isMissing || (isAuditDue && !(await isArmed(ports, schedule)))) await armAnew(ports, schedule);
  const settled = Math.min(horizon, isCut ? (times.at(-1) ?? horizon) : horizon);
  const stored = await settleUntil(ports, schedule.uid, settled, started);
  if (stored?.status !== 'ACTIVE') return null;
  if (isCut) return now;
  return nextCheckAt(stored, { now, horizon, patienceMs });
}

/**
 * Settles the times of a cron that had come before it was paused: each gets its row in the ledger, even if its fire was
 * lost. Returns when to check again (epoch ms); null where all of them are settled.
 */
async function settlePause(ports: ReconcilePorts, schedule: Schedule): Promise<number | null> {
  const { uid, pausedAt } = schedule;
  if (pausedAt === null || singleTime(schedule) !== null) return null;
  const now = ports.clock.now();
  const ripe = now - jitterMs(schedule);
  const until = Math.min(pausedAt, ripe);
  const { times, isCut } = timesBetween(schedule, until);
  for (const nominalAt of times) await fireByHand(ports, schedule, nominalAt);
  await settleUntil(ports, uid, isCut ? (times.at(-1) ?? until) : until);
  if (isCut) return now;
  return pausedAt <= ripe ? null : pausedAt + jitterMs(schedule);
}

async function fireByHand(ports: ReconcilePorts, { uid }: Schedule, nominalAt: number): Promise<void> {
  await fireSchedule(ports, { kind: 'fire', scheduleUid: uid, nominalAt, revision: null });
}

/** Makes entries again that are gone, or not as they should be. */
async function armAnew(ports: ReconcilePorts, schedule: Schedule): Promise<void> {
  ports.log.warn('entries in EventBridge were not as they should be and are made again', {
    schedule_uid: schedule.uid,
  });
  await armSchedule(ports, schedule);
}

/** Arms the schedule until EventBridge has the entries of its current revision. Null: the schedule is gone. */
async function arm(ports: ReconcilePorts, found: Schedule): Promise<Schedule | null> {
  let schedule: Schedule | null = found;
  for (;;) {
    await armSchedule(ports, schedule);
    const armed: number = schedule.revision;
    schedule = await ports.schedules.readSchedule(schedule.uid);
    while (schedule !== null && schedule.revision === armed) {
      const now = ports.clock.now();
      const next = bookkept(schedule, { armedRevision: armed });
      if (await ports.schedules.replaceSchedule(next)) {
        await expireRest(ports, next, now);
        return next;
      }
      schedule = await ports.schedules.readSchedule(schedule.uid);
    }
    if (schedule === null) return null;
  }
}

/**
 * Lets definitions and inputs that updates replaced expire after the retention time; of a final schedule, all of them.
 */
async function expireRest(ports: ReconcilePorts, schedule: Schedule, now: number): Promise<void> {
  const kept = isFinal(schedule.status) ? null : { definition: schedule.definitionRef, inputs: schedule.inputsRef };
  if (schedule.revision === 1 && kept !== null) return;
  await ports.schedules.expireRevisions(
    schedule.uid,
    kept,
    schedule.expiresAt ?? expiryAfter(now, ports.settings.retentionDays),
  );
}

/** Unsettled times up to `until`, oldest first. `isCut`: there are more. */
function timesBetween(
  schedule: Schedule,
  until: number,
): { readonly times: readonly number[]; readonly isCut: boolean } {
  const single = singleTime(schedule);
  if (single !== null) return { times: single <= until ? [single] : [], isCut: false };
  const times: number[] = [];
  let time = nextToSettle(schedule, schedule.settledUntil);
  while (time !== null && time <= until && times.length < TIMES_AT_ONCE) {
    times.push(time);
    time = nextToSettle(schedule, time);
  }
  return { times, isCut: time !== null && time <= until };
}

async function settleUntil(
  ports: ReconcilePorts,
  uid: string,
  settledUntil: number,
  started: readonly string[] = [],
): Promise<Schedule | null> {
  for (;;) {
    const schedule = await ports.schedules.readSchedule(uid);
    if (schedule === null || schedule.settledUntil >= settledUntil) return schedule;
    const next = bookkept(schedule, { settledUntil, openRuns: withoutRuns(schedule, started) });
    if (await ports.schedules.replaceSchedule(next)) return next;
  }
}

/**
 * When to check again: once EventBridge has had its time for the latest or next time, at the next audit at the latest.
 */
function nextCheckAt(
  schedule: Schedule,
  { now, horizon, patienceMs }: { readonly now: number; readonly horizon: number; readonly patienceMs: number },
): number | null {
  let time = singleTime(schedule) ?? nextTime(schedule, Math.max(horizon, schedule.settledUntil));
  for (let next = time; next !== null && next <= now; next = nextTime(schedule, next)) time = next;
  if (time === null) return null;
  const settles = Math.min(Math.max(time, horizon + 1_000), nextAudit(schedule, horizon));
  return settles + jitterMs(schedule) + (settles <= now ? patienceMs : ON_TIME_MS);
}
