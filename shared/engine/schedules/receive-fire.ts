import type { Schedule } from '../../domain/schedule.ts';
import { disarmRevision } from './arm-schedule.ts';
import { fireSchedule } from './fire-schedule.ts';
import type { FireMessage } from '../messages.ts';
import type { TendPorts } from './schedule-ports.ts';

/**
 * Takes a fire from EventBridge. An entry that should be gone by now, because an update or a deletion raced with the
 * hand that made it, shows itself by its revision and is deleted.
 */
export async function receiveFire(ports: TendPorts, message: FireMessage): Promise<void> {
  const { scheduleUid, revision } = message;
  const schedule = await fireSchedule(ports, message);
  if (revision !== null && isStale(schedule, revision)) await disarmRevision(ports, scheduleUid, revision);
}

/** Entries of the armed revision stand; those of newer ones are being made. */
function isStale(schedule: Schedule | null, revision: number): boolean {
  return schedule === null || revision < schedule.armedRevision;
}
