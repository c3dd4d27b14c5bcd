import { ATTEMPT_MS, HELD_CHECK_GRID_MS, HELD_CHECK_LEAD_MS } from '../../domain/timing.ts';
import type { CallbackRecord } from '../../domain/callback.ts';
import { attemptAt, becomesAway, hostUid, probeDelayMs, type Receiver, receiverUid } from '../../domain/receiver.ts';
import type { CallbackAnswer } from '../ports.ts';
import type { NotifyPorts } from '../notifications/notify.ts';
import { notifyOfReceiver } from '../notifications/notify-of-receiver.ts';
import { rejectStaleWorker } from '../stale-worker.ts';
import {
  type DeliveryInHand,
  type DeliveryPorts,
  type DeliveryTarget,
  giveUpAt,
  isLastChance,
  newRecord,
  wasDelivered,
} from './delivery.ts';

type HoldPorts = Pick<DeliveryPorts, 'clock' | 'callbacks' | 'receivers' | 'due'>;

/**
 * What happens to an attempt that is due: `post`; `probe`: it is posted if no other is the probe; `hold`: it waits
 * until the receiver is back. `uid`: the receiver that is away, or its host.
 */
export type PostTurn =
  | { readonly kind: 'post' }
  | { readonly kind: 'probe'; readonly uid: string; readonly receiver: Receiver }
  | { readonly kind: 'hold'; readonly uid: string };

/**
 * Decides what happens to an attempt that is due. While its receiver or the whole host is away, only occasional probes
 * are posted: the first attempt that comes when a probe is due. A callback that has waited all its time is posted once
 * more.
 */
export async function findTurn(
  ports: HoldPorts,
  { record, target }: Pick<DeliveryInHand, 'record' | 'target'>,
): Promise<PostTurn> {
  const now = ports.clock.now();
  if (isLastChance(record, now)) return { kind: 'post' };
  const away = await findAway(ports, target);
  if (away === null) return { kind: 'post' };
  return attemptAt(away.receiver, now) === 'hold' ? { kind: 'hold', uid: away.uid } : { kind: 'probe', ...away };
}

/** Claims the probe that is due. False: another attempt has it. */
export async function takeProbe(
  ports: HoldPorts,
  { uid, receiver }: Extract<PostTurn, { kind: 'probe' }>,
): Promise<boolean> {
  const now = ports.clock.now();
  return ports.receivers.takeProbe(uid, receiver.probeAt, now + probeDelayMs(receiver.awaySince ?? now, now));
}

/**
 * What is away: the receiver's host, for which any of its paths may be the probe, or else the receiver alone; null:
 * neither. A host has a record while any of its receivers has one, so one read is enough to know that a receiver is
 * well.
 */
async function findAway(
  ports: Pick<HoldPorts, 'receivers'>,
  { workspaceUid, callback }: DeliveryTarget,
): Promise<{ readonly uid: string; readonly receiver: Receiver } | null> {
  const host = hostUid(workspaceUid, callback.url);
  const ofHost = await ports.receivers.readReceiver(host, 'recent');
  if (ofHost === null) return null;
  if (ofHost.awaySince !== null) return { uid: host, receiver: ofHost };
  const uid = receiverUid(workspaceUid, callback.url);
  const receiver = await ports.receivers.readReceiver(uid, 'recent');
  return receiver === null || receiver.awaySince === null ? null : { uid, receiver };
}

/**
 * Has an attempt wait until the receiver (or host) is back. The attempt is not spent, except a first one, which has no
 * record yet to keep it. The record says when it is tried a last time, in case the receiver never comes back.
 */
export async function holdCallback(ports: HoldPorts, delivery: DeliveryInHand, uid: string): Promise<void> {
  const { record, message, receipt } = delivery;
  const now = ports.clock.now();
  if (record === null) {
    if (await wasDelivered(ports, delivery)) return; // a late redelivery of its message
    rejectStaleWorker(ports.clock, delivery.takenAt, ATTEMPT_MS);
    const first = newRecord(delivery, now);
    const held = { ...first, by: receipt.by, heldSince: now, nextAttemptAt: giveUpAt(first) };
    const stored = await ports.callbacks.createRecord(held);
    if (stored.by === receipt.by) await keepHeld(ports, stored, uid);
    return;
  }
  const { status, retryCount } = record;
  const by = message.attempt === 0 ? receipt.by : record.by;
  const change = {
    status,
    retryCount,
    by,
    heldSince: record.heldSince ?? now,
    deferredAt: null,
    nextAttemptAt: giveUpAt(record),
  } as const;
  const held = await ports.callbacks.updateRecord(record.uid, { status, retryCount }, change);
  if (held) await keepHeld(ports, { ...record, ...change }, uid);
}

/**
 * Lists a waiting callback under the receiver (or host) that is away, then reads that receiver once more: it may have
 * come back meanwhile, and its check then found the list without this callback.
 */
async function keepHeld(ports: HoldPorts, record: CallbackRecord, uid: string): Promise<void> {
  const now = ports.clock.now();
  const lastAt = giveUpAt(record);
  const { nextAttemptAt, retryCount } = record;
  const dueAt = nextAttemptAt === null || nextAttemptAt >= lastAt ? now : nextAttemptAt; // already due, or due later
  const held = { uid: record.uid, attempt: retryCount + 1, dueAt, giveUpAt: lastAt, heldAt: now };
  await ports.receivers.putHeld(uid, held, record.expiresAt);
  const receiver = await ports.receivers.readReceiver(uid, 'strong');
  const askedAt = ports.clock.now(); // the calls above may have taken long
  const isProbeToCome = receiver !== null && receiver.awaySince !== null && receiver.probeAt > askedAt;
  const at = isProbeToCome ? receiver.probeAt : nextHeldCheck(askedAt);
  await ports.due.putDue({ at, kind: 'receiver', uid });
}

/**
 * When a receiver is checked for a callback that was just listed: on a grid, so that the requests of many deliveries
 * become one row, and far enough ahead that no sweep handles and deletes that row while it is being written again.
 */
function nextHeldCheck(now: number): number {
  return Math.ceil((now + HELD_CHECK_LEAD_MS) / HELD_CHECK_GRID_MS) * HELD_CHECK_GRID_MS;
}

/** As {@link keepHeld}, for a record that already says that it waits. It finds out whether host or receiver is away. */
export async function keepHeldRecord(ports: HoldPorts, target: DeliveryTarget, record: CallbackRecord): Promise<void> {
  const away = await findAway(ports, target);
  await keepHeld(ports, record, away?.uid ?? receiverUid(target.workspaceUid, target.callback.url));
}

/**
 * Counts that a receiver was not there. Too often in a row makes it away, and its host where several of its paths give
 * no answer. Returns whether one of them is away now. The host's record is written first, since readers look there
 * first.
 */
export async function noteAbsence(
  ports: HoldPorts & NotifyPorts,
  target: DeliveryTarget,
  answer: CallbackAnswer,
): Promise<boolean> {
  const { workspaceUid, callback } = target;
  const now = ports.clock.now();
  const uid = receiverUid(workspaceUid, callback.url);
  const host = hostUid(workspaceUid, callback.url);
  let isHostAway = false;
  if (answer.kind === 'answered') await ports.receivers.keepHost(host, now);
  else isHostAway = await noteFailure(ports, target, host, await ports.receivers.countFailure(host, now, uid), 'host');
  const isAway = await noteFailure(ports, target, uid, await ports.receivers.countFailure(uid, now), 'receiver');
  return isHostAway || isAway;
}

async function noteFailure(
  ports: HoldPorts & NotifyPorts,
  target: DeliveryTarget,
  uid: string,
  receiver: Receiver,
  kind: 'receiver' | 'host',
): Promise<boolean> {
  const now = ports.clock.now();
  if (!becomesAway(receiver, kind)) return receiver.awaySince !== null;
  // Noted first: once the receiver is away, nothing would note it again.
  await notifyOfReceiver(ports, target, { kind, type: 'receiver.away', receiver, awaySince: now });
  await ports.receivers.setAway(uid, { ...receiver, awaySince: now, probeAt: now + probeDelayMs(now, now) });
  return true;
}

/**
 * Records that a receiver, and so its host, is not away. Where one was, its waiting callbacks are sent on.
 * `isBack: false`: it is only not waited for any more, and nobody is notified.
 */
export async function notePresence(
  ports: HoldPorts & NotifyPorts,
  target: DeliveryTarget,
  isBack = true,
): Promise<void> {
  const { workspaceUid, callback } = target;
  const host = hostUid(workspaceUid, callback.url);
  const ofHost = await ports.receivers.readReceiver(host, 'recent');
  if (ofHost === null) return;
  const uid = receiverUid(workspaceUid, callback.url);
  const receiver = await ports.receivers.readReceiver(uid, 'recent');
  if (receiver !== null) {
    if (receiver.awaySince !== null) await noteReturn(ports, target, uid, receiver, isBack ? 'receiver' : null);
    await ports.receivers.forgetReceiver(uid);
  }
  if (ofHost.awaySince !== null) await noteReturn(ports, target, host, ofHost, isBack ? 'host' : null);
  if (ofHost.awaySince !== null || ofHost.failures > 0) await ports.receivers.clearHost(host);
}

async function noteReturn(
  ports: HoldPorts & NotifyPorts,
  target: DeliveryTarget,
  uid: string,
  receiver: Receiver,
  kind: 'receiver' | 'host' | null,
): Promise<void> {
  const now = ports.clock.now();
  await ports.due.putDue({ at: now, kind: 'receiver', uid });
  if (kind === null) return;
  const awaySince = receiver.awaySince ?? now;
  await notifyOfReceiver(ports, target, { kind, type: 'receiver.back', receiver, awaySince });
}
