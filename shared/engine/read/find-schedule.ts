import { EngineError } from '../../domain/errors.ts';
import type { Schedule } from '../../domain/schedule.ts';
import type { Clock } from '../ports.ts';
import type { ScheduleStore } from '../schedules/schedule-ports.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * A workspace's schedule. Throws NOT_FOUND, with the same message for a malformed uid, an unknown one, another
 * workspace's schedule, and an expired one.
 */
export async function findSchedule(
  ports: { readonly clock: Pick<Clock, 'now'>; readonly schedules: Pick<ScheduleStore, 'readSchedule'> },
  workspaceUid: string,
  uid: string,
): Promise<Schedule> {
  const schedule = UUID.test(uid) ? await ports.schedules.readSchedule(uid) : null;
  if (schedule !== null && isScheduleVisible(schedule, workspaceUid, ports.clock.now())) return schedule;
  throw new EngineError('NOT_FOUND', `The schedule ${uid} does not exist.`);
}

/** Whether a workspace may see a schedule: the schedule is its own and not expired. */
export function isScheduleVisible(schedule: Schedule, workspaceUid: string, now: number): boolean {
  return schedule.workspaceUid === workspaceUid && (schedule.expiresAt === null || schedule.expiresAt * 1_000 > now);
}
