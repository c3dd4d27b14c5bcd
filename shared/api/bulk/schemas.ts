import * as z from 'zod';
import { FAILURES_TOLD } from '../../domain/bulk.ts';
import { bulkAction, bulkStatus, errorLabel, executionMode, runStatus } from '../enums.ts';
import { actionName, count, givenInstant, instant, jsonObject, strict, tag, text, uid } from '../fields.ts';

/** One value, or several of which one is enough. */
function oneOrMore<Schema extends z.ZodType>(schema: Schema, what: string) {
  return z
    .union([z.array(schema).min(1).max(100), schema.transform((value) => [value])])
    .optional()
    .describe(`Only ${what}: one value, or a list of which one is enough`);
}

/** The filters of `GET /v1/runs` in a body. */
const filter = strict({
  status: oneOrMore(runStatus, 'runs with this status'),
  action_name: oneOrMore(actionName, 'runs of this action'),
  execution_mode: oneOrMore(executionMode, 'runs with this mode'),
  uid: oneOrMore(uid, 'the run with this uid'),
  scheduled_run_uid: oneOrMore(uid, 'runs of this schedule'),
  name: oneOrMore(text.min(1).max(200), 'runs with this name'),
  tag: oneOrMore(tag, 'runs with this tag'),
  created_after: givenInstant.optional().describe('Only runs that were created after this time'),
  created_before: givenInstant.optional().describe('Only runs that were created before this time'),
})
  .superRefine((given, context) => {
    if (Object.values(given).some((value) => value !== undefined)) return;
    const message = `must not be empty; give at least one of ${Object.keys(filter.shape).join(', ')}`;
    context.addIssue({ code: 'custom', message });
  })
  .meta({ minProperties: 1 });

/** `POST /v1/bulk`. */
export const bulkBody = strict({
  action: bulkAction,
  filter: filter.describe('Which runs are meant, as in `GET /v1/runs`. Runs that are created later are not'),
  dry_run: z.boolean().optional().describe('`true`: count the runs, and do nothing to them'),
});

/** A bulk as all its calls answer it. */
export const bulk = strict({
  uid,
  action: bulkAction,
  filter: jsonObject.describe('The filter, as it was given'),
  dry_run: z.boolean(),
  status: bulkStatus,
  matched: count.nullable().describe('Number of runs that passed the filter. Null until they are counted'),
  done: count.describe('Runs that were done. Runs that already were as the action leaves them count too'),
  failed: count.describe('Runs that could not be done'),
  failures: z
    .array(
      strict({ run_uid: uid, error_label: errorLabel, message: z.string() }).meta({
        id: 'BulkFailure',
        description: 'A run that could not be done, and why.',
      }),
    )
    .max(FAILURES_TOLD)
    .describe(`The first ${FAILURES_TOLD} runs that could not be done`),
  workspace_uid: uid,
  created_at: instant,
  updated_at: instant,
  finished_at: instant.nullable(),
}).meta({ id: 'Bulk', description: 'One action on all runs that pass a filter.' });
