import { expiryAfter } from '../../domain/expiry.ts';
import { CARRYING_MS, MAX_DELAY_MS, STARTING_MS } from '../../domain/timing.ts';
import { decideFire } from '../../domain/decide-fire.ts';
import { countFire, type Fire, fireUidOf, runUidOfFire } from '../../domain/fire.ts';
import { hasEnded } from '../../domain/run-status.ts';
import { changed, type Schedule } from '../../domain/schedule.ts';
import { jitterMs, nextTime, singleTime } from '../../domain/schedule-times.ts';
import type { FireMessage } from '../messages.ts';
import { notifyOfFire } from '../notifications/notify-of-fire.ts';
import type { FirePorts } from './schedule-ports.ts';
import { startScheduledRun } from './start-scheduled-run.ts';
import { stopRun } from '../runs/stop-run.ts';

/**
 * Carries out a time of a schedule that has come. Idempotent, in any order: a time is decided once, by the schedule at
 * that moment, and the ledger keeps the decision. Returns the schedule as it was read; null: it is gone.
 */
export async function fireSchedule(ports: FirePorts, message: FireMessage): Promise<Schedule | null> {
  const { scheduleUid, nominalAt } = message;
  for (;;) {
    const recorded = await ports.schedules.readFire(scheduleUid, nominalAt);
    const schedule = await ports.schedules.readSchedule(scheduleUid);
    if (schedule === null) return null;
    const now = ports.clock.now();
    if (recorded !== null) {
      if (recorded.at + CARRYING_MS <= now) await carryOut(ports, schedule, recorded);
      await notifyOfFire(ports, schedule, recorded); // at once: who decided may be gone, and no check notes it later
      return schedule;
    }
    const earlyMs = nominalAt + jitterMs(schedule) - now;
    if (earlyMs > 0) {
      const delayMs = Math.min(MAX_DELAY_MS, earlyMs);
      if (schedule.status === 'ACTIVE')
        await ports.messages.send(message, { workspaceUid: schedule.workspaceUid, delayMs });
      return schedule;
    }
    const { lastRunUid } = schedule;
    const lastRun = lastRunUid === null ? null : await ports.runs.readOrDeleted(lastRunUid); // a deleted one has ended
    const isUnfinished = lastRun === null ? isStarting(schedule, now) : !hasEnded(lastRun.control.status);
    const decision = decideFire(schedule, nominalAt, now, isUnfinished);
    if (decision.outcome === 'none') return schedule;
    const isFired = decision.outcome === 'FIRED';
    const fire: Fire = {
      uid: fireUidOf(scheduleUid, nominalAt),
      scheduleUid,
      nominalAt,
      at: now,
      cause: singleTime(schedule) === null ? 'cron' : 'once',
      outcome: decision.outcome,
      reason: isFired ? null : decision.reason,
      runUid: isFired ? runUidOfFire(scheduleUid, nominalAt) : null,
      cancelsRunUid: isFired && decision.cancelsLast ? schedule.lastRunUid : null,
      definitionRef: schedule.definitionRef,
      inputsRef: schedule.inputsRef,
    };
    const next = afterFire(ports, schedule, fire);
    if (!(await ports.schedules.recordFire(next, fire, expiryAfter(now, ports.settings.retentionDays)))) continue; // decided by another, or the schedule changed, meanwhile
    await carryOut(ports, next, fire);
    await notifyOfFire(ports, next, fire);
    return next;
  }
}

function isStarting({ lastRunUid, lastExecutedAt }: Schedule, now: number): boolean {
  return lastRunUid !== null && lastExecutedAt !== null && lastExecutedAt + STARTING_MS > now;
}

/** The schedule after a fire: counted, with its run among `openRuns`, and COMPLETED if this was its last time. */
export function afterFire(ports: Pick<FirePorts, 'settings'>, schedule: Schedule, fire: Fire): Schedule {
  const { at, nominalAt, cause, runUid, cancelsRunUid, definitionRef, inputsRef } = fire;
  const counts = countFire(schedule.counts, fire.outcome);
  const open = (uid: string) => ({ runUid: uid, at, cancelsRunUid, definitionRef, inputsRef });
  const ran =
    runUid === null ? {} : { lastRunUid: runUid, lastExecutedAt: at, openRuns: [...schedule.openRuns, open(runUid)] };
  if (cause === 'trigger') return changed(schedule, at, { counts, ...ran });
  const lastNominalAt = runUid === null ? schedule.lastNominalAt : Math.max(schedule.lastNominalAt ?? 0, nominalAt);
  const next = changed(schedule, at, { counts, ...ran, lastNominalAt });
  if (schedule.status !== 'ACTIVE' || nextTime(schedule, Math.max(nominalAt, at)) !== null) return next;
  return {
    ...next,
    status: 'COMPLETED',
    reason: { code: 'NO_MORE_TIMES', note: null, since: at },
    expiresAt: expiryAfter(at, ports.settings.retentionDays),
  };
}

/** Carries out a decision: stops the run before if needed, starts the run. Each step is idempotent. */
export async function carryOut(
  ports: FirePorts,
  schedule: Schedule,
  decided: Pick<Fire, 'runUid' | 'cancelsRunUid' | 'definitionRef' | 'inputsRef'>,
): Promise<void> {
  const { runUid, cancelsRunUid } = decided;
  if (runUid === null) return;
  if (cancelsRunUid !== null) await cancelRun(ports, cancelsRunUid);
  await startScheduledRun(ports, schedule, { ...decided, runUid });
}

/** Stops the run before, unless it has ended by itself. */
async function cancelRun(ports: FirePorts, uid: string): Promise<void> {
  const control = await ports.runs.readControl(uid);
  const definition = await ports.runs.readDefinition(uid);
  if (control === null || definition === null || hasEnded(control.status)) return;
  await stopRun(ports, definition, 'CANCELLED_BY_CALLER');
}
