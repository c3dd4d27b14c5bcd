import { ATTEMPT_MS, CLAIM_LEASE_MS, MAX_DELAY_MS, QUICK_ATTEMPT_MS } from '../../domain/timing.ts';
import {
  type CallbackRecord,
  pageCallbackBody,
  partStarts,
  recordCallbackBody,
  repeatedBytes,
} from '../../domain/callback.ts';
import { EngineError, type ErrorRecord } from '../../domain/errors.ts';
import { readUid } from '../../domain/ids.ts';
import { LIMITS } from '../../domain/limits.ts';
import { hostUid, isAbsence } from '../../domain/receiver.ts';
import { retryAfterSeconds } from '../../domain/http-time.ts';
import { callbackDelayMs } from '../../domain/retry.ts';
import type { RunDefinition } from '../../domain/run.ts';
import type { CallbackAnswer } from '../ports.ts';
import { type CallbackMessage, type Receipt } from '../messages.ts';
import { CUT } from '../share.ts';
import { rejectStaleWorker } from '../stale-worker.ts';
import { reportError } from '../report-error.ts';
import { settleAll } from '../settle-all.ts';
import { type DeliveryInHand, type DeliveryPorts, isLastChance, newRecord, wasDelivered } from './delivery.ts';
import { deferCallback } from './defer-callback.ts';
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
  const named = readUid(message.uid);
  if (named === null) return;
  const hasRecord = named.kind !== 'page' || !isFirstAttempt(message, receipt);
  const [record, definition, page] = await settleAll([
    hasRecord ? ports.callbacks.readRecord(message.uid) : null,
    ports.runs.readDefinition(named.runUid),
    hasRecord ? null : ports.progress.readPage(named.runUid, named.input, named.page), // most are posted at once
    hasRecord ? undefined : ports.runs.prefetchInput(named.runUid, named.input),
  ]);
  const about = readUid(record?.refUid ?? message.uid);
  if (about === null || definition === null || definition.callback === null) return;
  const delivery: DeliveryInHand = { message, receipt, record, about, definition, page, takenAt };
  if (!(await isDue(ports, delivery))) return;
  const turn = await findTurn(ports, delivery);
  if (turn.kind === 'hold') return holdCallback(ports, delivery, turn.uid);
  const made = await makeAttempt(ports, delivery, turn);
  if (made.kind === 'not due') return;
  if (made.kind === 'deferred') return deferCallback(ports, delivery);
  if (made.kind === 'held') return holdCallback(ports, delivery, made.uid);
  const { answer } = made;
  if (isAbsence(answer)) return recordAttempt(ports, delivery, answer, await noteAbsence(ports, definition, answer));
  await recordAttempt(ports, delivery, answer); // the delivery is recorded before anything follows from it
  await notePresence(ports, definition);
}

type Made =
  | { readonly kind: 'answered'; readonly answer: CallbackAnswer }
  | { readonly kind: 'not due' }
  | { readonly kind: 'deferred' }
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
  const { message, definition } = delivery;
  const { callback, workspaceUid } = definition;
  if (callback === null) return { kind: 'not due' };
  const host = hostUid(workspaceUid, callback.url);
  if (!(await ports.hosts.enter(host))) return { kind: 'deferred' };
  const isKnown = message.attempt > 0 || message.slow === true || turn.kind === 'probe' || ports.hosts.isSlow(host);
  const isSlow = isKnown || (ports.senders.isSpent(workspaceUid) && !ports.hosts.isQuick(host));
  let fared: Fared | null = null;
  try {
    const worked = await ports.senders.within<Made>(workspaceUid, isSlow, async (signal) => {
      if (turn.kind === 'probe' && !(await takeProbe(ports, turn))) return { kind: 'held', uid: turn.uid };
      if (!(await claim(ports, delivery))) return { kind: 'not due' };
      const body = await buildBody(ports, delivery);
      if (body === null) return { kind: 'not due' };
      const startedAt = ports.clock.now();
      const answer = await post(ports, delivery, body, signal);
      const isCut = answer.kind === 'failed' && signal.aborted;
      const tookLong = ports.clock.now() - startedAt >= QUICK_ATTEMPT_MS;
      fared = tookLong ? (answer.kind === 'failed' ? 'silent' : 'slow') : 'quick';
      return isCut ? CUT : { kind: 'answered', answer };
    });
    return worked.kind === 'done' ? worked.result : { kind: 'deferred' };
  } finally {
    ports.hosts.leave(host, fared);
  }
}

/** Whether this is the first delivery of a first attempt: only the page's own record can exist then. */
function isFirstAttempt({ attempt, slow }: CallbackMessage, { count }: Receipt): boolean {
  return attempt === 0 && slow !== true && count === 1;
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
    if (record.status === 'PENDING') await sendOn(ports, delivery.definition, record);
    else
      await recordAttempt(ports, delivery, {
        kind: 'failed',
        message: 'The attempt was interrupted before the receiver answered.',
      });
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

/** The callback's body, the same bytes on every attempt. Null: the records that it is built from are gone. */
async function buildBody(
  ports: DeliveryPorts,
  { about, record, definition, page }: DeliveryInHand,
): Promise<string | null> {
  const { runUid } = about;
  if (about.kind === 'page') {
    const found = page ?? (await ports.progress.readPage(runUid, about.input, about.page));
    if (found === null || found.pageRecord.outcome.kind !== 'RESULT') return null;
    const input = await ports.runs.readInput(runUid, about.input);
    const sizes = found.results.map((item) => Buffer.byteLength(JSON.stringify(item)));
    const starts = partStarts(sizes, repeatedBytes(definition, input));
    const results = found.results.slice(starts[about.part - 1], starts[about.part]);
    const batchUid = await ports.runs.batchUid(runUid, about.input);
    const part = { part: about.part, parts: starts.length, batchUid };
    return pageCallbackBody(definition, found.pageRecord, input, results, part);
  }
  if (record === null || record.payload === null) return null;
  // By the record, not by the run's number of inputs: an upload may have been counted since.
  const { input: only } = record;
  const speaksOf =
    only === null
      ? null
      : { input: await ports.runs.readInput(runUid, only), batchUid: await ports.runs.batchUid(runUid, only) };
  return recordCallbackBody(definition, record.refUid, record.payload, speaksOf);
}

async function post(
  ports: DeliveryPorts,
  { about, record, message, definition }: DeliveryInHand,
  body: string,
  signal: AbortSignal,
): Promise<CallbackAnswer> {
  const { callback, workspaceUid } = definition;
  if (callback === null) return { kind: 'failed', message: 'The run has no callback.' };
  const refUid = record?.refUid ?? message.uid;
  const caller =
    callback.sealedHeaders === null
      ? {}
      : await ports.secrets.unsealHeaders(callback.sealedFor ?? about.runUid, callback.sealedHeaders);
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
  answer: CallbackAnswer,
  isAway = false,
): Promise<void> {
  const { message, receipt, about, definition, record } = delivery;
  const now = ports.clock.now();
  const delivered = answer.kind === 'answered' && answer.status >= 200 && answer.status < 300;
  const response = {
    httpStatus: answer.kind === 'answered' ? answer.status : null,
    httpResponse: answer.kind === 'answered' ? cutText(answer.body) : null,
  };
  if (delivered && record === null) {
    const { input, page, part, runUid } = about;
    const { status: httpStatus } = answer;
    await ports.callbacks.logDelivery({ runUid, input, page, part, httpStatus, at: now }, definition.expiresAt);
    return;
  }
  const nextAttemptAt = delivered ? null : nextAttempt(ports, delivery, answer);
  // A first attempt that was delivered twice may have succeeded the other time; a record of its failure would be wrong.
  const isFirst = record === null;
  const absorbed = !delivered && (isFirst || nextAttemptAt === null) && (await wasDelivered(ports, delivery));
  if (absorbed && isFirst) return;
  const error = delivered || absorbed ? null : failureOf(ports, delivery, answer);
  const status = delivered || absorbed ? 'SUCCESS' : nextAttemptAt === null ? 'FAILED' : 'PENDING';
  const isHeld = isAway && status === 'PENDING' && askedDelay(ports, answer) === null;
  const change = {
    status,
    retryCount: message.attempt,
    by: receipt.by,
    ...response,
    error,
    nextAttemptAt,
    heldSince: isHeld ? now : status === 'FAILED' && isLastChance(record, now) ? (record?.heldSince ?? null) : null,
    deferredAt: null,
    deliveredAt: delivered ? now : null,
  } as const;
  if (record === null) {
    rejectStaleWorker(ports.clock, delivery.takenAt, ATTEMPT_MS);
    const made = await ports.callbacks.createRecord({ ...newRecord(delivery, now), ...change });
    if (made.by === receipt.by) await sendOn(ports, definition, made);
    return;
  }
  const from = message.attempt === 0 ? 'PENDING' : 'RUNNING';
  const written = await ports.callbacks.updateRecord(record.uid, { status: from, retryCount: message.attempt }, change);
  if (written) await sendOn(ports, definition, { ...record, ...change });
}

/** Sends the attempt after the recorded one, or leaves it to the sweep where it is too far off for a queue. */
export async function sendOn(
  ports: Pick<DeliveryPorts, 'clock' | 'callbacks' | 'receivers' | 'due' | 'messages'>,
  definition: RunDefinition,
  record: CallbackRecord,
): Promise<void> {
  if (record.status !== 'PENDING' || record.nextAttemptAt === null) return;
  if (record.heldSince !== null) return keepHeldRecord(ports, definition, record);
  const delayMs = Math.max(0, record.nextAttemptAt - ports.clock.now());
  if (delayMs > MAX_DELAY_MS) {
    await ports.due.putDue({ at: record.nextAttemptAt, kind: 'callback', uid: record.uid });
    return;
  }
  const message = { kind: 'callback', uid: record.uid, attempt: record.retryCount + 1 } as const;
  await ports.messages.send(message, { workspaceUid: definition.workspaceUid, delayMs });
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

function failureOf(ports: DeliveryPorts, { about, message }: DeliveryInHand, answer: CallbackAnswer): ErrorRecord {
  const text =
    answer.kind === 'answered'
      ? `The receiver answered ${answer.status}; only a 2xx status counts as delivered.`
      : `The receiver could not be reached: ${answer.message}`;
  const error = new EngineError('UPSTREAM_ERROR', text);
  return reportError(ports, error, { run_uid: about.runUid, callback_uid: message.uid, attempt: message.attempt });
}

function cutText(text: string): string {
  const bytes = Buffer.from(text);
  return bytes.length <= LIMITS.callbackResponseBytes
    ? text
    : bytes.subarray(0, LIMITS.callbackResponseBytes).toString();
}
