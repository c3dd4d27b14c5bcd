import type { CallbackRecord } from '../../domain/callback.ts';
import { attemptAt, FAILURES_IN_A_ROW, probeDelayMs, receiverUid } from '../../domain/receiver.ts';
import type { RunDefinition } from '../../domain/run.ts';
import { refuseAfterStandstill } from '../standstill.ts';
import {
  ATTEMPT_MS,
  type DeliveryInHand,
  type DeliveryPorts,
  giveUpAt,
  isLastChance,
  newRecord,
  wasDelivered,
} from './delivery.ts';

type HoldPorts = Pick<DeliveryPorts, 'clock' | 'callbacks' | 'receivers' | 'due'>;

/**
 * Whether an attempt that is due may be made. While its receiver is away only a probe now and then is: whichever attempt
 * comes first when one is due. What has waited all its time is tried once more, and a replay when it is asked for.
 */
export async function mayPost(
  ports: HoldPorts,
  { record, message, definition }: Pick<DeliveryInHand, 'record' | 'message' | 'definition'>,
): Promise<boolean> {
  const now = ports.clock.now();
  const isReplay = record !== null && record.parentUid !== null && message.attempt === 0;
  if (definition.callback === null || isReplay || isLastChance(record, now)) return true;
  const uid = receiverUid(definition.workspaceUid, definition.callback.url);
  const receiver = await ports.receivers.readReceiver(uid, 'recent');
  const turn = attemptAt(receiver, now);
  if (turn !== 'probe' || receiver === null) return turn === 'post';
  const nextAt = now + probeDelayMs(receiver.awaySince ?? now, now);
  return ports.receivers.takeProbe(uid, receiver.probeAt, nextAt);
}

/**
 * Holds an attempt until its receiver is there again: it is not spent, but for a first one, which had no record to say
 * so. Should it never come to that, the record says when it is tried a last time.
 */
export async function holdCallback(ports: HoldPorts, delivery: DeliveryInHand): Promise<void> {
  const { record, message, receipt, about, definition } = delivery;
  const now = ports.clock.now();
  if (record === null) {
    if (await wasDelivered(ports, delivery)) return; // its message came again, long after
    refuseAfterStandstill(ports.clock, delivery.takenAt, ATTEMPT_MS);
    const first = newRecord({ message, about, definition }, now);
    const held = { ...first, by: receipt.by, heldSince: now, nextAttemptAt: giveUpAt(first) };
    const standing = await ports.callbacks.createRecord(held);
    if (standing.by === receipt.by) await keepHeld(ports, definition, standing);
    return;
  }
  const { status, retryCount } = record;
  const by = message.attempt === 0 ? receipt.by : record.by;
  const change = {
    status,
    retryCount,
    by,
    heldSince: record.heldSince ?? now,
    nextAttemptAt: giveUpAt(record),
  } as const;
  const held = await ports.callbacks.updateRecord(record.uid, { status, retryCount }, change);
  if (held) await keepHeld(ports, definition, { ...record, ...change });
}

/**
 * Puts a held callback where it is found when its receiver is there again; then looks at that once more: it may have
 * come back meanwhile, and whoever saw to what was held have found nothing.
 */
export async function keepHeld(
  ports: HoldPorts,
  { workspaceUid, callback }: RunDefinition,
  record: CallbackRecord,
): Promise<void> {
  if (callback === null) return;
  const uid = receiverUid(workspaceUid, callback.url);
  const now = ports.clock.now();
  const lastAt = giveUpAt(record);
  const { nextAttemptAt, retryCount } = record;
  const dueAt = nextAttemptAt === null || nextAttemptAt >= lastAt ? now : nextAttemptAt; // due when it was held, or not yet
  const held = { uid: record.uid, attempt: retryCount + 1, dueAt, giveUpAt: lastAt, heldAt: now };
  await ports.receivers.putHeld(uid, held, record.expiresAt);
  const receiver = await ports.receivers.readReceiver(uid, 'strong');
  const isAway = receiver !== null && receiver.awaySince !== null;
  await ports.due.putDue({ at: isAway ? Math.max(now, receiver.probeAt) : now, kind: 'receiver', uid });
}

/** Notes that a receiver was not there; too often in a row, and it is away. Gives whether it is away now. */
export async function noteAbsence(ports: HoldPorts, { workspaceUid, callback }: RunDefinition): Promise<boolean> {
  if (callback === null) return false;
  const uid = receiverUid(workspaceUid, callback.url);
  const now = ports.clock.now();
  const { failures, awaySince } = await ports.receivers.countFailure(uid, now);
  if (awaySince !== null || failures < FAILURES_IN_A_ROW) return awaySince !== null;
  await ports.receivers.setAway(uid, { awaySince: now, probeAt: now + probeDelayMs(now, now) });
  return true;
}

/** Notes that a receiver is there. Where it was away, what is held for it is seen to. */
export async function notePresence(ports: HoldPorts, { workspaceUid, callback }: RunDefinition): Promise<void> {
  if (callback === null) return;
  const uid = receiverUid(workspaceUid, callback.url);
  const receiver = await ports.receivers.readReceiver(uid, 'recent');
  if (receiver === null) return;
  if (receiver.awaySince !== null) await ports.due.putDue({ at: ports.clock.now(), kind: 'receiver', uid });
  await ports.receivers.forgetReceiver(uid);
}
