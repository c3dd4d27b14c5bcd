import { QUOTA_CHECK_MS } from '../../domain/timing.ts';
import { reconcileReceiver } from '../callbacks/reconcile-receiver.ts';
import type { Message } from '../messages.ts';
import type { CorePorts } from '../ports.ts';
import { concludeRun } from '../runs/finish-run.ts';
import { keepItems } from '../runs/keep-run.ts';
import { settleStopped } from '../runs/settle-stopped.ts';
import { nextCheck } from '../runs/check-times.ts';
import type { DueEntry } from '../stores/due-store.ts';
import { checkDeletion } from '../deletion/check-deletion.ts';
import { checkNotification } from '../notifications/check-notification.ts';
import { requestSums } from '../usage/request-sums.ts';
import { isReleased } from '../quotas.ts';
import { checkRun } from './check-run.ts';

/**
 * Does the work of one due entry. What follows from it is written or sent first, the entry is deleted last; an error
 * leaves the entry. Returns the entry of work that is left and can go on at once; null: there is none.
 */
export async function handleDueEntry(ports: CorePorts, entry: DueEntry): Promise<DueEntry | null> {
  if (entry.kind === 'receiver') return handleReceiver(ports, entry);
  if (entry.kind === 'schedule' || entry.kind === 'bulk') await requestCheck(ports, entry, entry.kind);
  else if (entry.kind === 'usage') await requestSums(ports, entry);
  else {
    await handleKind(ports, entry, entry.kind);
    await ports.due.deleteDue(entry);
  }
  return null;
}

async function handleKind(
  ports: CorePorts,
  entry: DueEntry,
  kind: Exclude<DueEntry['kind'], 'schedule' | 'bulk' | 'receiver' | 'usage'>,
): Promise<void> {
  switch (kind) {
    case 'notification':
      return checkNotification(ports, entry);
    case 'callback':
      return sendDueCallback(ports, entry);
    case 'start':
      return startPostponed(ports, entry);
    case 'close':
      return concludeStopped(ports, entry);
    case 'keep':
      return keepItems(ports, entry);
    case 'watch':
      return checkRun(ports, entry);
    case 'purge':
      return checkDeletion(ports, entry);
  }
}

/**
 * An entry's time modulo this is the offset of its successor, so that entries of different times get different
 * successors. It is not a whole minute: most entries are at whole minutes and would all get offset 0.
 */
const APART_MS = 59_999;

/**
 * Sends a message to reconcile a schedule, or to check a bulk. A new entry replaces this one until that is done; the
 * receiver deletes it, perhaps late, so its key must belong to no other entry. This entry is deleted before the message
 * is sent, because a worker whose clock is behind ours might put another entry with the same key.
 */
async function requestCheck(ports: CorePorts, entry: DueEntry, kind: 'schedule' | 'bulk'): Promise<void> {
  const { uid } = entry;
  const dueAt = nextCheck(ports.clock.now()) + (entry.at % APART_MS);
  const message: Message =
    kind === 'schedule'
      ? { kind: 'reconcile', scheduleUid: uid, dueAt }
      : { kind: 'bulk', bulkUid: uid, step: null, dueAt };
  await ports.due.putDue({ at: dueAt, kind, uid });
  await ports.due.deleteDue(entry);
  await ports.messages.send(message, { workspaceUid: uid }); // a group of its own
}

async function sendDueCallback(ports: CorePorts, entry: DueEntry): Promise<void> {
  const record = await ports.callbacks.readRecord(entry.uid);
  if (record === null || record.status !== 'PENDING' || record.nextAttemptAt !== entry.at) return;
  const attempt = record.by === '' ? 0 : record.retryCount + 1;
  const message = { kind: 'callback', uid: record.uid, attempt } as const;
  await ports.messages.send(message, { workspaceUid: record.workspaceUid });
}

/**
 * Puts the entry of the next check before it deletes this one. A check that goes on at once may have the same entry.
 */
async function handleReceiver(ports: CorePorts, entry: DueEntry): Promise<DueEntry | null> {
  const { at, kind, uid } = entry;
  const next = await reconcileReceiver(ports, uid);
  if (next !== null && next.at !== at) await ports.due.putDue({ at: next.at, kind, uid });
  if (next?.at !== at) await ports.due.deleteDue(entry);
  return next?.hasMore === true ? { at: next.at, kind, uid } : null;
}

/** Starts a postponed run. One that a quota holds back is looked at again, until the quota resets or was raised. */
async function startPostponed(ports: CorePorts, entry: DueEntry): Promise<void> {
  const control = await ports.runs.readControl(entry.uid);
  if (control?.status !== 'SCHEDULED') return;
  const now = ports.clock.now();
  const startsAt = control.postponedUntil ?? 0;
  if (startsAt > now && !(await isReleased(ports, control))) {
    return ports.due.putDue({ ...entry, at: Math.min(startsAt, Math.max(now, entry.at) + QUOTA_CHECK_MS) });
  }
  const message = { kind: 'dispatch', runUid: control.uid, epoch: control.epoch } as const;
  await ports.messages.send(message, { workspaceUid: control.workspaceUid });
}

async function concludeStopped(ports: CorePorts, entry: DueEntry): Promise<void> {
  const control = await ports.runs.readControl(entry.uid);
  const definition = await ports.runs.readDefinition(entry.uid);
  if (control?.status !== 'STOPPED' || definition === null) return;
  await concludeRun(ports, await settleStopped(ports, control, definition), definition);
}
