import { EngineError } from '../../domain/errors.ts';
import type { NotificationSetting, NotificationType } from '../../domain/notification.ts';
import { checkCallback } from '../callbacks/check-callback.ts';
import type { Ports } from '../ports.ts';
import type { NotificationSettingStore, NotificationStore } from '../stores/notification-store.ts';

/** The ports of setting where notifications go. */
export type NotificationSettingPorts = Pick<Ports, 'clock' | 'callbackPolicy'> & {
  readonly notifications: NotificationSettingStore;
  readonly secrets: Pick<Ports['secrets'], 'sealHeaders'>;
};

/**
 * Sets where a workspace's notifications go, in place of what was set. `headers`: null keeps those that were set with the
 * same URL, which nobody can read to give them again; they never go to another one. Throws BAD_INPUT if url or headers
 * are refused.
 */
export async function putNotifications(
  ports: NotificationSettingPorts,
  workspaceUid: string,
  wanted: {
    readonly url: string;
    readonly headers: Readonly<Record<string, string>> | null;
    readonly on: readonly NotificationType[];
  },
): Promise<NotificationSetting> {
  const { url, headers } = wanted;
  await checkCallback(ports, workspaceUid, { url, headers: headers ?? {} }, '');
  const now = ports.clock.now();
  const before = await ports.notifications.readSetting(workspaceUid);
  const kept = before?.url === url ? before.sealedHeaders : null;
  const on = [...new Set(wanted.on)];
  const setting = {
    workspaceUid,
    url,
    sealedHeaders: headers === null ? kept : await sealed(ports, workspaceUid, headers),
    on,
    since: Object.fromEntries(on.map((type) => [type, before?.since[type] ?? now])),
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
  await ports.notifications.putSetting(setting);
  return setting;
}

async function sealed(
  { secrets }: Pick<NotificationSettingPorts, 'secrets'>,
  workspaceUid: string,
  headers: Readonly<Record<string, string>>,
): Promise<string | null> {
  return Object.keys(headers).length === 0 ? null : await secrets.sealHeaders(workspaceUid, headers);
}

/** Ends a workspace's notifications and returns what was set. Throws NOT_FOUND. */
export async function deleteNotifications(
  ports: Pick<NotificationSettingPorts, 'notifications'>,
  workspaceUid: string,
): Promise<NotificationSetting> {
  const setting = await findNotifications(ports, workspaceUid);
  await ports.notifications.deleteSetting(workspaceUid);
  return setting;
}

/** Where a workspace's notifications go. Throws NOT_FOUND. */
export async function findNotifications(
  ports: { readonly notifications: NotificationStore },
  workspaceUid: string,
): Promise<NotificationSetting> {
  const setting = await ports.notifications.readSetting(workspaceUid);
  if (setting !== null) return setting;
  throw new EngineError('NOT_FOUND', 'The workspace has no notifications set. PUT /v1/notifications sets them.');
}

/** Throws INVALID_STATE for a workspace without notifications: a replay would be sent nowhere. */
export async function requireNotifications(
  ports: { readonly notifications: NotificationStore },
  workspaceUid: string,
): Promise<void> {
  if ((await ports.notifications.readSetting(workspaceUid)) !== null) return;
  const message = 'The notifications of the workspace were deleted. Set them again to replay one.';
  throw new EngineError('INVALID_STATE', message, { params: { status: null } });
}
