import { EngineError } from '../../domain/errors.ts';
import type { Schedule } from '../../domain/schedule.ts';
import type { Clock } from '../ports.ts';
import type { ScheduleStore } from '../schedules/schedule-ports.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * A workspace's schedule. NOT_FOUND in the same words for a text that is no uid, one nobody has, another workspace's, and
 * one whose time is over.
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

/** Whether a workspace may see a schedule: it is its own, and not past the time for which ended ones are kept. */
export function isScheduleVisible(schedule: Schedule, workspaceUid: string, now: number): boolean {
  return schedule.workspaceUid === workspaceUid && (schedule.expiresAt === null || schedule.expiresAt * 1_000 > now);
}
