import * as z from 'zod';
import type { DryRun } from '../../domain/dry-run.ts';
import { validationError } from '../error-schemas.ts';
import { count, flag, strict } from '../fields.ts';
import { statusReason, launchWarnings } from '../runs/schemas.ts';
import { reasonView } from '../runs/view.ts';

/** The query of a launch. */
export const launchQuery = strict({
  dry_run: flag
    .optional()
    .describe(
      '`true`: checks the call and answers with what it would do. Nothing is written or sent, and an `Idempotency-Key` ' +
        'is not used up',
    ),
});

const estimate = strict({
  pages: count
    .nullable()
    .describe('Pages if each valid input gives `max_results` results on full pages. Null for an upload'),
  seconds: z
    .int()
    .min(0)
    .nullable()
    .describe(
      'The least time from the first of these pages to the last. Null if the action has no pace and does not say how ' +
        'long a page takes',
    ),
  usd: z
    .number()
    .min(0)
    .nullable()
    .describe('What AWS charges the owner for these pages, at list prices of us-east-1. Null for an upload'),
}).meta({ id: 'Estimate', description: 'What a run would take at most.' });

/** The answer to `?dry_run=true`. */
export const dryRun = strict({
  valid: count.nullable().describe('Inputs that the action accepts. Null for an upload, which is not read'),
  invalid: count.nullable().describe('Inputs that the action refuses. Null for an upload'),
  validation_errors: z.array(validationError).max(100).describe('The first faults of the refused inputs'),
  estimate,
  would_wait: statusReason
    .nullable()
    .describe('What the run would wait for first; null if it would start, or fail, at once'),
  warnings: launchWarnings,
}).meta({ id: 'DryRun', description: 'What a launch would do.' });

const example: z.input<typeof dryRun> = {
  valid: 1,
  invalid: 1,
  validation_errors: [
    { path: 'inputs[1].country', message: 'must be an ISO 3166 alpha-2 code in capitals, such as FR' },
  ],
  estimate: { pages: 2, seconds: 1, usd: 0.000_04 },
  would_wait: null,
};

/** The second answer of a launching route. */
export const DRY_RUN = {
  status: 200,
  description: 'With `dry_run=true`: what the call would do. Nothing was created.',
  schema: dryRun,
  example,
} as const;

export function dryRunView(report: DryRun): z.output<typeof dryRun> {
  const { pages = null, seconds = null, usd = null } = report.estimate ?? {};
  return {
    valid: report.valid,
    invalid: report.invalid,
    validation_errors: report.validationErrors.map(({ path, message }) => ({ path, message })),
    estimate: { pages, seconds, usd: usd === null ? null : toMicros(usd) },
    would_wait: reasonView(report.wouldWait),
    ...(report.warnings.length === 0 ? {} : { warnings: [...report.warnings] }),
  };
}

/** A dollar amount rounded up to a millionth. */
function toMicros(usd: number): number {
  return Math.ceil(usd * 1e6) / 1e6;
}
