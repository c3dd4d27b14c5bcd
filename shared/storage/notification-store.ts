import type { CallbackRecord } from '../domain/callback.ts';
import type { NotificationSetting } from '../domain/notification.ts';
import type {
  NotificationPlace,
  NotificationReader,
  NotificationSettingStore,
  NotificationStore,
} from '../engine/stores/notification-store.ts';
import { type Item, ItemReader } from './attributes.ts';
import { recordFromItem } from './callback-store.ts';
import { keys, listedAt, notificationsOf, recordKey } from './keys.ts';
import type { Table } from './table.ts';

/** The settings of notifications, in partitions that only the function `workspace` may write. */
export function createNotificationStore(table: Table): NotificationStore {
  return {
    async readSetting(workspaceUid) {
      const item = await table.get(keys.notificationSetting(workspaceUid), 'strong');
      return item === null ? null : settingFromItem(workspaceUid, item);
    },
  };
}

export function createNotificationSettingStore(table: Table): NotificationSettingStore {
  return {
    ...createNotificationStore(table),

    async putSetting({ workspaceUid, url, sealedHeaders, on, since, createdAt, updatedAt }) {
      await table.put(keys.notificationSetting(workspaceUid), {
        url,
        sealed_headers: sealedHeaders,
        on: [...on],
        since: { ...since },
        created_at: createdAt,
        updated_at: updatedAt,
      });
    },

    /** An empty item stands for no setting: the function may not delete items. */
    async deleteSetting(workspaceUid) {
      await table.put(keys.notificationSetting(workspaceUid), {});
    },
  };
}

function settingFromItem(workspaceUid: string, item: Item): NotificationSetting | null {
  const read = new ItemReader(item);
  const url = read.textOrNull('url');
  if (url === null) return null;
  return {
    workspaceUid,
    url,
    sealedHeaders: read.textOrNull('sealed_headers'),
    on: read.stored<NotificationSetting['on']>('on') ?? [],
    since: read.stored<NotificationSetting['since']>('since') ?? {},
    createdAt: read.number('created_at'),
    updatedAt: read.number('updated_at'),
  };
}

export function createNotificationReader(table: Table): NotificationReader {
  return {
    async listNotifications(workspaceUid, { order, after, limit }) {
      const { items, lastKey } = await table.query({
        pk: notificationsOf(workspaceUid),
        index: 'list',
        order,
        limit,
        startAfter: after === null ? undefined : indexKey(workspaceUid, after),
      });
      const places = items.map(placeOf);
      const found = await table.batchGet(
        places.flatMap(({ uid }) => recordKey(uid) ?? []),
        { consistency: 'eventual' },
      );
      const byUid = new Map(found.map(recordFromItem).map((record): [string, CallbackRecord] => [record.uid, record]));
      return {
        records: places.flatMap(({ uid }) => byUid.get(uid) ?? []),
        last: lastKey === undefined ? null : (places.at(-1) ?? null),
      };
    },
  };
}

function placeOf(item: Item): NotificationPlace {
  const [createdAt = '', uid = ''] = new ItemReader(item).text('lsk').split('#');
  return { createdAt: Number(createdAt), uid };
}

function indexKey(workspaceUid: string, { createdAt, uid }: NotificationPlace): Item {
  const { pk = '', sk = '' } = recordKey(uid) ?? {};
  return {
    pk: { S: pk },
    sk: { S: sk },
    lpk: { S: notificationsOf(workspaceUid) },
    lsk: { S: listedAt(createdAt, uid) },
  };
}
