import type { Schedule } from '../../domain/schedule.ts';
import { disarmRevision } from './arm-schedule.ts';
import { fireSchedule } from './fire-schedule.ts';
import { jitterMs } from '../../domain/schedule-times.ts';
import type { FireMessage, Receipt } from '../messages.ts';
import type { ReconcilePorts } from './schedule-ports.ts';

/**
 * Handles a fire from EventBridge. An entry that should no longer exist, because an update or a deletion raced with the
 * worker that made it, is recognised by its revision and deleted.
 */
export async function receiveFire(ports: ReconcilePorts, message: FireMessage, { count }: Receipt): Promise<void> {
  const { scheduleUid, revision, nominalAt } = message;
  const takenAt = ports.clock.now();
  const schedule = await fireSchedule(ports, message);
  // A redelivered fire does not show how late other fires are.
  if (schedule !== null && count === 1) ports.lag.note(takenAt - nominalAt - jitterMs(schedule));
  if (revision !== null && isStale(schedule, revision)) await disarmRevision(ports, scheduleUid, revision);
}

/**
 * Whether an entry's revision is older than the armed one, or its schedule gone. Entries of newer ones are being made.
 */
function isStale(schedule: Schedule | null, revision: number): boolean {
  return schedule === null || revision < schedule.armedRevision;
}
