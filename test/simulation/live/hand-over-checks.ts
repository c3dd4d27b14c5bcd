import { isDeepStrictEqual } from 'node:util';
import { hasEnded } from '../../../shared/domain/run-status.ts';
import { workspaceUid } from '../callers.ts';
import type { InputScript } from '../launch-body.ts';
import { allTold, callName, type LiveAftermath, sourcesOf } from './live-aftermath.ts';
import { isStored } from './live-truth.ts';

/** Runs answered with 202 that did not go on, or whose callers read another end than is on record. */
export async function lostHandOvers(aftermath: LiveAftermath): Promise<readonly string[]> {
  const { records, live, truth } = aftermath;
  const wrong: string[] = [];
  for (const { call, answer, at } of allTold(aftermath)) {
    if (answer.status !== 202) continue;
    const told = answer.body as { readonly run_uid?: string; readonly execution_mode?: string }; // cast: our own answer
    const { runUid } = answer;
    const control = runUid === null ? null : records.control(runUid);
    if (control === null || told.run_uid !== runUid || told.execution_mode !== 'ASYNC') {
      wrong.push(`${at} with a run that is missing or not ASYNC: ${JSON.stringify(told)}`);
      continue;
    }
    const { uid, mode, status } = control;
    if (mode !== 'ASYNC' || control.workspaceUid !== workspaceUid(call.workspace))
      wrong.push(`${at}, but the run is ${mode} or in another workspace`);
    const isTouched = live.verbs.some((verb) => verb.runUid === uid);
    if (!isTouched && status !== 'SUCCEEDED' && status !== 'FAILED') wrong.push(`${at}, but the run is ${status}`);
    if (status !== 'SUCCEEDED' || control.totals.outputs === 0) continue;
    const [page] = await records.pages(uid, 0);
    if (page === undefined || sourcesOf(truth, call, uid, page.results).length === 0)
      wrong.push(`${at}, but on record is ${JSON.stringify(page?.results).slice(0, 300)}, which no call returned`);
  }
  return [...wrong, ...(await misreadEnds(aftermath))];
}

async function misreadEnds({ live, records, truth }: LiveAftermath): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const call of live.calls) {
    if (call.ended === null) continue;
    const { runUid, mode, outputs, next } = call.ended;
    const at = `at the end of run ${runUid} the caller of ${callName(call)} read`;
    if (mode !== 'ASYNC') wrong.push(`${at} the mode ${mode}`);
    if (outputs === null) continue;
    const [page] = await records.pages(runUid, 0);
    if (!isDeepStrictEqual(page?.results, outputs))
      wrong.push(`${at} other outputs than are on record: ${JSON.stringify(outputs).slice(0, 300)}`);
    const nothing = page?.pageRecord.outcome.kind === 'RESULT' && page.pageRecord.outcome.info !== null;
    const isLed = sourcesOf(truth, call, runUid, outputs).some((one) => (one.next === null) === (next === null));
    if (!nothing && !isLed) wrong.push(`${at} the wrong link to the next page: ${next ?? 'none'}`);
  }
  return wrong;
}

/**
 * When a waiting function is over, and when the sweep has handed over its run at the latest, even if a sweep was lost.
 */
const GONE_MS = 40_000;
const SWEPT_MS = 200_000;
/** Longer where a function may have been frozen and wakes after the faults have ended. */
const SWEPT_LATE_MS = 3_600_000;
/** Without faults no function dies, and none waits longer. */
const WAITED_MS = 27_000;

/** Runs that stayed LIVE too long. */
export function lateHandOvers({ watch, stormEndedAt, isCalm, isLate }: LiveAftermath): readonly string[] {
  const mostMs = isCalm ? WAITED_MS : GONE_MS + (isLate ? SWEPT_LATE_MS : SWEPT_MS);
  return watch.runUids().flatMap((uid) => {
    const [begun, ...later] = watch.of(uid);
    if (begun?.mode !== 'LIVE' || hasEnded(begun.status)) return [];
    const left = later.find(({ mode, status }) => mode === 'ASYNC' || hasEnded(status))?.at ?? Infinity;
    const since = isCalm ? begun.at : Math.max(begun.at, stormEndedAt);
    const moved = later.find(({ mode, status }) => mode === 'LIVE' && !hasEnded(status));
    return [
      ...(left - since <= mostMs ? [] : [`run ${uid} stayed LIVE for ${Math.round((left - begun.at) / 1_000)} s`]),
      ...(moved === undefined ? [] : [`run ${uid} changed to ${moved.status} while it was LIVE`]),
    ];
  });
}

/** With fewer slow pages than workers, one worker is always free. */
const WORKERS = 4;
/** Time a page takes besides its action, ms. */
const OVERHEAD_MS = 1_500;

/** Runs that were handed over though their page was quick enough and workers were free. */
export function tooSoonHandedOver(aftermath: LiveAftermath): readonly string[] {
  const { truth, isCalm, live } = aftermath;
  const launched = truth.launches.flatMap(({ body }) =>
    (body.inputs ?? []).flatMap((one) => ('broken' in one ? [] : [one])),
  );
  const slow = [...launched, ...live.calls.map(({ script }) => script)].filter(isSlow);
  if (!isCalm || slow.length >= WORKERS) return [];
  const cut = new Set(truth.pages.flatMap(({ isCut, key }) => (isCut ? [key] : []))); // these waited for a seat
  return live.calls.flatMap((call) => {
    const { script, page, isPaced, answers } = call;
    const isPlain = !isPaced && !cut.has(script.key) && (script.fails ?? []).every((fail) => fail.page !== page);
    const least = Math.min(...answers.map(({ wait }) => wait ?? Infinity)) * 1_000;
    const isInTime = (script.takes_ms ?? 0) + OVERHEAD_MS < least;
    const isHandedOver = answers.some((answer) => isStored(answer) && answer.status === 202);
    return isPlain && isInTime && isHandedOver
      ? [`${callName(call)} was handed over, though its action takes only ${script.takes_ms ?? 0} ms`]
      : [];
  });
}

function isSlow({ takes_ms: takesMs = 0, fails = [] }: InputScript): boolean {
  return takesMs > 0 || fails.some(({ kind }) => kind === 'hang');
}

/** Verbs that changed a live run, or (without faults) did not change one that was handed over and under way. */
export function verbsOnLive({ live, watch, isCalm }: LiveAftermath): readonly string[] {
  return live.verbs.flatMap(({ verb, runUid, sentAt, at, status }) => {
    const wasHandedOver = watch.handedOverAt(runUid) ?? Infinity;
    const asked = `${verb} of run ${runUid} was answered ${status ?? 'not at all'}`;
    if (status === 200) return wasHandedOver <= at ? [] : [`${asked}, though the run was LIVE`];
    const worked = watch.of(runUid).some((one) => hasEnded(one.status) && one.at <= at);
    const isRefusedAtWork = isCalm && verb === 'cancel' && wasHandedOver <= sentAt && !worked;
    return isRefusedAtWork ? [`${asked}, though the run had been handed over and was under way`] : [];
  });
}
