import { shownTermFields } from '../launches/terms.ts';
import * as z from 'zod';
import {
  callbackSelection,
  dependencyRequirement,
  errorLabel,
  executionMode,
  inputStatus,
  logLevel,
  runStatus,
  warningCode,
} from '../enums.ts';
import { LIMITS } from '../../domain/limits.ts';
import { errorRecord, info } from '../error-schemas.ts';
import {
  actionName,
  anyOf,
  count,
  flag,
  instant,
  queriedInstant,
  jsonObject,
  paging,
  sort,
  strict,
  text,
  tag,
  uid,
  wholeNumber,
} from '../fields.ts';

export const statusReason = strict({
  code: z.string().describe('The reason, such as `CONCURRENCY_LIMIT` or `DEADLINE`. More codes may be added'),
  message: z.string().describe('The reason in words'),
  since: instant.describe('Since when the reason holds'),
  retry_at: instant.nullable().describe('When the status is checked again; null if that depends on an event'),
  blocking_uids: z.array(uid).describe('The runs that this one waits for'),
  params: jsonObject.describe(
    'Where a quota holds the run back: `quota`, its name, `limit` and `resets_at`. Else empty',
  ),
}).meta({ id: 'StatusReason', description: 'Why a run or schedule has its status.' });

const inputCounts = strict({
  total: count.nullable().describe('Number of inputs. Null if the lines of an upload have not been counted'),
  succeeded: count,
  failed: count,
  stopped: count.describe('Inputs that were unfinished when the run ended'),
  running: count.describe('Inputs that are being worked on'),
  pending: count.describe('Inputs that wait for their turn'),
}).meta({ id: 'InputCounts', description: 'The inputs by status. The five counts add up to `total`.' });

const times = {
  created_at: instant,
  started_at: instant.nullable(),
  finished_at: instant.nullable(),
  updated_at: instant,
};

const runDependency = strict({ uid, require: dependencyRequirement }).meta({ id: 'RunDependency' });

/** The callback settings as they are shown: without header values, which nobody sees again. */
export const callbackTarget = strict({
  url: z.string().describe('The URL that callbacks are sent to'),
  on: callbackSelection,
}).meta({ id: 'CallbackTarget' });

const postponedUntil = instant.nullable().describe('When it continues, if it waits for a point in time');
const outputCount = count.describe('Number of results. It may be a few seconds old while the run is RUNNING');

const runFields = {
  uid,
  name: z.string().nullable(),
  action_name: actionName,
  execution_mode: executionMode,
  status: runStatus,
  status_reason: statusReason.nullable(),
  parameters: jsonObject.describe('Parameters of the action'),
  callback: callbackTarget.nullable().describe('Where callbacks are sent; null if there are none'),
  depends_on: z.array(runDependency).describe('Runs that must end first'),
  ...shownTermFields,
  attempt: z.int().min(1).describe('Starts at 1 and grows by 1 with each resume or retry'),
  inputs: inputCounts,
  output_count: outputCount,
  retry_count: count.describe('Number of times the run was retried by a caller'),
  last_error: errorRecord.nullable().describe('The last error of the run'),
  last_info: info.nullable().describe('A note that is no error, such as that nothing was found'),
  next_page_url: z
    .string()
    .nullable()
    .describe(
      'URL of the next page of a live call that continued in the background. Call it with the same body as the first page',
    ),
  scheduled_run_uid: uid.nullable().describe('The schedule that started the run'),
  scheduled_run_name: z.string().nullable().describe('The name of that schedule'),
  workspace_uid: uid,
  postponed_until: postponedUntil,
  ...times,
};

/** A run as lists show it. */
export const run = strict(runFields).meta({ id: 'Run' });

export const launchWarnings = z
  .array(strict({ code: warningCode, message: z.string() }).meta({ id: 'LaunchWarning' }))
  .optional()
  .describe('`DEADLINE_TOO_SHORT`: the pace of the action does not allow the run to end before its deadline');

/** A run as a launch answers it. */
export const launchedRun = strict({
  ...runFields,
  run_uid: uid.describe('The same as `uid`'),
  warnings: launchWarnings,
}).meta({ id: 'LaunchedRun' });

/** A run as `GET /v1/runs/{run_uid}` shows it: exact, with what is computed on read. */
export const runDetail = strict({
  ...runFields,
  callbacks: strict({ total: count, delivered: count, pending: count, failed: count })
    .meta({ id: 'CallbackCounts' })
    .describe('The callbacks of the run by the state of their delivery'),
  history: z
    .array(strict({ status: runStatus, at: instant, reason: z.string().nullable() }).meta({ id: 'RunHistoryEntry' }))
    .max(50)
    .describe('The last 50 changes of status'),
}).meta({ id: 'RunDetail' });

/** `GET /v1/runs/{run_uid}`. */
export const runQuery = strict({
  wait: wholeNumber(0, 25)
    .optional()
    .describe('Waits up to this many seconds for the run to end, and answers as soon as it has ended'),
});

/** `GET /v1/runs/{run_uid}/status`. */
export const runStatusView = strict({
  uid,
  status: runStatus,
  status_reason: statusReason.nullable(),
  postponed_until: postponedUntil,
  inputs: inputCounts,
  output_count: outputCount,
  ...times,
}).meta({ id: 'RunProgress' });

/** The body of a verb of a run: none, `{}`, or the verb once more. */
export function verbBody<Verb extends 'cancel' | 'resume' | 'retry'>(verb: Verb) {
  return strict({ action: z.literal(verb).optional().describe('May be given, and must then be this') });
}

/** Which runs are meant; a run passes what is absent. */
const runFilterFields = {
  status: anyOf(runStatus, 'runs with this status'),
  action_name: anyOf(actionName, 'runs of this action'),
  execution_mode: anyOf(executionMode, 'runs with this mode'),
  uid: anyOf(uid, 'the run with this uid'),
  scheduled_run_uid: anyOf(uid, 'runs of this schedule'),
  name: anyOf(text.min(1).max(200), 'runs with this name'),
  tag: anyOf(tag, 'runs with this tag'),
  created_after: queriedInstant.optional().describe('Only runs that were created after this time'),
  created_before: queriedInstant.optional().describe('Only runs that were created before this time'),
} as const;
export type RunFilters = typeof runFilterFields;

/** `GET /v1/runs`. */
export const listRunsQuery = strict({ ...paging(10, 100), sort, ...runFilterFields });

/** One input of a run. */
export const runInput = strict({
  uid,
  index: count.describe('Position of the input in the run, from 0'),
  status: inputStatus,
  input_data: jsonObject.describe('The input without `custom_data`'),
  custom_data: jsonObject.nullable().describe('The `custom_data` of the input, as it was given'),
  last_error: errorRecord.nullable().describe('The last error of the input'),
  last_info: info.nullable().describe('A note that is no error, such as that nothing was found'),
  output_count: count.describe('Number of results of the input'),
  retry_count: count.describe('Number of attempts beyond the first of each page'),
  postponed_until: postponedUntil,
  ...times,
  started_at: instant.nullable().describe('When the first page of the input was recorded'),
}).meta({ id: 'RunInput', description: 'One input of a run.' });

/** `GET /v1/runs/{run_uid}/inputs`. */
export const runInputsQuery = strict({ ...paging(100, 500), status: anyOf(inputStatus, 'inputs with this status') });

/** `GET /v1/runs/{run_uid}/outputs`. */
export const runOutputsQuery = strict({
  ...paging(100, 500),
  envelope: flag.optional().describe('`true`: return each result together with its input and page'),
});

export const outputEnvelope = strict({
  input_uid: uid,
  input_index: count.describe('Position of the input in the run, from 0'),
  page: count.describe('Number of the page of the input, from 0'),
  custom_data: jsonObject.nullable().describe('The `custom_data` of the input, as it was given'),
  extracted_at: instant.describe('When the page was recorded'),
  result: z.unknown().describe('The result, as the action returned it'),
}).meta({ id: 'OutputEnvelope', description: 'A result with its input and page.' });

const ENVELOPE_NAMES = Object.keys(outputEnvelope.shape);

/** Items as the action gave them or, with `envelope=true`, each with where it came from. */
export const runOutputs = z.union([z.array(outputEnvelope), z.array(z.unknown())]).meta({
  documentedAs: {
    type: 'array',
    items: {
      if: { required: ENVELOPE_NAMES, properties: Object.fromEntries(ENVELOPE_NAMES.map((name) => [name, {}])) },
      // oxlint-disable-next-line unicorn/no-thenable -- a word of JSON Schema
      then: { $ref: '#/components/schemas/OutputEnvelope' },
    },
    description: 'Results as the action returned them. With `envelope=true` each is an `OutputEnvelope`',
  },
});

/** `GET /v1/runs/{run_uid}/logs`. */
export const runLogsQuery = strict({
  ...paging(100, 500),
  input_index: wholeNumber(0, LIMITS.inputsPerUpload - 1)
    .optional()
    .describe('Only the log of the input at this position. Without it the logs of all inputs are listed'),
});

/** One line of an input's log. */
export const runLogLine = strict({
  at: instant.describe('When the line was logged, or the attempt failed'),
  input_index: count.describe('Position of the input in the run, from 0'),
  page: count.describe('Number of the page of the input, from 0'),
  attempt: z.int().min(1).describe('The attempt at the page, from 1. A call that only had to wait takes none'),
  level: logLevel,
  message: z.string().describe('At most 2,000 characters. The values of secrets are replaced by `[secret NAME]`'),
  data: jsonObject
    .nullable()
    .describe('What was logged beside the message. Where its JSON is over 2,000 characters, `data` has its beginning'),
  error: strict({ error_label: errorLabel, error_ref: z.string().describe('Finds the error in the logs of the stage') })
    .meta({ id: 'RunLogError' })
    .nullable()
    .describe('The error of a failed attempt. Null on a line that the action logged'),
}).meta({ id: 'RunLogLine', description: 'A line that the action logged, or an attempt of it that failed.' });
