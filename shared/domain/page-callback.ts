import { type CallbackRecord, NOT_ATTEMPTED, type RunCallbackPayload } from './callback.ts';
import { deriveUid, readUid } from './ids.ts';
import type { PageRecord } from './page.ts';
import type { RunDefinition } from './run.ts';

/** One entry of the delivery log. */
export interface LoggedDelivery {
  readonly input: number;
  readonly page: number;
  readonly part: number;
  readonly httpStatus: number;
  readonly at: number;
  /** How long the receiver took to answer; null: release 0.1.0 logged it. */
  readonly durationMs: number | null;
}

/** The ids of a recorded page's callbacks: one per part, or the one of its failure. */
export function callbackUidsOf({ runUid, input, page, outcome, attempt }: PageRecord): readonly string[] {
  if (outcome.kind === 'FAILURE') return [deriveUid(runUid, 'input_failed', { input, page, ending: attempt })];
  return Array.from({ length: outcome.parts }, (_, index) =>
    deriveUid(runUid, 'page', { input, page, part: index + 1 }),
  );
}

/**
 * The record of a page's callback that has no stored record: SUCCESS when the log has its delivery, else PENDING since
 * the page was recorded.
 */
export function unstoredRecord(
  definition: RunDefinition,
  pageRecord: PageRecord,
  uid: string,
  delivery: LoggedDelivery | null,
): CallbackRecord {
  const failed = pageRecord.outcome.kind === 'FAILURE';
  return {
    uid,
    refUid: uid,
    parentUid: null,
    type: failed ? 'run.input_failed' : 'run.page',
    runUid: pageRecord.runUid,
    workspaceUid: definition.workspaceUid,
    url: null,
    input: pageRecord.input,
    page: pageRecord.page,
    part: failed ? null : (readUid(uid)?.part ?? null),
    ...NOT_ATTEMPTED,
    status: delivery === null ? 'PENDING' : 'SUCCESS',
    httpStatus: delivery?.httpStatus ?? null,
    nextAttemptAt: delivery === null ? pageRecord.at : null,
    createdAt: pageRecord.at,
    deliveredAt: delivery?.at ?? null,
    payload: payloadOf(pageRecord),
    expiresAt: definition.expiresAt,
  };
}

/** The payload of run.input_failed; null for run.page, whose body comes from the page record. */
function payloadOf({ outcome, input, page, attempt, at }: PageRecord): RunCallbackPayload | null {
  return outcome.kind === 'FAILURE'
    ? { type: 'run.input_failed', input, page, error: outcome.error, attempt, at }
    : null;
}

/**
 * A stored record together with the log. Once delivered, a callback stays delivered, whatever later attempts report.
 */
export function absorbDelivery(record: CallbackRecord, delivery: LoggedDelivery | null): CallbackRecord {
  if (delivery === null || record.parentUid !== null || record.status === 'SUCCESS') return record;
  const { httpStatus, at: deliveredAt } = delivery;
  return {
    ...record,
    status: 'SUCCESS',
    httpStatus,
    httpResponse: null,
    error: null,
    nextAttemptAt: null,
    heldSince: null,
    deferredAt: null,
    deliveredAt,
  };
}

/** A callback's place in its run's list: a text that sorts by input, page and part, run.finished last. */
export function callbackPlace(uid: string): string {
  const about = readUid(uid);
  if (about === null) throw new RangeError(`${uid} names no callback.`);
  const ending = String(about.ending).padStart(2, '0');
  if (about.kind === 'run_finished') return `${FINISHED_PLACE}${ending}`;
  return `${placeFrom(about)}${String(about.part).padStart(2, '0')}#${about.kind}#${ending}`;
}

/** A record's place in its run's list: a replay comes right after its original and earlier replays. */
export function recordPlace({ uid, refUid, createdAt }: Pick<CallbackRecord, 'uid' | 'refUid' | 'createdAt'>): string {
  const place = callbackPlace(refUid);
  return uid === refUid ? place : `${place}#${String(createdAt).padStart(13, '0')}#${uid}`;
}

/** Sorts before every place of run.finished and after all others. */
export const FINISHED_PLACE = 'F#';

/** Sorts before the places of a page and after those of the pages before it. */
export function placeFrom({ input, page }: { readonly input: number; readonly page: number }): string {
  return `${String(input).padStart(7, '0')}#${String(page).padStart(5, '0')}#`;
}

/** The page of a place that is not run.finished's. */
export function pageOfPlace(place: string): { readonly input: number; readonly page: number } {
  const [input = '0', page = '0'] = place.split('#');
  return { input: Number(input), page: Number(page) };
}
