import type { CallbackRecord } from '../../domain/callback.ts';
import type { NotificationSetting } from '../../domain/notification.ts';

/** Where the notifications of workspaces go. Their records are callback records. */
export interface NotificationStore {
  /** A strong read. Null: the workspace has no notifications. */
  readSetting(workspaceUid: string): Promise<NotificationSetting | null>;
}

/** The settings for whoever may write them. */
export interface NotificationSettingStore extends NotificationStore {
  putSetting(setting: NotificationSetting): Promise<void>;
  /** Idempotent. */
  deleteSetting(workspaceUid: string): Promise<void>;
}

/** A notification's place in the list of its workspace. */
export interface NotificationPlace {
  readonly createdAt: number;
  readonly uid: string;
}

/** A part of the list of a workspace's notifications. */
export interface NotificationReader {
  /** Records by creation, after a place; may lag writes by about a second. `last` null: there are no more. */
  listNotifications(
    workspaceUid: string,
    range: {
      readonly order: 'ascending' | 'descending';
      readonly after: NotificationPlace | null;
      readonly limit: number;
    },
  ): Promise<{ readonly records: readonly CallbackRecord[]; readonly last: NotificationPlace | null }>;
}
