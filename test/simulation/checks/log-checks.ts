import { isDeepStrictEqual } from 'node:util';
import type { LogEntry } from '../../../shared/domain/log-line.ts';
import type { InputTruth, RunTruth } from '../run-truth.ts';
import type { Records } from '../records.ts';
import type { GivenPage } from '../truth.ts';
import type { Aftermath, RestCheck } from './aftermath.ts';

/** An input's log ends at this size, so checks of what must be there leave such inputs out. */
const FULL_BYTES = 64 * 1024;

export const LOG_CHECKS: readonly RestCheck[] = [
  {
    name: 'linesAreWhatWasLogged',
    proves: 'Each entry of a log has exactly the lines of one call of the action, and each call has one entry at most.',
    check: inventedLines,
  },
  {
    name: 'recordedAttemptsHaveTheirLines',
    proves: 'The log of an input has what the action logged for each page on record.',
    check: ({ records, runs }) => runs.flatMap((run) => lostLines(records, run)),
  },
  {
    name: 'failedAttemptsAreListed',
    proves:
      'The log of an input has a line for each attempt that was spent, and that of a failure on record under its error_ref.',
    check: ({ records, runs }) => runs.flatMap((run) => lostFailures(records, run)),
  },
];

function inventedLines({ records, truth }: Aftermath): readonly string[] {
  const calls = Map.groupBy(truth.pages, ({ runUid, input }) => `${runUid}:${input}`);
  return [...calls.values()].flatMap((given) => {
    const [first] = given;
    if (first === undefined) return [];
    const left = given.map(({ logs }) => logs);
    return records.log(first.runUid, first.input).flatMap((entry) => {
      const logged = messagesOf(entry);
      const call = left.findIndex((logs) => isDeepStrictEqual(logs, logged));
      if (call !== -1) left.splice(call, 1);
      const isFailureAlone = logged.length === 0 && entry.lines.length === 1;
      return call !== -1 || isFailureAlone
        ? []
        : [`run ${first.runUid} input ${first.input} has lines that no call logged, or twice: ${logged.join(', ')}`];
    });
  });
}

function lostLines(records: Records, { control, inputs }: RunTruth): readonly string[] {
  return inputs.flatMap((input) => {
    const entries = records.log(control.uid, input.index);
    if (isFull(entries)) return [];
    const kept = new Set(entries.flatMap(messagesOf));
    return input.pages.flatMap((_, page) => {
      const sources = sourcesOf(input, page);
      const hasLines = sources.length === 0 || sources.some(({ logs }) => logs.every((line) => kept.has(line)));
      return hasLines ? [] : [`run ${control.uid} input ${input.index} lacks the lines of page ${page}`];
    });
  });
}

/** The calls that may have given a page on record; none where it is a failure. */
function sourcesOf({ pages, given }: InputTruth, page: number): readonly GivenPage[] {
  const recorded = pages[page];
  if (recorded === undefined || recorded.pageRecord.outcome.kind === 'FAILURE') return [];
  const { pageRecord, results } = recorded;
  const isEmpty = recorded.pageRecord.outcome.info !== null;
  return given.filter(
    (one) =>
      one.page === page &&
      one.cursor === pageRecord.cursor &&
      (isEmpty ? one.kind === 'no_result' : one.kind === 'page' || one.kind === 'same_cursor') &&
      isDeepStrictEqual(one.results.slice(0, results.length), results),
  );
}

/** Failures that were decided without a call of the action are no attempts. */
const WITHOUT_A_CALL: readonly string[] = ['BAD_INPUT', 'BAD_PARAMETERS', 'ACTION_NOT_FOUND'];

function lostFailures(records: Records, { control, inputs }: RunTruth): readonly string[] {
  return inputs.flatMap((input) => {
    const last = input.pages.at(-1)?.pageRecord;
    const entries = records.log(control.uid, input.index);
    if (last === undefined || isFull(entries)) return [];
    const at = `run ${control.uid} input ${input.index}`;
    const errors = entries.flatMap(({ lines }) => lines.flatMap(({ error }) => (error === null ? [] : [error])));
    if (last.outcome.kind === 'FAILURE' && !WITHOUT_A_CALL.includes(last.outcome.error.error_label)) {
      const { error_ref: ref } = last.outcome.error;
      if (!errors.some((error) => error.ref === ref)) return [`${at} lacks the line of its failure ${ref}`];
    }
    return errors.length >= last.tries ? [] : [`${at} spent ${last.tries} attempts, its log has ${errors.length}`];
  });
}

function messagesOf({ lines }: LogEntry): readonly string[] {
  return lines.filter(({ error }) => error === null).map(({ message }) => message);
}

function isFull(entries: readonly LogEntry[]): boolean {
  return entries.reduce((sum, { lines }) => sum + Buffer.byteLength(JSON.stringify(lines)), 0) > FULL_BYTES;
}
