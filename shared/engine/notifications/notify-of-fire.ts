import type { Fire } from '../../domain/fire.ts';
import { fireEvent, SKIPS_IN_A_ROW } from '../../domain/notification.ts';
import type { Schedule } from '../../domain/schedule.ts';
import type { ScheduleStore } from '../schedules/schedule-ports.ts';
import { notify, type NotifyPorts } from './notify.ts';

type FireNotifyPorts = NotifyPorts & { readonly schedules: Pick<ScheduleStore, 'listFiresBefore'> };

/** Notifies the workspace of a time that was missed, or of a third skip in a row. Idempotent. */
export async function notifyOfFire(ports: FireNotifyPorts, schedule: Schedule, fire: Fire): Promise<void> {
  const { workspaceUid } = schedule;
  if (fire.outcome === 'MISSED') {
    await notify(ports, { workspaceUid, name: fire.uid, event: fireEvent('schedule.missed', schedule, fire) });
  }
  if (fire.outcome !== 'SKIPPED') return;
  const setting = await ports.notifications.readSetting(workspaceUid);
  if (setting?.on.includes('schedule.skipped') !== true || !(await completesARow(ports, fire))) return;
  await notify(ports, { workspaceUid, name: fire.uid, event: fireEvent('schedule.skipped', schedule, fire) });
}

/** Whether a skip is the third in a row by the ledger. The fourth and those after it are not. */
async function completesARow(ports: FireNotifyPorts, { scheduleUid, nominalAt }: Fire): Promise<boolean> {
  const before = await ports.schedules.listFiresBefore(scheduleUid, nominalAt, SKIPS_IN_A_ROW);
  const other = before.findIndex(({ outcome }) => outcome !== 'SKIPPED');
  return (other < 0 ? before.length : other) === SKIPS_IN_A_ROW - 1;
}
