import { isDeepStrictEqual } from 'node:util';
import { endingsOf, hasEnded } from '../../../shared/domain/run.ts';
import { INLINE } from '../../../shared/engine/live/run-live.ts';
import type { Records } from '../records.ts';
import type { InputTruth, RunTruth } from '../run-truth.ts';
import type { Aftermath } from './aftermath.ts';
import { expectedEnd } from './expected-end.ts';

/** Pages that are missing, recorded past an input's end, or not what any call of the action gave. */
export function brokenPages(run: RunTruth): readonly string[] {
  const { control, inputs } = run;
  const mustEnd =
    hasEnded(control.status) && control.status !== 'STOPPED' && control.status !== 'INVALID' && !wasCutShort(run);
  return inputs.flatMap((input) => {
    const broken: string[] = [];
    let cursor: string | null = null;
    for (const [page, { pageRecord }] of input.pages.entries()) {
      const at = `run ${control.uid} input ${input.index} page ${page}`;
      if (pageRecord.page !== page) broken.push(`${at} is missing`);
      if (pageRecord.cursor !== cursor)
        broken.push(`${at} was asked for with ${pageRecord.cursor ?? 'nothing'}, not ${cursor ?? 'nothing'}`);
      const isLast = page === input.pages.length - 1;
      if (pageRecord.outcome.kind === 'FAILURE') {
        if (!isLast) broken.push(`${at} failed, yet ${input.pages.length} pages are recorded`);
        continue;
      }
      if (pageRecord.outcome.last && !isLast) broken.push(`${at} is the last of ${input.pages.length} pages`);
      const wrong = inventedPage(input, page);
      if (wrong !== null) broken.push(`${at} ${wrong}`);
      cursor = pageRecord.outcome.nextCursor;
    }
    const end = input.pages.at(-1)?.pageRecord.outcome;
    if (mustEnd && end === undefined) broken.push(`run ${control.uid} ended without input ${input.index}`);
    if (mustEnd && end?.kind === 'RESULT' && !end.last)
      broken.push(`run ${control.uid} ended amid input ${input.index}`);
    return broken;
  });
}

/** What is wrong with a recorded page that no call of the action gave; null: one did. */
function inventedPage({ pages, given }: InputTruth, page: number): string | null {
  const recorded = pages[page];
  if (recorded === undefined || recorded.pageRecord.outcome.kind !== 'RESULT') return null;
  const { results, pageRecord } = recorded;
  const { outcome } = recorded.pageRecord;
  const calls = given.filter((one) => one.page === page);
  if (outcome.info !== null) {
    return calls.some(({ kind }) => kind === 'no_result') ? null : 'says that nothing was found';
  }
  const isSource = (one: (typeof calls)[number]): boolean =>
    one.cursor === pageRecord.cursor &&
    (one.kind === 'page' || one.kind === 'same_cursor') &&
    isDeepStrictEqual(one.results.slice(0, results.length), results) &&
    (outcome.last || (one.next === outcome.nextCursor && one.results.length === results.length));
  return calls.some(isSource) ? null : `is not what any call gave: ${JSON.stringify(results).slice(0, 300)}`;
}

const RETRIED = new Set(['retryable', 'retryable_at', 'throw', 'hang']);
const TRIES = 3;

/** A run that failed for another one, or since its start died: not all of its inputs were looked at. */
function wasCutShort({ control: { status, lastError }, startDied }: RunTruth): boolean {
  return startDied || (status === 'FAILED' && lastError?.error_label === 'DEPENDENCY_FAILED');
}

/** Failures that neither the action nor a crash loop brought about, nor the death of the page's message. */
export function unearnedFailures(
  { control, inputs }: RunTruth,
  { isCalm, letters }: Pick<Aftermath, 'isCalm' | 'letters'>,
): readonly string[] {
  return inputs.flatMap(({ index, pages, given, script }) => {
    const last = pages.at(-1)?.pageRecord;
    if (last === undefined || last.outcome.kind !== 'FAILURE') return [];
    const { error_label: label, message } = last.outcome.error;
    const at = `run ${control.uid} input ${index} page ${last.page} failed with ${label} (${message})`;
    if (label === 'INTERNAL_ERROR') return letters.hasPage(last) ? [] : [`${at}, no message of it died`];
    // Taken up again and again and never come to its end, a page was a crash loop, whatever its input.
    const isCrashLoop = !isCalm && label === 'UPSTREAM_TIMEOUT';
    if (script === null) return label === 'BAD_INPUT' || isCrashLoop ? [] : [`${at}, its input being refused`];
    const calls = given.filter(({ page }) => page === last.page);
    const said = (kinds: readonly string[]): boolean => calls.some(({ kind }) => kinds.includes(kind));
    if (said(['permanent', 'invalid_result', 'same_cursor'])) return [];
    // A live call that answers at once tries once. By a clock that went back it may be at work beside one that queues.
    if (last.by === INLINE && calls.some(({ kind }) => kind !== 'page')) return [];
    const spent = calls.filter(({ kind }) => RETRIED.has(kind)).length;
    if (spent >= TRIES || isCrashLoop) return [];
    // A call cut short by a crash, or slower than its time, is a try that the upstream knows nothing of.
    return isCalm || spent === 0 ? [`${at} after ${spent} failed calls`] : [];
  });
}

/** Inputs that ended otherwise than their scripts say, where nothing else went wrong. */
export function inexactEnds(run: RunTruth): readonly string[] {
  const { control, inputs, definition } = run;
  return inputs.flatMap(({ index, pages, given, script }) => {
    const isUntouched =
      endingsOf(control) === 1 && control.status !== 'STOPPED' && control.status !== 'INVALID' && !wasCutShort(run);
    if (script === null || !isUntouched) return [];
    const expected = expectedEnd(script, definition.maxResults);
    const last = pages.at(-1)?.pageRecord;
    const outcome = last?.outcome.kind === 'FAILURE' ? 'FAILED' : 'SUCCEEDED';
    const found = { outcome, pages: pages.length, outputs: last?.results ?? 0, calls: given.length };
    if (expected === null || isDeepStrictEqual(found, expected)) return [];
    return [`run ${control.uid} input ${index}: ${JSON.stringify(found)}, its script says ${JSON.stringify(expected)}`];
  });
}

/** Failures of before a retry that stand though the run has ended again: their inputs were not run anew. */
export function failuresNotRetried({ control, inputs, startDied }: RunTruth): readonly string[] {
  if (startDied) return [];
  if (!hasEnded(control.status) || control.status === 'STOPPED') return [];
  return inputs.flatMap(({ index, pages, script }) => {
    const last = pages.at(-1)?.pageRecord;
    if (script === null || last?.outcome.kind !== 'FAILURE' || last.epoch >= control.restartEpoch) return [];
    return [`run ${control.uid} was retried, and input ${index} still has its failure of epoch ${last.epoch}`];
  });
}

/** Stopped runs whose window has not counted just the inputs that ended: a resume would run others again, or never. */
export function wrongEnds({ control, inputs }: RunTruth, records: Records): readonly string[] {
  if (control.status !== 'STOPPED') return [];
  const ended = inputs.filter(({ pages }) => {
    const last = pages.at(-1)?.pageRecord;
    if (last?.outcome.kind !== 'FAILURE') return last?.outcome.last === true;
    return last.epoch >= control.restartEpoch || last.outcome.error.error_label === 'BAD_INPUT';
  });
  const counted = records.countedEnds(control);
  if (counted === null || counted === ended.length) return [];
  return [`stopped run ${control.uid} has ${ended.length} inputs that ended, its window counts ${counted}`];
}

/** Status and totals that are not those of the inputs. */
export function wrongTotals(run: RunTruth): readonly string[] {
  const { control, inputs, callbacks: expectedUids } = run;
  if (run.startDied) return wrongPartTotals(run);
  if (control.status === 'STOPPED' || wasCutShort(run)) return [];
  const isInvalid = control.status === 'INVALID';
  const failed = inputs.filter(({ pages }) => pages.at(-1)?.pageRecord.outcome.kind === 'FAILURE').length;
  const outputs = outputsOf(inputs);
  const expected = isInvalid
    ? { succeeded: 0, failed: inputs.length, outputs: 0, callbacks: 0 }
    : { succeeded: inputs.length - failed, failed, outputs, callbacks: expectedUids.length };
  const { succeeded, failed: toldFailed, outputs: toldOutputs, callbacks } = control.totals;
  const found = { succeeded, failed: toldFailed, outputs: toldOutputs, callbacks };
  const wrong: string[] = [];
  if (!isDeepStrictEqual(found, expected)) {
    wrong.push(`run ${control.uid} says ${JSON.stringify(found)}, the truth is ${JSON.stringify(expected)}`);
  }
  const status =
    failed === 0 ? 'SUCCEEDED' : failed === inputs.length && outputs === 0 ? 'FAILED' : 'PARTIAL_SUCCEEDED';
  if (!isInvalid && control.status !== status) wrong.push(`run ${control.uid} is ${control.status}, not ${status}`);
  return wrong;
}

/** The same of a run whose start died: inputs that had no turn are neither, what was recorded counts. */
function wrongPartTotals({ control, inputs, callbacks: expectedUids }: RunTruth): readonly string[] {
  const outputs = outputsOf(inputs);
  const ends = inputs.map(({ pages }) => pages.at(-1)?.pageRecord.outcome);
  const succeeded = ends.filter((end) => end?.kind === 'RESULT' && end.last).length;
  const { totals, status } = control;
  const wrong: string[] = [];
  if (totals.outputs !== outputs || totals.succeeded !== succeeded || totals.callbacks !== expectedUids.length) {
    const truth = JSON.stringify({ succeeded, outputs, callbacks: expectedUids.length });
    wrong.push(`run ${control.uid}, whose start died, says ${JSON.stringify(totals)}, the truth is ${truth}`);
  }
  const expected = succeeded === 0 && outputs === 0 ? 'FAILED' : 'PARTIAL_SUCCEEDED';
  return status === expected ? wrong : [...wrong, `run ${control.uid} is ${status}, not ${expected}`];
}

/** Result items on record. */
export function outputsOf(inputs: readonly InputTruth[]): number {
  return inputs.reduce((sum, { pages }) => sum + pages.reduce((n, { results }) => n + results.length, 0), 0);
}
