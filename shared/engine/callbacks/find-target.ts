import type { CallbackRecord } from '../../domain/callback.ts';
import { type DerivedUid, isNotification, readUid } from '../../domain/ids.ts';
import type { CallbackMessage, Receipt } from '../messages.ts';
import { settleAll } from '../settle-all.ts';
import { type DeliveryInHand, type DeliveryPorts, type DeliveryTarget, targetOf } from './delivery.ts';

type TakePorts = Pick<DeliveryPorts, 'clock' | 'runs' | 'progress' | 'callbacks' | 'notifications'>;

/** Reads what an attempt needs. Null: there is nothing to deliver, or not any more. */
export async function takeUpDelivery(
  ports: TakePorts,
  message: CallbackMessage,
  receipt: Receipt,
  takenAt: number,
): Promise<DeliveryInHand | null> {
  const named = readUid(message.uid);
  if (named === null) return null;
  if (isNotification(named)) return takeUpNotification(ports, message, receipt, takenAt);
  const hasRecord = named.kind !== 'page' || !isFirstAttempt(message, receipt);
  const [control, record, definition, page] = await settleAll([
    ports.runs.readControl(named.runUid),
    hasRecord ? ports.callbacks.readRecord(message.uid) : null,
    ports.runs.readDefinition(named.runUid),
    hasRecord ? null : ports.progress.readPage(named.runUid, named.input, named.page), // most are posted at once
    hasRecord ? undefined : ports.runs.prefetchInput(named.runUid, named.input),
  ]);
  const about = readUid(record?.refUid ?? message.uid);
  const target = definition === null ? null : targetOf(definition);
  if (about === null || control === null || target === null) return null; // or deleted
  return { message, receipt, record, about, target, definition, page, takenAt };
}

/** Where a callback is sent; null: nowhere any more. */
export async function findTarget(
  ports: Pick<TakePorts, 'runs' | 'notifications'>,
  { kind, runUid }: DerivedUid,
  record: CallbackRecord | null,
): Promise<DeliveryTarget | null> {
  if (kind === 'notification') return record === null ? null : notificationTarget(ports, record);
  const definition = await ports.runs.readDefinition(runUid);
  const target = definition === null ? null : targetOf(definition);
  return target === null || (await ports.runs.readControl(runUid)) === null ? null : target;
}

/** Where a notification is sent by its workspace's present setting; null: the workspace has none any more. */
async function notificationTarget(
  ports: Pick<TakePorts, 'notifications'>,
  { workspaceUid, expiresAt }: Pick<CallbackRecord, 'workspaceUid' | 'expiresAt'>,
): Promise<DeliveryTarget | null> {
  const setting = await ports.notifications.readSetting(workspaceUid);
  if (setting === null) return null;
  const { url, sealedHeaders } = setting;
  return { workspaceUid, callback: { url, sealedHeaders, sealedFor: workspaceUid }, expiresAt };
}

/** As for a callback. A notification whose workspace has no setting any more ends here, without an attempt. */
async function takeUpNotification(
  ports: TakePorts,
  message: CallbackMessage,
  receipt: Receipt,
  takenAt: number,
): Promise<DeliveryInHand | null> {
  const record = await ports.callbacks.readRecord(message.uid);
  const about = record === null ? null : readUid(record.refUid);
  if (record === null || about === null) return null; // or its run was deleted
  const target = await notificationTarget(ports, record);
  if (target !== null) return { message, receipt, record, about, target, definition: null, page: null, takenAt };
  await withdraw(ports, record);
  return null;
}

async function withdraw(ports: Pick<TakePorts, 'clock' | 'callbacks'>, record: CallbackRecord): Promise<void> {
  const { uid, status, retryCount, by } = record;
  const isAbandoned = status === 'RUNNING' && (record.nextAttemptAt ?? 0) <= ports.clock.now();
  if (status !== 'PENDING' && !isAbandoned) return;
  const ended = { error: null, nextAttemptAt: null, heldSince: null, deferredAt: null };
  await ports.callbacks.updateRecord(uid, { status, retryCount }, { status: 'FAILED', retryCount, by, ...ended });
}

/** Whether this is the first delivery of a first attempt: only the page's own record can exist then. */
function isFirstAttempt({ attempt, slow }: CallbackMessage, { count }: Receipt): boolean {
  return attempt === 0 && slow !== true && count === 1;
}
