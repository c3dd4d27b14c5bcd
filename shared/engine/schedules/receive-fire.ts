import type { Schedule } from '../../domain/schedule.ts';
import { disarmRevision } from './arm-schedule.ts';
import { fireSchedule } from './fire-schedule.ts';
import { jitterMs } from '../../domain/schedule-times.ts';
import type { FireMessage, Receipt } from '../messages.ts';
import type { ReconcilePorts } from './schedule-ports.ts';

/**
 * Takes a fire from EventBridge. An entry that should be gone by now, because an update or a deletion raced with the
 * hand that made it, shows itself by its revision and is deleted.
 */
export async function receiveFire(ports: ReconcilePorts, message: FireMessage, { count }: Receipt): Promise<void> {
  const { scheduleUid, revision, nominalAt } = message;
  const takenAt = ports.clock.now();
  const schedule = await fireSchedule(ports, message);
  // One that comes again says nothing of the others.
  if (schedule !== null && count === 1) ports.lag.note(takenAt - nominalAt - jitterMs(schedule));
  if (revision !== null && isStale(schedule, revision)) await disarmRevision(ports, scheduleUid, revision);
}

/** Entries of the armed revision stand; those of newer ones are being made. */
function isStale(schedule: Schedule | null, revision: number): boolean {
  return schedule === null || revision < schedule.armedRevision;
}
