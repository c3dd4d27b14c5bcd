import type { Fire } from '../../domain/fire.ts';
import { fireEvent, SKIPS_IN_A_ROW } from '../../domain/notification.ts';
import type { Schedule } from '../../domain/schedule.ts';
import type { ScheduleStore } from '../schedules/schedule-ports.ts';
import { notify, type NotifyPorts } from './notify.ts';

type FireNotifyPorts = NotifyPorts & { readonly schedules: Pick<ScheduleStore, 'listFires'> };

/** How many fires after a decided one are looked through for it. */
const NEWER_FIRES = 10;

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
async function completesARow(ports: FireNotifyPorts, { scheduleUid, uid }: Fire): Promise<boolean> {
  const { rows } = await ports.schedules.listFires(scheduleUid, null, NEWER_FIRES + SKIPS_IN_A_ROW + 1);
  const at = rows.findIndex(({ fire }) => fire.uid === uid);
  if (at < 0) return false;
  const row = rows.slice(at).findIndex(({ fire }) => fire.outcome !== 'SKIPPED');
  return (row < 0 ? rows.length - at : row) === SKIPS_IN_A_ROW;
}
