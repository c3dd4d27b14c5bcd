import { isOfNoInput, type RunTruth } from '../run-truth.ts';
import type { RestCheck } from './rest-checks.ts';

/** What a reader of dead letters may do to what is recorded, held once all is at rest. */
export const BURIAL_CHECKS: readonly RestCheck[] = [
  {
    name: 'internalErrorsAreEarned',
    proves: 'A run ends with an INTERNAL_ERROR only where the message that was to start it died, or one of its pages’.',
    check: ({ runs }) =>
      runs.flatMap(({ control, inputs, startDied }) =>
        isOfNoInput(control.lastError, inputs) && !startDied
          ? [`run ${control.uid} says INTERNAL_ERROR under epoch ${control.epoch}, and its start did not die`]
          : [],
      ),
  },
  {
    name: 'calmHasNoLetters',
    proves: 'Without faults no message dies.',
    check: ({ letters, isCalm }) => (isCalm ? letters.all.map(({ body }) => `${body} died`) : []),
  },
];

/** Runs that failed by a dead letter, whole or in part, and that a retry may take up. */
export function runsFailedByDeadLetter(runs: readonly RunTruth[]): readonly RunTruth[] {
  return runs.filter(({ control: { status }, inputs, startDied }) => {
    if (status !== 'FAILED' && status !== 'PARTIAL_SUCCEEDED') return false;
    return startDied || inputs.some(({ pages }) => isFailedByDeadLetter(pages.at(-1)?.pageRecord.outcome));
  });
}

function isFailedByDeadLetter(
  outcome: RunTruth['inputs'][number]['pages'][number]['pageRecord']['outcome'] | undefined,
): boolean {
  return outcome?.kind === 'FAILURE' && outcome.error.error_label === 'INTERNAL_ERROR';
}
