import { CLAIM_LEASE_MS } from '../../domain/timing.ts';
import type { CallbackRecord } from '../../domain/callback.ts';
import { isAbsence } from '../../domain/receiver.ts';
import type { CallbackMessage, Receipt } from '../messages.ts';
import { deferCallback } from './defer-callback.ts';
import { type DeliveryInHand, type DeliveryPorts, wasDelivered } from './delivery.ts';
import { takeUpDelivery } from './find-target.ts';
import { findTurn, holdCallback, noteAbsence, notePresence } from './hold-callback.ts';
import { makeAttempt, type MadePost, refuseAttempt } from './make-attempt.ts';
import { type AttemptOutcome, cutAttempt, recordAttempt, sendOn } from './record-attempt.ts';

/**
 * Makes one attempt at one callback. A page callback's first attempt needs no record: a success goes to the delivery
 * log, a failure creates the record. Every later attempt is claimed in the record before it is made, so that a crash
 * spends it and there are never more attempts than the schedule has. While the receiver is away, the attempt waits
 * until it is back.
 */
export async function deliverCallback(
  ports: DeliveryPorts,
  message: CallbackMessage,
  receipt: Receipt,
): Promise<Delivered> {
  const takenAt = ports.clock.now();
  const delivery = await takeUpDelivery(ports, message, receipt, takenAt);
  if (delivery === null) return NOTHING;
  const { target } = delivery;
  if (!(await isDue(ports, delivery))) return NOTHING;
  const refusal = await ports.callbackPolicy.refusalOfHost(target.workspaceUid, target.callback.url);
  if (refusal !== null) return refuse(ports, delivery, refusal);
  const turn = await findTurn(ports, delivery);
  if (turn.kind === 'hold') return hold(ports, delivery, turn.uid);
  const made = await makeAttempt(ports, delivery, turn);
  if (made.kind === 'not due') return NOTHING;
  if (made.kind === 'deferred') {
    await deferCallback(ports, delivery, made.cut && cutAttempt(ports, delivery, made.cut));
    return { outcome: 'deferred', firstMs: null };
  }
  if (made.kind === 'held') return hold(ports, delivery, made.uid);
  const { answer } = made;
  const firstMs = firstCallbackMs(delivery, made.at);
  if (isAbsence(answer)) {
    return { outcome: await recordAttempt(ports, delivery, made, await noteAbsence(ports, target, answer)), firstMs };
  }
  const outcome = await recordAttempt(ports, delivery, made); // recorded before anything follows from it
  await notePresence(ports, target);
  return { outcome, firstMs };
}

/** What came of a message. */
export interface Delivered {
  /** Null: nothing was to be done. `deferred`: the attempt waits for a seat of its workspace. */
  readonly outcome: AttemptOutcome | 'deferred' | null;
  /** How long after its launch a run's first callback was posted, ms; null: it is not a run's first one. */
  readonly firstMs: number | null;
}

const NOTHING: Delivered = { outcome: null, firstMs: null };

async function hold(ports: DeliveryPorts, delivery: DeliveryInHand, uid: string): Promise<Delivered> {
  await holdCallback(ports, delivery, uid);
  return { outcome: 'held', firstMs: null };
}

/** Null: not the first attempt at the first page of a run's first input, or the run was not to start at once. */
function firstCallbackMs({ message, about, definition }: DeliveryInHand, postedAt: number): number | null {
  const isFirst = about.kind === 'page' && about.input === 0 && about.page === 0 && about.part === 1;
  if (definition === null || !isFirst || message.attempt > 0 || definition.scheduleAt !== null) return null;
  return Math.max(0, postedAt - definition.createdAt);
}

/**
 * Ends a callback whose host the stage or the workspace does not allow any more. What waits for that receiver, if it was
 * away, is sent on, to end in the same way.
 */
async function refuse(ports: DeliveryPorts, delivery: DeliveryInHand, message: string): Promise<Delivered> {
  const made = await refuseAttempt(ports, delivery, message);
  if (made === null) return NOTHING;
  const outcome = await recordAttempt(ports, delivery, made);
  await notePresence(ports, delivery.target, false);
  return { outcome, firstMs: null };
}

/** Whether the attempt is still to be made. Completes what an earlier delivery of the same message left undone. */
async function isDue(ports: DeliveryPorts, delivery: DeliveryInHand): Promise<boolean> {
  const { message, receipt, record } = delivery;
  if (record === null) {
    // Once the log has the delivery, a redelivery is not posted again: a record of its failure would never be retried.
    return message.attempt === 0 && !(receipt.count > 1 && (await wasDelivered(ports, delivery)));
  }
  if (record.status === 'SUCCESS' || record.status === 'FAILED') return false;
  const abandoned = record.status === 'RUNNING' && (record.nextAttemptAt ?? 0) <= ports.clock.now();
  if (record.retryCount === message.attempt && (record.by === receipt.by || abandoned)) {
    if (record.status === 'PENDING') await sendOn(ports, delivery.target, record);
    else await recordAttempt(ports, delivery, interruptedPost(record));
    return false;
  }
  if (message.attempt === 0) return record.status === 'PENDING' && record.retryCount === 0 && record.by === '';
  if (await wasDelivered(ports, delivery)) {
    await ports.callbacks.updateRecord(
      record.uid,
      { status: 'PENDING', retryCount: record.retryCount },
      { status: 'SUCCESS', retryCount: record.retryCount, by: receipt.by, deliveredAt: ports.clock.now() },
    );
    return false;
  }
  return record.status === 'PENDING' && record.retryCount === message.attempt - 1;
}

/** The post of an attempt that was claimed and whose worker died before it recorded what came of it. */
function interruptedPost({ nextAttemptAt }: CallbackRecord): MadePost {
  const answer = { kind: 'failed', message: 'The attempt was interrupted before the receiver answered.' } as const;
  return { at: (nextAttemptAt ?? 0) - CLAIM_LEASE_MS, durationMs: null, answer };
}
