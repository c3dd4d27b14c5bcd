import type { CallbackAttempt, CallbackRecord } from '../../domain/callback.ts';
import { EngineError, type ErrorRecord } from '../../domain/errors.ts';
import { retryAfterSeconds } from '../../domain/http-time.ts';
import { LIMITS } from '../../domain/limits.ts';
import { callbackDelayMs } from '../../domain/retry.ts';
import { ATTEMPT_MS, MAX_DELAY_MS } from '../../domain/timing.ts';
import { reportError } from '../report-error.ts';
import { rejectStaleWorker } from '../stale-worker.ts';
import {
  type DeliveryInHand,
  type DeliveryPorts,
  type DeliveryTarget,
  isLastChance,
  newRecord,
  wasDelivered,
} from './delivery.ts';
import { keepHeldRecord } from './hold-callback.ts';
import type { MadePost } from './make-attempt.ts';
import { isTaken, type PostOutcome, receiverError } from './receiver-error.ts';

/** What came of an attempt. `held`: it failed, and the next one waits until the receiver is back. */
export type AttemptOutcome = 'delivered' | 'to_retry' | 'held' | 'given_up';

/**
 * Records the outcome of the attempt, then sends the next one if there is one. Where the receiver is away, the next one
 * waits for it from now on and is sent early once it is back; unless the receiver itself gave a time (Retry-After).
 * Null: an earlier attempt had been delivered, so this one's failure is of no account.
 */
export async function recordAttempt(
  ports: DeliveryPorts,
  delivery: DeliveryInHand,
  made: MadePost<PostOutcome>,
  isAway = false,
): Promise<AttemptOutcome | null> {
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
    return 'delivered';
  }
  const nextAttemptAt = delivered ? null : nextAttempt(ports, delivery, answer);
  // A first attempt that was delivered twice may have succeeded the other time; a record of its failure would be wrong.
  const isFirst = record === null;
  const absorbed = !delivered && (isFirst || nextAttemptAt === null) && (await wasDelivered(ports, delivery));
  if (absorbed && isFirst) return null;
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
  const outcome = delivered ? 'delivered' : absorbed ? null : outcomeOf(status, isHeld);
  if (record === null) {
    rejectStaleWorker(ports.clock, delivery.takenAt, ATTEMPT_MS);
    const stored = await ports.callbacks.createRecord({ ...newRecord(delivery, now), ...change, attempts: [attempt] });
    if (stored.by === receipt.by) await sendOn(ports, target, stored);
    return outcome;
  }
  const from = message.attempt === 0 ? 'PENDING' : 'RUNNING';
  const expected = { status: from, retryCount: message.attempt } as const;
  const written = await ports.callbacks.updateRecord(record.uid, expected, { ...change, attempt });
  if (written) await sendOn(ports, target, { ...record, ...change });
  return outcome;
}

function outcomeOf(status: CallbackRecord['status'], isHeld: boolean): AttemptOutcome {
  if (status === 'FAILED') return 'given_up';
  return isHeld ? 'held' : 'to_retry';
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
 * When the next attempt is due (epoch ms). Null: this was the last, because callbacks may not be sent there any more, the
 * receiver answered 410, the schedule is spent, or the callback has waited for its receiver all its time.
 */
function nextAttempt(ports: DeliveryPorts, { message, record }: DeliveryInHand, answer: PostOutcome): number | null {
  const now = ports.clock.now();
  if (answer.kind === 'refused') return null;
  if (isLastChance(record, now) || (answer.kind === 'answered' && answer.status === 410)) return null;
  const delay = callbackDelayMs(message.attempt + 1, ports.random.fraction(), askedDelay(ports, answer));
  return delay === null ? null : now + delay;
}

/** The receiver's own Retry-After of a 429 or 503, seconds; null: it gave none. */
function askedDelay(ports: DeliveryPorts, answer: PostOutcome): number | null {
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
  { at, durationMs, answer }: MadePost<PostOutcome>,
  error: ErrorRecord | null,
): CallbackAttempt {
  const response = responseOf(answer, LIMITS.attemptResponseBytes);
  return { attempt: message.attempt, by: receipt.by, at, durationMs, ...response, error };
}

/** A first attempt that was cut off for want of a seat. The receiver may have taken it, but it spends no attempt. */
export function cutAttempt(ports: DeliveryPorts, delivery: DeliveryInHand, made: MadePost): CallbackAttempt {
  const text =
    'The attempt was cut off: the receiver was slow, and the workspace had reached its limit of unanswered callbacks. ' +
    'It does not count and is made again.';
  return attemptOf(delivery, made, reportFailure(ports, delivery, new EngineError('LIMIT_REACHED', text)));
}

function responseOf(answer: PostOutcome, maxBytes: number): Pick<CallbackRecord, 'httpStatus' | 'httpResponse'> {
  if (answer.kind !== 'answered') return { httpStatus: null, httpResponse: null };
  const bytes = Buffer.from(answer.body);
  const httpResponse = bytes.length <= maxBytes ? answer.body : bytes.subarray(0, maxBytes).toString();
  return { httpStatus: answer.status, httpResponse };
}
