import { isDeepStrictEqual } from 'node:util';
import { hasEnded } from '../../../shared/domain/run-status.ts';
import { endingsOf } from '../../../shared/domain/run.ts';
import { INLINE } from '../../../shared/engine/live/run-live.ts';
import type { Records } from '../records.ts';
import type { InputTruth, RunTruth } from '../run-truth.ts';
import type { Aftermath } from './aftermath.ts';
import { expectedEnd } from './expected-end.ts';

/** Pages that are missing, recorded after the input's end, or different from what each call of the action returned. */
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
        broken.push(`${at} was requested with cursor ${pageRecord.cursor ?? 'none'}, correct is ${cursor ?? 'none'}`);
      const isLast = page === input.pages.length - 1;
      if (pageRecord.outcome.kind === 'FAILURE') {
        if (!isLast) broken.push(`${at} failed, but pages after it are recorded (${input.pages.length} in all)`);
        continue;
      }
      if (pageRecord.outcome.last && !isLast)
        broken.push(`${at} is marked as the last, but ${input.pages.length} pages are recorded`);
      const wrong = inventedPage(input, page);
      if (wrong !== null) broken.push(`${at} ${wrong}`);
      cursor = pageRecord.outcome.nextCursor;
    }
    const end = input.pages.at(-1)?.pageRecord.outcome;
    if (mustEnd && end === undefined)
      broken.push(`run ${control.uid} ended, but input ${input.index} has no page on record`);
    if (mustEnd && end?.kind === 'RESULT' && !end.last)
      broken.push(`run ${control.uid} ended before input ${input.index} had its last page`);
    return broken;
  });
}

/** Says what differs between a recorded page and all that the action returned; null if a call returned it. */
function inventedPage({ pages, given }: InputTruth, page: number): string | null {
  const recorded = pages[page];
  if (recorded === undefined || recorded.pageRecord.outcome.kind !== 'RESULT') return null;
  const { results, pageRecord } = recorded;
  const { outcome } = recorded.pageRecord;
  const calls = given.filter((one) => one.page === page);
  if (outcome.info !== null) {
    return calls.some(({ kind }) => kind === 'no_result')
      ? null
      : 'is recorded as NO_RESULT, but no call returned that';
  }
  const isSource = (one: (typeof calls)[number]): boolean =>
    one.cursor === pageRecord.cursor &&
    (one.kind === 'page' || one.kind === 'same_cursor') &&
    isDeepStrictEqual(one.results.slice(0, results.length), results) &&
    (outcome.last || (one.next === outcome.nextCursor && one.results.length === results.length));
  return calls.some(isSource) ? null : `has results that no call returned: ${JSON.stringify(results).slice(0, 300)}`;
}

const RETRIED = new Set(['retryable', 'retryable_at', 'throw', 'hang']);
const TRIES = 3;

/** A run that failed for a dependency, or because its start became a dead letter: not all inputs were processed. */
function wasCutShort({ control: { status, lastError }, intakeDied }: RunTruth): boolean {
  return intakeDied || (status === 'FAILED' && lastError?.error_label === 'DEPENDENCY_FAILED');
}

/** Failures that were caused neither by the action, nor by a crash loop, nor by a dead letter of the page. */
export function unearnedFailures(
  { control, inputs }: RunTruth,
  { isCalm, letters }: Pick<Aftermath, 'isCalm' | 'letters'>,
): readonly string[] {
  return inputs.flatMap(({ index, pages, given, script }) => {
    const last = pages.at(-1)?.pageRecord;
    if (last === undefined || last.outcome.kind !== 'FAILURE') return [];
    const { error_label: label, message } = last.outcome.error;
    const at = `run ${control.uid} input ${index} page ${last.page} failed with ${label} (${message})`;
    if (label === 'INTERNAL_ERROR')
      return letters.hasPage(last) ? [] : [`${at}, but no message of this page became a dead letter`];
    // A page that was received again and again and never finished is a crash loop, whatever its input.
    const isCrashLoop = !isCalm && label === 'UPSTREAM_TIMEOUT';
    if (script === null)
      return label === 'BAD_INPUT' || isCrashLoop ? [] : [`${at}; its input is invalid, so it must be BAD_INPUT`];
    const calls = given.filter(({ page }) => page === last.page);
    const said = (kinds: readonly string[]): boolean => calls.some(({ kind }) => kinds.includes(kind));
    if (said(['permanent', 'invalid_result', 'same_cursor'])) return [];
    // An inline live call tries once. If a clock went back, it may run beside a live call that queues its page.
    if (last.by === INLINE && calls.some(({ kind }) => kind !== 'page')) return [];
    const spent = calls.filter(({ kind }) => RETRIED.has(kind)).length;
    if (spent >= TRIES || isCrashLoop) return [];
    // A call that a crash or its timeout cut off is a try that the upstream did not see.
    return isCalm || spent === 0 ? [`${at} after only ${spent} failed calls`] : [];
  });
}

/** Inputs that ended in another way than their scripts say, though nothing else went wrong. */
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
    return [
      `run ${control.uid} input ${index} ended with ${JSON.stringify(found)}, its script requires ${JSON.stringify(expected)}`,
    ];
  });
}

/** Failures from before a retry that are still on record after the run ended again: these inputs were not run again. */
export function failuresNotRetried({ control, inputs, intakeDied }: RunTruth): readonly string[] {
  if (intakeDied) return [];
  if (!hasEnded(control.status) || control.status === 'STOPPED') return [];
  return inputs.flatMap(({ index, pages, script }) => {
    const last = pages.at(-1)?.pageRecord;
    if (script === null || last?.outcome.kind !== 'FAILURE' || last.epoch >= control.restartEpoch) return [];
    return [`run ${control.uid} was retried, but input ${index} still has its failure of epoch ${last.epoch}`];
  });
}

/** Stopped runs whose window counts other inputs than those that ended: a resume would run some again or never. */
export function wrongEnds({ control, inputs }: RunTruth, records: Records): readonly string[] {
  if (control.status !== 'STOPPED') return [];
  const ended = inputs.filter(({ pages }) => {
    const last = pages.at(-1)?.pageRecord;
    if (last?.outcome.kind !== 'FAILURE') return last?.outcome.last === true;
    return last.epoch >= control.restartEpoch || last.outcome.error.error_label === 'BAD_INPUT';
  });
  const counted = records.countedEnds(control);
  if (counted === null || counted === ended.length) return [];
  return [`${ended.length} inputs of the stopped run ${control.uid} have ended, but its window counts ${counted}`];
}

/** Runs whose status and totals differ from those of their inputs. */
export function wrongTotals(run: RunTruth): readonly string[] {
  const { control, inputs, callbacks: expectedUids } = run;
  if (run.intakeDied) return wrongPartTotals(run);
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
    wrong.push(`run ${control.uid} has the totals ${JSON.stringify(found)}, correct is ${JSON.stringify(expected)}`);
  }
  const status =
    failed === 0 ? 'SUCCEEDED' : failed === inputs.length && outputs === 0 ? 'FAILED' : 'PARTIAL_SUCCEEDED';
  if (!isInvalid && control.status !== status) wrong.push(`run ${control.uid} is ${control.status}, not ${status}`);
  return wrong;
}

/** The same for a run whose start became a dead letter: only what was recorded counts, inputs without a page do not. */
function wrongPartTotals({ control, inputs, callbacks: expectedUids }: RunTruth): readonly string[] {
  const outputs = outputsOf(inputs);
  const ends = inputs.map(({ pages }) => pages.at(-1)?.pageRecord.outcome);
  const succeeded = ends.filter((end) => end?.kind === 'RESULT' && end.last).length;
  const { totals, status } = control;
  const wrong: string[] = [];
  if (totals.outputs !== outputs || totals.succeeded !== succeeded || totals.callbacks !== expectedUids.length) {
    const truth = JSON.stringify({ succeeded, outputs, callbacks: expectedUids.length });
    wrong.push(
      `run ${control.uid}, whose start became a dead letter, has the totals ${JSON.stringify(totals)}, correct is ${truth}`,
    );
  }
  const expected = succeeded === 0 && outputs === 0 ? 'FAILED' : 'PARTIAL_SUCCEEDED';
  return status === expected ? wrong : [...wrong, `run ${control.uid} is ${status}, not ${expected}`];
}

/** Result items on record. */
export function outputsOf(inputs: readonly InputTruth[]): number {
  return inputs.reduce((sum, { pages }) => sum + pages.reduce((n, { results }) => n + results.length, 0), 0);
}
