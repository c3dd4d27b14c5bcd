import { expiryAfter } from '../../domain/expiry.ts';
import { FIRST_SCHEDULE_CHECK_MS } from '../../domain/timing.ts';
import { EngineError } from '../../domain/errors.ts';
import {
  allowsVerb,
  changed,
  type Schedule,
  SCHEDULE_VERBS,
  type ScheduleVerb,
  statusesFor,
} from '../../domain/schedule.ts';
import type { StoredSchedule } from './put-schedule.ts';
import type { SchedulePorts, ScheduleStore } from './schedule-ports.ts';

/** Reads a schedule that allows the verb now. Throws NOT_FOUND, INVALID_STATE. */
export async function readForVerb(
  ports: { readonly schedules: ScheduleStore },
  uid: string,
  verb: ScheduleVerb,
): Promise<StoredSchedule> {
  const schedule = await ports.schedules.readSchedule(uid);
  if (schedule === null) throw new EngineError('NOT_FOUND', `The schedule ${uid} does not exist.`);
  if (!allowsVerb(schedule.status, verb)) throw refusal(verb, schedule);
  const definition = await ports.schedules.readDefinition(uid, schedule.definitionRef);
  if (definition !== null) return { schedule, definition };
  // An update replaced the definition since, and the old one has expired.
  return readForVerb(ports, uid, verb);
}

function refusal(verb: ScheduleVerb, { status }: Schedule): EngineError {
  const message = `The schedule is ${status}; ${verb} requires the status ${statusesFor(verb).join(' or ')}.`;
  return new EngineError('INVALID_STATE', message, { params: { status } });
}

/**
 * Pauses a schedule: nothing fires until it is resumed; a fire under way is SKIPPED. Throws NOT_FOUND, INVALID_STATE.
 */
export async function pauseSchedule(ports: SchedulePorts, uid: string, note: string | null): Promise<StoredSchedule> {
  return moveSchedule(ports, uid, 'pause', (now, { settledUntil, activeSince }) => ({
    pausedAt: now,
    // The record keeps only the latest pause, so times of the pause before count as settled from now on.
    settledUntil: Math.max(settledUntil, activeSince),
    reason: { code: 'PAUSED_BY_CALLER', note, since: now },
  }));
}

/** Cancels a schedule. It stays readable for the retention time. Throws NOT_FOUND, INVALID_STATE. */
export async function cancelSchedule(ports: SchedulePorts, uid: string): Promise<StoredSchedule> {
  return moveSchedule(ports, uid, 'cancel', (now) => ({
    reason: { code: 'CANCELLED_BY_CALLER', note: null, since: now },
    expiresAt: expiryAfter(now, ports.settings.retentionDays),
  }));
}

/**
 * Resumes a paused schedule: it fires from now on. A single time that passed meanwhile fires now, or is MISSED if it is
 * later than its catch-up time. Throws NOT_FOUND, INVALID_STATE.
 */
export async function resumeSchedule(ports: SchedulePorts, uid: string): Promise<StoredSchedule> {
  return moveSchedule(ports, uid, 'resume', (now) => ({ activeSince: now, reason: null }));
}

async function moveSchedule(
  ports: SchedulePorts,
  uid: string,
  verb: 'pause' | 'resume' | 'cancel',
  change: (now: number, schedule: Schedule) => Partial<Schedule>,
): Promise<StoredSchedule> {
  for (;;) {
    const { schedule, definition } = await readForVerb(ports, uid, verb);
    const now = ports.clock.now();
    const next = changed(schedule, now, {
      ...change(now, schedule),
      status: SCHEDULE_VERBS[verb].to,
      revision: schedule.revision + 1,
    });
    await ports.due.putDue({ at: now + FIRST_SCHEDULE_CHECK_MS, kind: 'schedule', uid });
    if (!(await ports.schedules.replaceSchedule(next))) continue; // another changed it meanwhile: read it again
    await ports.messages.send(
      { kind: 'reconcile', scheduleUid: uid, dueAt: null },
      { workspaceUid: next.workspaceUid },
    );
    return { schedule: next, definition };
  }
}
