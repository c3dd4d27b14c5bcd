import * as z from 'zod';
import { CALLBACK_STATUSES } from '../domain/callback.ts';
import { errorRecord } from './error-schemas.ts';
import { anyOf, count, flag, instant, paging, sort, strict, uid } from './fields.ts';

/** One delivery's record. */
export const callbackRecord = strict({
  uid,
  parent_uid: uid.nullable().describe('The record this one replays'),
  callback_ref_uid: uid.describe('What receivers dedupe on'),
  type: z.enum(['run.page', 'run.input_failed', 'run.finished']),
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

/** `GET /v1/signing-secret`. */
export const signingSecrets = strict({
  secrets: z.array(
    strict({ secret: z.string().startsWith('whsec_'), created_at: instant, expires_at: instant.nullable() }),
  ),
});
