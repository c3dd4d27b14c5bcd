import { type CallbackRecord, NOT_ATTEMPTED } from '../../domain/callback.ts';
import { expiryAfter } from '../../domain/expiry.ts';
import {
  isAboutOwnReceiver,
  type NotificationEvent,
  type NotificationSetting,
  notificationUid,
} from '../../domain/notification.ts';
import { NOTIFICATION_SKEW_MS } from '../../domain/timing.ts';
import type { CorePorts } from '../ports.ts';
import { nextCheck } from '../runs/check-times.ts';

/** The ports of noting an event. */
export type NotePorts = Pick<CorePorts, 'clock' | 'notifications' | 'due'> & {
  readonly callbacks: Pick<CorePorts['callbacks'], 'createRecord' | 'readRecord'>;
  readonly settings: Pick<CorePorts['settings'], 'retentionDays'>;
};

/** The ports of noting an event and sending its notification. */
export type NotifyPorts = NotePorts & Pick<CorePorts, 'messages'>;

/** What happened, and by which name it is told from other events of its type. */
export interface Occurrence {
  readonly workspaceUid: string;
  readonly name: string;
  readonly event: NotificationEvent;
}

/**
 * Notifies a workspace of an event if it asked for that. Idempotent: an event that is noted again is the same
 * notification. A lost message is sent again by the notification's check.
 */
export async function notify(ports: NotifyPorts, occurrence: Occurrence): Promise<void> {
  const record = await note(ports, occurrence);
  if (record === null) return;
  await ports.messages.send(
    { kind: 'callback', uid: record.uid, attempt: 0 },
    { workspaceUid: occurrence.workspaceUid },
  );
}

/** As {@link notify}, in functions that may not send callbacks: the next sweep sends it. */
export async function notifyLater(ports: NotePorts, occurrence: Occurrence): Promise<void> {
  const record = await note(ports, occurrence);
  if (record === null || record.nextAttemptAt === null) return;
  await ports.due.putDue({ at: record.nextAttemptAt, kind: 'callback', uid: record.uid });
}

/** Writes an event's record. Null: nobody asked for the event, or its notification is on its way. */
async function note(ports: NotePorts, { workspaceUid, name, event }: Occurrence): Promise<CallbackRecord | null> {
  const setting = await ports.notifications.readSetting(workspaceUid);
  if (setting === null || !isWanted(setting, event)) return null;
  const uid = notificationUid(workspaceUid, event.type, name);
  if ((await ports.callbacks.readRecord(uid)) !== null) return null;
  const now = ports.clock.now();
  await ports.due.putDue({ at: nextCheck(now), kind: 'notification', uid });
  const wanted: CallbackRecord = {
    uid,
    refUid: uid,
    parentUid: null,
    type: event.type,
    runUid: 'run' in event ? event.run.uid : null,
    workspaceUid,
    url: setting.url,
    input: null,
    page: null,
    part: null,
    ...NOT_ATTEMPTED,
    nextAttemptAt: now,
    createdAt: now,
    payload: event,
    expiresAt: expiryAfter(now, ports.settings.retentionDays),
  };
  const stored = await ports.callbacks.createRecord(wanted);
  return stored === wanted ? wanted : null; // another noted it at the same time, and sends it
}

/** What happened before the workspace asked for it, and is only noted again, is not told. Clocks may differ. */
function isWanted({ on, since, url, updatedAt }: NotificationSetting, event: NotificationEvent): boolean {
  if (!on.includes(event.type) || isAboutOwnReceiver(event, url)) return false;
  return event.at >= (since[event.type] ?? updatedAt) - NOTIFICATION_SKEW_MS;
}
