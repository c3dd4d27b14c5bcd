import { termsOf } from '../../domain/launch-terms.ts';
import { sealCallback } from '../launch/seal-callback.ts';
import { FIRST_SCHEDULE_CHECK_MS } from '../../domain/timing.ts';
import { EngineError } from '../../domain/errors.ts';
import type { Overlap, Schedule, ScheduleDefinition, ScheduleTiming } from '../../domain/schedule.ts';
import { timingFault } from '../../domain/schedule-times.ts';
import { takePlace } from '../quotas.ts';
import type { SchedulePorts } from './schedule-ports.ts';
import { type CheckedLaunch, checkLaunch, type Launch } from '../launch/check-launch.ts';

/** A schedule as its caller requested it: what its runs are launched with, and when. */
export type ScheduleLaunch = Omit<Launch, 'dependsOn' | 'scheduleAt' | 'upload'> &
  ScheduleTiming & {
    readonly overlap: Overlap;
    readonly catchUpSeconds: number;
    readonly jitterSeconds: number;
  };

/** A schedule with its current definition. */
export interface StoredSchedule {
  readonly schedule: Schedule;
  readonly definition: ScheduleDefinition;
}

/** The uids of a new schedule. They are made after the checks and before the writes. */
interface ScheduleIds {
  readonly uid: string;
  /** The ref of its definition. */
  readonly ref: string;
}

/**
 * Creates a schedule. Everything is checked before anything is written; its entries in EventBridge are made afterwards,
 * by a message. Throws ACTION_NOT_FOUND, BAD_INPUT, BAD_PARAMETERS, PAYLOAD_TOO_LARGE.
 */
export async function putSchedule(
  ports: SchedulePorts,
  launch: ScheduleLaunch,
  newIds: () => Promise<ScheduleIds> = async () => ({ uid: ports.random.uuid(), ref: ports.random.uuid() }),
): Promise<StoredSchedule> {
  const { inputs } = await checkSchedule(ports, launch);
  const now = ports.clock.now();
  const { uid, ref } = await newIds();
  await takePlace(ports, { kind: 'schedules', workspaceUid: launch.workspaceUid, uid });
  const definition: ScheduleDefinition = {
    uid,
    ref,
    parameters: launch.parameters,
    callback: await sealCallback(ports, launch.callback, { scheduleUid: uid }),
    ...termsOf(launch),
  };
  const schedule = newSchedule(uid, ref, launch, now);
  await ports.schedules.writeRevision(definition, inputs);
  await ports.due.putDue({ at: now + FIRST_SCHEDULE_CHECK_MS, kind: 'schedule', uid });
  await ports.schedules.createSchedule(schedule);
  await ports.messages.send(
    { kind: 'reconcile', scheduleUid: uid, dueAt: null },
    { workspaceUid: launch.workspaceUid },
  );
  return { schedule, definition };
}

/** Checks all that a schedule is refused for before anything is written. Throws as {@link putSchedule}. */
export async function checkSchedule(
  ports: Pick<SchedulePorts, 'actions' | 'callbackPolicy' | 'clock'>,
  launch: ScheduleLaunch,
): Promise<CheckedLaunch> {
  const checked = await checkLaunch(ports, launch, 'schedule');
  refuseTiming(timingFault(launch, ports.clock.now()));
  return checked;
}

function newSchedule(uid: string, ref: string, launch: ScheduleLaunch, now: number): Schedule {
  return {
    uid,
    workspaceUid: launch.workspaceUid,
    actionName: launch.actionName,
    name: launch.name,
    status: 'ACTIVE',
    reason: null,
    cron: launch.cron,
    scheduleAt: launch.scheduleAt,
    timezone: launch.timezone,
    overlap: launch.overlap,
    catchUpSeconds: launch.catchUpSeconds,
    jitterSeconds: launch.jitterSeconds,
    inputsTotal: launch.inputs.length,
    version: 1,
    revision: 1,
    definitionRef: ref,
    inputsRef: ref,
    armedRevision: 0,
    settledUntil: now,
    activeSince: now,
    pausedAt: null,
    counts: { fired: 0, skipped: 0, missed: 0 },
    lastNominalAt: null,
    lastExecutedAt: null,
    lastRunUid: null,
    openRuns: [],
    createdAt: now,
    updatedAt: now,
    expiresAt: null,
  };
}

/** Throws BAD_INPUT where there is a fault. */
export function refuseTiming(fault: ReturnType<typeof timingFault>): void {
  if (fault === null) return;
  throw new EngineError('BAD_INPUT', `body: ${fault.path}: ${fault.message}`, { validationErrors: [fault] });
}
