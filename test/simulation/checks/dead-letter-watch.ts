import type { Message } from '../../../shared/engine/messages.ts';
import { pageRecordFromItem } from '../../../shared/storage/progress-store.ts';
import { decodeMessage } from '../../../shared/aws/messages.ts';
import type { FaultKind } from '../fault-kinds.ts';
import type { Stage } from '../instance.ts';
import { type Change, toItem, type WireItem } from '../mirror.ts';
import type { Observer } from '../observer.ts';
import type { Queue, Queues } from '../queues.ts';
import { callbackRow } from '../records.ts';
import { asOld } from '../rollout.ts';
import type { Past } from './past.ts';

interface OpenHistory {
  readonly stage: Stage;
  readonly observer: Observer;
  readonly queues: Queues;
}

/** With these faults the function may freeze between read and write; without them it takes no longer than READS_MS. */
const LATE: readonly FaultKind[] = ['frozen_worker', 'lambda_timeout', 'slow_call'];
const READS_MS = 60_000;

/**
 * Checks each write of the function dead-letters. `theDeadSign`: what it fails has the id of a dead letter about it.
 * `theLivingAreLeftAlone`: it fails no page and no callback of which a later attempt is queued, and nothing of an
 * earlier epoch. `theTakenAreLeftAlone`: it fails no callback that the delivery log has.
 */
export function watchDeadLetters(history: OpenHistory): (change: Change, past: Past) => void {
  return ({ pk, sk, after }, past) => {
    if (after === null) return;
    if (sk.startsWith('P#') && after['f'] !== undefined) holdPage(history, pk.split('#')[1] ?? '', after, past);
    if (sk.startsWith('C#') && callbackRow(after).errorLabel === 'INTERNAL_ERROR') holdCallback(history, after, past);
  };
}

function holdPage({ stage, observer, queues }: OpenHistory, runUid: string, item: WireItem, past: Past): void {
  const pageRecord = pageRecordFromItem(runUid, toItem(item));
  const at = `page ${pageRecord.page} of input ${pageRecord.input} of ${runUid}`;
  const signed = queues.letters.all.filter(({ by }) => by === pageRecord.by);
  const dead = signed.flatMap(({ message }) => (message.kind === 'page' ? [message] : []))[0];
  if (dead === undefined) return observer.violate('theDeadSign', `${at} was failed without a dead letter of that id`);
  if (!isLate(stage) && past.isDead(runUid, pageRecord.epoch, READS_MS)) {
    observer.violate('theLivingAreLeftAlone', `${at} was failed in epoch ${pageRecord.epoch}, which was already over`);
  }
  const living = bodiesIn(queues.page).find((one) => {
    if (one.kind !== 'page' || one.runUid !== runUid || one.epoch !== dead.epoch) return false;
    if (one.input !== dead.input || one.page !== dead.page) return false;
    return one.attempt > dead.attempt || (one.until ?? 0) > (dead.until ?? 0);
  });
  // One that is late may have looked before that was queued.
  if (living !== undefined && !isLate(stage))
    observer.violate('theLivingAreLeftAlone', `${at} was failed though ${JSON.stringify(living)} is queued`);
}

function holdCallback({ stage, observer, queues }: OpenHistory, item: WireItem, past: Past): void {
  const { uid, by: signs, parentUid } = callbackRow(item);
  const at = `callback ${uid}`;
  const signed = queues.letters.all.filter(({ by }) => by === signs);
  const dead = signed.flatMap(({ message }) => (message.kind === 'callback' ? [message] : []))[0];
  if (dead?.uid !== uid) return observer.violate('theDeadSign', `${at} was failed without a dead letter about it`);
  const living = bodiesIn(queues.callback).find(
    (one) => one.kind === 'callback' && one.uid === uid && one.attempt > dead.attempt,
  );
  if (living !== undefined)
    observer.violate('theLivingAreLeftAlone', `${at} was failed though ${JSON.stringify(living)} is queued`);
  if (!isLate(stage) && parentUid === null && past.wasTaken(uid, READS_MS)) {
    observer.violate('theTakenAreLeftAlone', `${at} was failed though the delivery log has it as delivered`);
  }
}

function isLate({ adversary }: Stage): boolean {
  return LATE.some((kind) => adversary.isOn(kind));
}

function bodiesIn(queue: Queue): readonly Message[] {
  return queue.bodies().map((body) => decodeMessage(asOld(body)));
}
