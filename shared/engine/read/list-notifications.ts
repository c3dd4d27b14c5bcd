import type { CallbackRow } from './list-run-callbacks.ts';
import type { Clock } from '../ports.ts';
import type { NotificationPlace, NotificationReader } from '../stores/notification-store.ts';
import type { Step } from './steps.ts';

/** How many rows are read at once. */
const MOST_AT_ONCE = 100;

/** The notifications of a workspace by creation. */
export async function* listNotifications(
  ports: { readonly clock: Pick<Clock, 'now'>; readonly notificationReader: NotificationReader },
  list: {
    readonly workspaceUid: string;
    readonly order: 'ascending' | 'descending';
    readonly after: NotificationPlace | null;
    /** How many rows the caller wants. */
    readonly limit: number;
  },
): AsyncGenerator<Step<CallbackRow, NotificationPlace>> {
  const { workspaceUid, order } = list;
  const now = ports.clock.now();
  const limit = Math.min(MOST_AT_ONCE, list.limit + 1);
  for (let after = list.after; ;) {
    const { records, last } = await ports.notificationReader.listNotifications(workspaceUid, { order, after, limit });
    for (const record of records) {
      if (record.expiresAt * 1_000 <= now) continue;
      yield { row: { run: null, record, batchUid: null }, after: { createdAt: record.createdAt, uid: record.uid } };
    }
    if (last === null) return;
    after = last;
  }
}
