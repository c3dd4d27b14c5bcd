import * as z from 'zod';
import { CALLBACK_STATUSES } from '../../domain/callback.ts';
import { RUN_STATUSES } from '../../domain/run.ts';
import { errorRecord } from '../error-schemas.ts';
import { actionName, anyOf, count, flag, instant, jsonObject, paging, sort, strict, uid } from '../fields.ts';

const callbackType = z.enum(['run.page', 'run.input_failed', 'run.finished']);

/** What a receiver is sent. */
export const callbackBody = strict({
  type: callbackType,
  callback_ref_uid: uid.describe('The same over retries and replays: dedupe on it'),
  run: strict({
    run_uid: uid,
    batch_uid: uid.nullable(),
    status: z.enum(RUN_STATUSES),
    attempt: z.int().min(1).describe('Grows with each resume or retry'),
    action_name: actionName,
    scheduled_run_uid: uid.nullable(),
  }),
  input: jsonObject.nullable().describe('Without custom_data. On run.finished: the only input, or null'),
  custom_data: jsonObject.nullable(),
  input_uid: uid.nullable(),
  input_index: count.nullable(),
  page: count.nullable().describe('Counted from 0'),
  is_last_page: z.boolean(),
  part: z.int().min(1).describe('A callback over 256 KB comes in parts, each with its own callback_ref_uid'),
  parts: z.int().min(1),
  error: errorRecord.nullable(),
  results: z.array(z.unknown()).nullable().describe('Null on run.input_failed and run.finished'),
  manifest: strict({ inputs: count, succeeded: count, failed: count, outputs: count, callbacks: count })
    .optional()
    .describe('On run.finished only; callbacks counts distinct callback_ref_uids, this one too'),
  occurred_at: instant,
}).meta({ id: 'Callback' });

/** One delivery's record. */
export const callbackRecord = strict({
  uid,
  parent_uid: uid.nullable().describe('The record this one replays'),
  callback_ref_uid: uid.describe('What receivers dedupe on'),
  type: callbackType,
  run_uid: uid,
  batch_uid: uid.nullable(),
  input_uid: uid.nullable(),
  page: count.nullable(),
  part: z.int().min(1).nullable(),
  status: z.enum(CALLBACK_STATUSES),
  status_reason: z.string().nullable(),
  retry_count: count,
  http_status: z.int().nullable(),
  http_response: z.string().nullable().describe("The first 2 KB of the receiver's answer"),
  error: errorRecord.nullable(),
  callback_url: z.string(),
  next_attempt_at: instant.nullable(),
  created_at: instant,
  delivered_at: instant.nullable(),
  workspace_uid: uid,
}).meta({ id: 'CallbackRecord' });

/** `GET /v1/runs/callbacks`. */
export const listCallbacksQuery = strict({
  ...paging(10, 100),
  sort,
  status: anyOf(z.enum(CALLBACK_STATUSES)),
  run_uid: anyOf(uid),
});

/** `GET /v1/runs/{run_uid}/callbacks`. */
export const runCallbacksQuery = strict({ ...paging(100, 500), undelivered: flag.optional() });

/** `POST /v1/runs/{run_uid}/callbacks/replay`. */
export const replayBody = strict({
  status: z
    .array(z.enum(CALLBACK_STATUSES))
    .min(1)
    .max(CALLBACK_STATUSES.length)
    .optional()
    .describe('Callbacks that fare so, replays counted in; FAILED unless told otherwise'),
});

export const replayed = strict({ replayed: count });

/** `GET /v1/signing-secret`. */
export const signingSecrets = strict({
  secrets: z.array(
    strict({ secret: z.string().startsWith('whsec_'), created_at: instant, expires_at: instant.nullable() }),
  ),
});
