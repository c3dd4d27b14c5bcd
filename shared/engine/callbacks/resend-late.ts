import type { CallbackRecord } from '../../domain/callback.ts';
import { CALLBACK_GRACE_MS } from '../../domain/timing.ts';
import type { CorePorts } from '../ports.ts';
import { giveUpAt } from './delivery.ts';

/**
 * Sends a callback again whose next attempt is long overdue or was cut off. Returns when to check it again (epoch ms);
 * null: it is delivered or has failed.
 */
export async function resendIfLate(
  ports: Pick<CorePorts, 'clock' | 'messages'>,
  record: CallbackRecord,
): Promise<number | null> {
  if (record.status === 'SUCCESS' || record.status === 'FAILED') return null;
  const now = ports.clock.now();
  // A callback that waits for its receiver is sent by the receiver's check; this one only sends its last attempt.
  const isHeld = record.status === 'PENDING' && record.heldSince !== null;
  const dueAt = isHeld ? giveUpAt(record) : record.nextAttemptAt;
  const lateAt = (dueAt ?? now) + CALLBACK_GRACE_MS;
  if (dueAt !== null && lateAt > now) return lateAt;
  const attempt = record.by === '' ? 0 : record.retryCount + (record.status === 'PENDING' ? 1 : 0);
  // A deferred first attempt has a record, which is only read if the message says `slow`.
  const putOff = attempt === 0 ? { slow: true } : {};
  const { uid, workspaceUid } = record;
  await ports.messages.send({ kind: 'callback', uid, attempt, ...putOff }, { workspaceUid });
  return lateAt;
}
