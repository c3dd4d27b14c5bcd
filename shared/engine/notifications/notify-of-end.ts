import { endingEvent, endingName } from '../../domain/notification.ts';
import type { RunControl, RunDefinition } from '../../domain/run.ts';
import { notify, type NotifyPorts } from './notify.ts';

/** Notifies the workspace of a run's end that is one of the events. Idempotent. Other ends cost no read. */
export async function notifyOfEnd(ports: NotifyPorts, ended: RunControl, definition: RunDefinition): Promise<void> {
  const event = endingEvent(ended, definition);
  if (event === null) return;
  const { workspaceUid, uid, attempt } = ended;
  await notify(ports, { workspaceUid, name: endingName(uid, attempt), event });
}
