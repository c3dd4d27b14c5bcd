import { isOfNoInput, type RunTruth } from '../run-truth.ts';
import type { RestCheck } from './aftermath.ts';

/** What the function dead-letters may do to records, checked once all is at rest. */
export const DEAD_LETTER_CHECKS: readonly RestCheck[] = [
  {
    name: 'internalErrorsAreEarned',
    proves:
      'A run ends with INTERNAL_ERROR only if the message that has its upload read, or that of one of its pages, became a dead letter.',
    check: ({ runs }) =>
      runs.flatMap(({ control, inputs, intakeDied }) =>
        isOfNoInput(control.lastError, inputs) && !intakeDied
          ? [
              `run ${control.uid} has INTERNAL_ERROR in epoch ${control.epoch}, but no message that reads its upload became a dead letter`,
            ]
          : [],
      ),
  },
  {
    name: 'calmHasNoLetters',
    proves: 'Without faults no message becomes a dead letter.',
    check: ({ letters, isCalm }) => (isCalm ? letters.all.map(({ body }) => `${body} became a dead letter`) : []),
  },
];

/** Runs that failed because of a dead letter, wholly or in part, and that can be retried. */
export function runsFailedByDeadLetter(runs: readonly RunTruth[]): readonly RunTruth[] {
  return runs.filter(({ control: { status }, inputs, intakeDied }) => {
    if (status !== 'FAILED' && status !== 'PARTIAL_SUCCEEDED') return false;
    return intakeDied || inputs.some(({ pages }) => isFailedByDeadLetter(pages.at(-1)?.pageRecord.outcome));
  });
}

function isFailedByDeadLetter(
  outcome: RunTruth['inputs'][number]['pages'][number]['pageRecord']['outcome'] | undefined,
): boolean {
  return outcome?.kind === 'FAILURE' && outcome.error.error_label === 'INTERNAL_ERROR';
}
