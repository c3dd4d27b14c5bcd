import type { CallbackPayload, CallbackRecord } from './callback.ts';
import { deriveUid, readUid } from './ids.ts';
import type { PageRecord } from './page.ts';
import type { RunDefinition } from './run.ts';

/** A delivery the log holds. */
export interface LoggedDelivery {
  readonly input: number;
  readonly page: number;
  readonly part: number;
  readonly httpStatus: number;
  readonly at: number;
}

/** The ids of the callbacks a recorded page calls for: one for each part, or that of its failure. */
export function callbackUidsOf({ runUid, input, page, outcome, attempt }: PageRecord): readonly string[] {
  if (outcome.kind === 'FAILURE') return [deriveUid(runUid, 'input_failed', { input, page, ending: attempt })];
  return Array.from({ length: outcome.parts }, (_, index) =>
    deriveUid(runUid, 'page', { input, page, part: index + 1 }),
  );
}

/**
 * The record of a page's callback that has none stored, as it would stand: SUCCESS when the log holds its delivery,
 * else PENDING since the page was recorded.
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
    input: pageRecord.input,
    page: pageRecord.page,
    part: failed ? null : (readUid(uid)?.part ?? null),
    status: delivery === null ? 'PENDING' : 'SUCCESS',
    retryCount: 0,
    by: '',
    httpStatus: delivery?.httpStatus ?? null,
    httpResponse: null,
    error: null,
    nextAttemptAt: delivery === null ? pageRecord.at : null,
    heldSince: null,
    deferredAt: null,
    createdAt: pageRecord.at,
    deliveredAt: delivery?.at ?? null,
    payload: payloadOf(pageRecord),
    expiresAt: definition.expiresAt,
  };
}

/** What run.input_failed says of a failure; null for a page, which the record itself tells of. */
function payloadOf({ outcome, input, page, attempt, at }: PageRecord): CallbackPayload | null {
  return outcome.kind === 'FAILURE'
    ? { type: 'run.input_failed', input, page, error: outcome.error, attempt, at }
    : null;
}

/** A stored record beside the log. Success absorbs: what was delivered once is, whatever a later attempt has met. */
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

/** Where a callback stands among its run's: text that sorts by input, page and part, run.finished last. */
export function callbackPlace(uid: string): string {
  const about = readUid(uid);
  if (about === null) throw new RangeError(`${uid} names no callback.`);
  const ending = String(about.ending).padStart(2, '0');
  if (about.kind === 'run_finished') return `${FINISHED_PLACE}${ending}`;
  return `${placeFrom(about)}${String(about.part).padStart(2, '0')}#${about.kind}#${ending}`;
}

/** Where a record stands among its run's: a replay right after what it replays and earlier replays of it. */
export function recordPlace({ uid, refUid, createdAt }: Pick<CallbackRecord, 'uid' | 'refUid' | 'createdAt'>): string {
  const place = callbackPlace(refUid);
  return uid === refUid ? place : `${place}#${String(createdAt).padStart(13, '0')}#${uid}`;
}

/** Stands before every place of run.finished and after all others. */
export const FINISHED_PLACE = 'F#';

/** Stands before the places of a page and after those of the pages before. */
export function placeFrom({ input, page }: { readonly input: number; readonly page: number }): string {
  return `${String(input).padStart(7, '0')}#${String(page).padStart(5, '0')}#`;
}

/** The page a place lies in, where it is none of run.finished. */
export function pageOfPlace(place: string): { readonly input: number; readonly page: number } {
  const [input = '0', page = '0'] = place.split('#');
  return { input: Number(input), page: Number(page) };
}
