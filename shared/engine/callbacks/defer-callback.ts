import { ATTEMPT_MS, DEFER_ATTEMPT_MS } from '../../domain/timing.ts';
import { rejectStaleWorker } from '../stale-worker.ts';
import type { CallbackAttempt } from '../../domain/callback.ts';
import { type DeliveryInHand, type DeliveryPorts, newRecord, wasDelivered } from './delivery.ts';

/**
 * Defers an attempt for which its workspace has no seat. The attempt is not spent. Its record says when it is due, so
 * that the run's check finds it if its message is lost. The longer it has been deferred, the later it asks again.
 * `cut`: the attempt was made and cut off; it is listed.
 */
export async function deferCallback(
  ports: Pick<DeliveryPorts, 'clock' | 'random' | 'callbacks' | 'messages'>,
  delivery: DeliveryInHand,
  cut: CallbackAttempt | null,
): Promise<void> {
  const { message, record, target } = delivery;
  const now = ports.clock.now();
  const deferredAt = record?.deferredAt ?? now;
  const waited = now - deferredAt;
  const delayMs = Math.round(
    Math.min(DEFER_ATTEMPT_MS.longest, Math.max(DEFER_ATTEMPT_MS.first, waited)) * (1 + ports.random.fraction()),
  );
  const nextAttemptAt = now + delayMs;
  if (record === null) {
    if (await wasDelivered(ports, delivery)) return; // its message came again, long after
    rejectStaleWorker(ports.clock, delivery.takenAt, ATTEMPT_MS);
    const stored = await ports.callbacks.createRecord({
      ...newRecord(delivery, now),
      nextAttemptAt,
      deferredAt,
      attempts: cut === null ? [] : [cut],
    });
    if (stored.by !== '' || stored.status !== 'PENDING' || stored.retryCount > 0) return; // another has it
  } else {
    const { status, retryCount, by } = record;
    const isDeferred = await ports.callbacks.updateRecord(
      record.uid,
      { status, retryCount },
      { status, retryCount, by, nextAttemptAt, deferredAt, attempt: cut },
    );
    if (!isDeferred) return;
  }
  await ports.messages.send({ ...message, slow: true }, { workspaceUid: target.workspaceUid, delayMs });
}
