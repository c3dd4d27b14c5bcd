import * as z from 'zod';
import { INPUT_STATUSES } from '../../domain/input-status.ts';
import { RUN_STATUSES } from '../../domain/run.ts';
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
  uid,
  wholeNumber,
} from '../fields.ts';

const runStatus = z.enum(RUN_STATUSES);
const executionMode = z.enum(['LIVE', 'ASYNC']);

export const statusReason = strict({
  code: z.string(),
  message: z.string(),
  since: instant,
  retry_at: instant.nullable(),
  blocking_uids: z.array(uid),
}).meta({ id: 'StatusReason' });

const inputCounts = strict({
  total: count.nullable().describe('Null until the lines of an upload are counted, and where they cannot be'),
  succeeded: count,
  failed: count,
  stopped: count,
  running: count,
  pending: count,
}).meta({ id: 'InputCounts' });

const times = {
  created_at: instant,
  started_at: instant.nullable(),
  finished_at: instant.nullable(),
  updated_at: instant,
};

const runFields = {
  uid,
  name: z.string().nullable(),
  action_name: actionName,
  execution_mode: executionMode,
  status: runStatus,
  status_reason: statusReason.nullable(),
  parameters: jsonObject,
  callback: strict({ url: z.string(), on: z.enum(['all', 'final']) }).nullable(),
  depends_on: z.array(strict({ uid, require: z.enum(['success', 'finish']) })),
  on_invalid_input: z.enum(['reject', 'skip']),
  deadline_seconds: z.int().min(1),
  attempt: z.int().min(1),
  inputs: inputCounts,
  output_count: count,
  retry_count: count.describe('Times a caller retried it'),
  last_error: errorRecord.nullable(),
  last_info: info.nullable(),
  next_page_url: z
    .string()
    .nullable()
    .describe('Of a live call that waited no longer: the page after its own, to be called with the same body'),
  scheduled_run_uid: uid.nullable(),
  scheduled_run_name: z.string().nullable(),
  workspace_uid: uid,
  postponed_until: instant.nullable(),
  ...times,
};

/** A run as lists show it. */
export const run = strict(runFields).meta({ id: 'Run' });

/** A run as a launch answers it. */
export const launchedRun = strict({
  ...runFields,
  run_uid: uid.describe('The same as uid'),
  warnings: z
    .array(strict({ code: z.enum(['DEADLINE_TOO_SHORT']), message: z.string() }))
    .optional()
    .describe('There only if there are any: that the action’s pace alone keeps the run from ending by its deadline'),
}).meta({ id: 'LaunchedRun' });

/** A run as `GET /v1/runs/{run_uid}` shows it: exact, with what is computed on read. */
export const runDetail = strict({
  ...runFields,
  callbacks: strict({ total: count, delivered: count, pending: count, failed: count }),
  history: z.array(strict({ status: runStatus, at: instant, reason: z.string().nullable() })).max(50),
}).meta({ id: 'RunDetail' });

/** `GET /v1/runs/{run_uid}`. */
export const runQuery = strict({
  wait: wholeNumber(0, 25)
    .optional()
    .describe('Seconds to hold for the run to end; the answer comes at once when it has'),
});

/** `GET /v1/runs/{run_uid}/status`. */
export const runStatusView = strict({
  uid,
  status: runStatus,
  status_reason: statusReason.nullable(),
  postponed_until: instant.nullable(),
  inputs: inputCounts,
  output_count: count,
  ...times,
}).meta({ id: 'RunStatus' });

/** The body of a verb of a run: none, `{}`, or the verb once more. */
export function verbBody<Verb extends 'cancel' | 'resume' | 'retry'>(verb: Verb) {
  return strict({ action: z.literal(verb).optional() });
}

/** `GET /v1/runs`. */
export const listRunsQuery = strict({
  ...paging(10, 100),
  sort,
  status: anyOf(runStatus),
  action_name: anyOf(actionName),
  execution_mode: anyOf(executionMode),
  uid: anyOf(uid),
  scheduled_run_uid: anyOf(uid),
  name: anyOf(z.string().min(1).max(200)),
  created_after: queriedInstant.optional(),
  created_before: queriedInstant.optional(),
});

/** One input of a run. */
export const runInput = strict({
  uid,
  index: count,
  status: z.enum(INPUT_STATUSES),
  input_data: jsonObject,
  custom_data: jsonObject.nullable(),
  last_error: errorRecord.nullable(),
  last_info: info.nullable(),
  output_count: count,
  retry_count: count.describe('Attempts the engine spent beyond the first of each page'),
  postponed_until: instant.nullable(),
  ...times,
  started_at: instant.nullable().describe('When its first page was recorded'),
}).meta({ id: 'RunInput' });

/** `GET /v1/runs/{run_uid}/inputs`. */
export const runInputsQuery = strict({ ...paging(100, 500), status: anyOf(z.enum(INPUT_STATUSES)) });

/** `GET /v1/runs/{run_uid}/outputs`. */
export const runOutputsQuery = strict({ ...paging(100, 500), envelope: flag.optional() });

export const outputEnvelope = strict({
  input_uid: uid,
  input_index: count,
  page: count,
  custom_data: jsonObject.nullable(),
  extracted_at: instant,
  result: z.unknown(),
}).meta({ id: 'OutputEnvelope' });

/** Items as the action gave them or, with `envelope=true`, each with where it came from. */
export const runOutputs = z.union([z.array(outputEnvelope), z.array(z.unknown())]);
