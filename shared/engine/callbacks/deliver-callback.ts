import { ATTEMPT_MS, CLAIM_LEASE_MS, MAX_DELAY_MS, QUICK_ATTEMPT_MS } from '../../domain/timing.ts';
import type { CallbackAttempt, CallbackRecord } from '../../domain/callback.ts';
import { EngineError, type ErrorRecord } from '../../domain/errors.ts';
import { LIMITS } from '../../domain/limits.ts';
import { hostUid, isAbsence } from '../../domain/receiver.ts';
import { retryAfterSeconds } from '../../domain/http-time.ts';
import { callbackDelayMs } from '../../domain/retry.ts';
import type { CallbackAnswer } from '../ports.ts';
import { type CallbackMessage, type Receipt } from '../messages.ts';
import { CUT } from '../share.ts';
import { rejectStaleWorker } from '../stale-worker.ts';
import { reportError } from '../report-error.ts';
import { isTaken, receiverError } from './receiver-error.ts';
import { buildBody } from './build-body.ts';
import {
  type DeliveryInHand,
  type DeliveryPorts,
  type DeliveryTarget,
  isLastChance,
  newRecord,
  wasDelivered,
} from './delivery.ts';
import { deferCallback } from './defer-callback.ts';
import { takeUpDelivery } from './find-target.ts';
import type { Fared } from './hosts.ts';
import {
  findTurn,
  holdCallback,
  keepHeldRecord,
  noteAbsence,
  notePresence,
  type PostTurn,
  takeProbe,
} from './hold-callback.ts';

/**
 * Makes one attempt at one callback. A page callback's first attempt needs no record: a success goes to the delivery
 * log, a failure creates the record. Every later attempt is claimed in the record before it is made, so that a crash
 * spends it and there are never more attempts than the schedule has. While the receiver is away, the attempt waits
 * until it is back.
 */
export async function deliverCallback(ports: DeliveryPorts, message: CallbackMessage, receipt: Receipt): Promise<void> {
  const takenAt = ports.clock.now();
  const delivery = await takeUpDelivery(ports, message, receipt, takenAt);
  if (delivery === null) return;
  const { target } = delivery;
  if (!(await isDue(ports, delivery))) return;
  const turn = await findTurn(ports, delivery);
  if (turn.kind === 'hold') return holdCallback(ports, delivery, turn.uid);
  const made = await makeAttempt(ports, delivery, turn);
  if (made.kind === 'not due') return;
  if (made.kind === 'deferred')
    return deferCallback(ports, delivery, made.cut && cutAttempt(ports, delivery, made.cut));
  if (made.kind === 'held') return holdCallback(ports, delivery, made.uid);
  const { answer } = made;
  if (isAbsence(answer)) return recordAttempt(ports, delivery, made, await noteAbsence(ports, target, answer));
  await recordAttempt(ports, delivery, made); // the delivery is recorded before anything follows from it
  await notePresence(ports, target);
}

/** A post that was made: when it began (epoch ms), how long it took (null: not known), and what came of it. */
interface MadePost {
  readonly at: number;
  readonly durationMs: number | null;
  readonly answer: CallbackAnswer;
}

type Made =
  | ({ readonly kind: 'answered' } & MadePost)
  | { readonly kind: 'not due' }
  | { readonly kind: 'deferred'; readonly cut: MadePost | null }
  | { readonly kind: 'held'; readonly uid: string };

/**
 * Makes the attempt, limited in number per host and by its workspace's share of the senders. An attempt that is known
 * to be slow or to fail needs a seat before it is claimed. So only a first attempt, which has no claim, can be cut.
 */
async function makeAttempt(
  ports: DeliveryPorts,
  delivery: DeliveryInHand,
  turn: Exclude<PostTurn, { kind: 'hold' }>,
): Promise<Made> {
  const { message, target } = delivery;
  const { callback, workspaceUid } = target;
  const host = hostUid(workspaceUid, callback.url);
  if (!(await ports.hosts.enter(host))) return { kind: 'deferred', cut: null };
  const isKnown = message.attempt > 0 || message.slow === true || turn.kind === 'probe' || ports.hosts.isSlow(host);
  const isSlow = isKnown || (ports.senders.isSpent(workspaceUid) && !ports.hosts.isQuick(host));
  let fared: Fared | null = null;
  let cut: MadePost | null = null;
  try {
    const worked = await ports.senders.within<Made>(workspaceUid, isSlow, async (signal) => {
      if (turn.kind === 'probe' && !(await takeProbe(ports, turn))) return { kind: 'held', uid: turn.uid };
      if (!(await claim(ports, delivery))) return { kind: 'not due' };
      const body = await buildBody(ports, delivery);
      if (body === null) return { kind: 'not due' };
      const at = ports.clock.now();
      const answer = await post(ports, delivery, body, signal);
      const durationMs = Math.max(0, ports.clock.now() - at);
      fared = durationMs < QUICK_ATTEMPT_MS ? 'quick' : answer.kind === 'failed' ? 'silent' : 'slow';
      const made = { at, durationMs, answer };
      if (answer.kind === 'answered' || !signal.aborted) return { kind: 'answered', ...made };
      cut = made;
      return CUT;
    });
    return worked.kind === 'done' ? worked.result : { kind: 'deferred', cut };
  } finally {
    ports.hosts.leave(host, fared);
  }
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

/** Claims the attempt, so that nobody else makes it. False: another has it. A first attempt needs no claim. */
async function claim(ports: DeliveryPorts, { message, receipt, record }: DeliveryInHand): Promise<boolean> {
  if (record === null || message.attempt === 0) return true;
  return ports.callbacks.updateRecord(
    record.uid,
    { status: 'PENDING', retryCount: message.attempt - 1 },
    {
      status: 'RUNNING',
      retryCount: message.attempt,
      by: receipt.by,
      heldSince: null,
      deferredAt: null,
      nextAttemptAt: ports.clock.now() + CLAIM_LEASE_MS,
    },
  );
}

async function post(
  ports: DeliveryPorts,
  { record, message, target }: DeliveryInHand,
  body: string,
  signal: AbortSignal,
): Promise<CallbackAnswer> {
  const { callback, workspaceUid } = target;
  const refUid = record?.refUid ?? message.uid;
  const caller =
    callback.sealedHeaders === null
      ? {}
      : await ports.secrets.unsealHeaders(callback.sealedFor, callback.sealedHeaders);
  const signature = await ports.secrets.signatureHeaders(workspaceUid, refUid, ports.clock.now(), body);
  const headers = { ...caller, 'content-type': 'application/json', ...signature };
  return ports.sender.post({ url: callback.url, workspaceUid, headers, body, signal });
}

/**
 * Records the outcome of the attempt, then sends the next one if there is one. Where the receiver is away, the next one
 * waits for it from now on and is sent early once it is back; unless the receiver itself gave a time (Retry-After).
 */
async function recordAttempt(
  ports: DeliveryPorts,
  delivery: DeliveryInHand,
  made: MadePost,
  isAway = false,
): Promise<void> {
  const { message, receipt, about, target, record } = delivery;
  const { answer, durationMs } = made;
  const now = ports.clock.now();
  const delivered = isTaken(answer);
  if (delivered && record === null) {
    const { input, page, part, runUid } = about;
    const { status: httpStatus } = answer;
    // The time of the answer, not of this write, which may wait for a seat to be given back.
    const logged = { runUid, input, page, part, httpStatus, at: made.at + (durationMs ?? 0), durationMs };
    await ports.callbacks.logDelivery(logged, target.expiresAt);
    return;
  }
  const nextAttemptAt = delivered ? null : nextAttempt(ports, delivery, answer);
  // A first attempt that was delivered twice may have succeeded the other time; a record of its failure would be wrong.
  const isFirst = record === null;
  const absorbed = !delivered && (isFirst || nextAttemptAt === null) && (await wasDelivered(ports, delivery));
  if (absorbed && isFirst) return;
  const failure = delivered ? null : reportFailure(ports, delivery, receiverError(answer));
  const attempt = attemptOf(delivery, made, failure);
  const status = delivered || absorbed ? 'SUCCESS' : nextAttemptAt === null ? 'FAILED' : 'PENDING';
  const isHeld = isAway && status === 'PENDING' && askedDelay(ports, answer) === null;
  const change = {
    status,
    retryCount: message.attempt,
    by: receipt.by,
    ...responseOf(answer, LIMITS.callbackResponseBytes),
    error: absorbed ? null : failure,
    nextAttemptAt,
    heldSince: isHeld ? now : status === 'FAILED' && isLastChance(record, now) ? (record?.heldSince ?? null) : null,
    deferredAt: null,
    deliveredAt: delivered ? now : null,
    ...(about.kind === 'notification' ? { url: target.callback.url } : {}),
  } as const;
  if (record === null) {
    rejectStaleWorker(ports.clock, delivery.takenAt, ATTEMPT_MS);
    const stored = await ports.callbacks.createRecord({ ...newRecord(delivery, now), ...change, attempts: [attempt] });
    if (stored.by === receipt.by) await sendOn(ports, target, stored);
    return;
  }
  const from = message.attempt === 0 ? 'PENDING' : 'RUNNING';
  const expected = { status: from, retryCount: message.attempt } as const;
  const written = await ports.callbacks.updateRecord(record.uid, expected, { ...change, attempt });
  if (written) await sendOn(ports, target, { ...record, ...change });
}

/** Sends the attempt after the recorded one, or leaves it to the sweep where it is too far off for a queue. */
export async function sendOn(
  ports: Pick<DeliveryPorts, 'clock' | 'callbacks' | 'receivers' | 'due' | 'messages'>,
  target: DeliveryTarget,
  record: CallbackRecord,
): Promise<void> {
  if (record.status !== 'PENDING' || record.nextAttemptAt === null) return;
  if (record.heldSince !== null) return keepHeldRecord(ports, target, record);
  const delayMs = Math.max(0, record.nextAttemptAt - ports.clock.now());
  if (delayMs > MAX_DELAY_MS) {
    await ports.due.putDue({ at: record.nextAttemptAt, kind: 'callback', uid: record.uid });
    return;
  }
  const message = { kind: 'callback', uid: record.uid, attempt: record.retryCount + 1 } as const;
  await ports.messages.send(message, { workspaceUid: target.workspaceUid, delayMs });
}

/**
 * When the next attempt is due (epoch ms). Null: this was the last, because the receiver answered 410, the schedule is
 * spent, or the callback has waited for its receiver all its time.
 */
function nextAttempt(ports: DeliveryPorts, { message, record }: DeliveryInHand, answer: CallbackAnswer): number | null {
  const now = ports.clock.now();
  if (isLastChance(record, now) || (answer.kind === 'answered' && answer.status === 410)) return null;
  const delay = callbackDelayMs(message.attempt + 1, ports.random.fraction(), askedDelay(ports, answer));
  return delay === null ? null : now + delay;
}

/** The receiver's own Retry-After of a 429 or 503, seconds; null: it gave none. */
function askedDelay(ports: DeliveryPorts, answer: CallbackAnswer): number | null {
  const honours = answer.kind === 'answered' && (answer.status === 429 || answer.status === 503);
  return honours ? retryAfterSeconds(answer.retryAfter, ports.clock.now()) : null;
}

function reportFailure(ports: DeliveryPorts, { definition, message }: DeliveryInHand, error: EngineError): ErrorRecord {
  const run = definition === null ? {} : { run_uid: definition.uid };
  return reportError(ports, error, { ...run, callback_uid: message.uid, attempt: message.attempt });
}

/** What is kept of an attempt. `error` is null where it was delivered. */
function attemptOf(
  { message, receipt }: DeliveryInHand,
  { at, durationMs, answer }: MadePost,
  error: ErrorRecord | null,
): CallbackAttempt {
  const response = responseOf(answer, LIMITS.attemptResponseBytes);
  return { attempt: message.attempt, by: receipt.by, at, durationMs, ...response, error };
}

/** A first attempt that was cut off for want of a seat. The receiver may have taken it, but it spends no attempt. */
function cutAttempt(ports: DeliveryPorts, delivery: DeliveryInHand, made: MadePost): CallbackAttempt {
  const text =
    'The attempt was cut off: the receiver was slow, and the workspace had reached its limit of unanswered callbacks. ' +
    'It does not count and is made again.';
  return attemptOf(delivery, made, reportFailure(ports, delivery, new EngineError('LIMIT_REACHED', text)));
}

function responseOf(answer: CallbackAnswer, maxBytes: number): Pick<CallbackRecord, 'httpStatus' | 'httpResponse'> {
  if (answer.kind === 'failed') return { httpStatus: null, httpResponse: null };
  const bytes = Buffer.from(answer.body);
  const httpResponse = bytes.length <= maxBytes ? answer.body : bytes.subarray(0, maxBytes).toString();
  return { httpStatus: answer.status, httpResponse };
}
