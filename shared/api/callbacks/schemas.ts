import * as z from 'zod';
import { CALLBACK_STATUSES } from '../../domain/callback.ts';
import { LIMITS } from '../../domain/limits.ts';
import { callbackHeaders, callbackUrl } from '../launches/schemas.ts';
import { callbackStatus, callbackType, runStatus } from '../enums.ts';
import { errorRecord } from '../error-schemas.ts';
import { discriminatorOf, notificationBodies } from '../notifications/bodies.ts';
import { actionName, anyOf, count, flag, instant, jsonObject, paging, sort, strict, uid } from '../fields.ts';

const manifest = strict({
  inputs: count.describe('Inputs of the run'),
  succeeded: count.describe('Inputs that succeeded'),
  failed: count.describe('Inputs that failed'),
  outputs: count.describe('Results of the run'),
  callbacks: count.describe('Callbacks of the run by distinct `callback_ref_uid`, including this one'),
}).meta({ id: 'CallbackManifest', description: 'Totals of the run over all its attempts.' });

const callbackRun = strict({
  run_uid: uid,
  batch_uid: uid.nullable().describe('Identifies the group of inputs that the input was stored with'),
  status: runStatus,
  attempt: z.int().min(1).describe('Starts at 1 and grows by 1 with each resume or retry of the run'),
  action_name: actionName,
  scheduled_run_uid: uid.nullable().describe('The schedule that started the run'),
  tags: z.array(z.string()).optional().describe('The tags of the run; absent if it has none'),
}).meta({ id: 'CallbackRun' });

/*
 * What callbacks of each type have. A field that is always null is written as a nullable one: generators of clients do
 * not take the type null alone.
 */

const aboutRun = {
  callback_ref_uid: uid.describe(
    'Identifies the callback. It is the same on every delivery and replay: deduplicate by it',
  ),
  run: callbackRun.describe('The run at the time of the event'),
};

const aboutInput = {
  input: jsonObject.describe('The input without `custom_data`'),
  custom_data: jsonObject.nullable().describe('The `custom_data` of the input, as it was given'),
  input_uid: uid,
  input_index: count.describe('Position of the input in the run, from 0'),
  page: count.describe('Number of the page of the input, from 0'),
};

const aboutPart = {
  is_last_page: z.boolean().describe('Whether this is the last page of the input, and the last part of that page'),
  part: z
    .int()
    .min(1)
    .describe('Number of the part, from 1. A page over 256 KB is sent in parts, each with its own `callback_ref_uid`'),
  parts: z.int().min(1).describe('Number of parts of the page'),
};

const occurredAt = { occurred_at: instant.describe('When the page was recorded, the input failed or the run ended') };

const runPage = strict({
  type: z.literal('run.page'),
  ...aboutRun,
  ...aboutInput,
  ...aboutPart,
  error: errorRecord.nullable().describe('Always null'),
  results: z.array(z.unknown()).describe('The results of the page, as the action returned them'),
  ...occurredAt,
}).meta({ id: 'RunPageCallback', description: 'A page of results of one input.' });

const runInputFailed = strict({
  type: z.literal('run.input_failed'),
  ...aboutRun,
  ...aboutInput,
  ...aboutPart,
  error: errorRecord.describe('Why the input failed'),
  results: z.array(z.unknown()).nullable().describe('Always null'),
  ...occurredAt,
}).meta({ id: 'RunInputFailedCallback', description: 'An input failed, at the page in `page`.' });

const runFinished = strict({
  type: z.literal('run.finished'),
  ...aboutRun,
  input: aboutInput.input
    .nullable()
    .describe('The only input of the run, without `custom_data`; null if it has several'),
  custom_data: aboutInput.custom_data,
  input_uid: uid.nullable(),
  input_index: aboutInput.input_index.nullable(),
  page: count.nullable().describe('Always null'),
  ...aboutPart,
  error: errorRecord.nullable().describe('Why the run failed'),
  results: z.array(z.unknown()).nullable().describe('Always null'),
  manifest,
  ...occurredAt,
}).meta({ id: 'RunFinishedCallback', description: 'The run ended. `manifest` says how many callbacks it has.' });

/** What a receiver is sent. */
const runCallbacks = [runPage, runInputFailed, runFinished] as const;
export const callbackBody = z.discriminatedUnion('type', runCallbacks).meta({
  id: 'Callback',
  description: 'The body of a callback, as the receiver gets it. `type` says which it is.',
  discriminator: discriminatorOf(runCallbacks),
});

/** What is delivered, of whatever kind. */
const deliveries = [...runCallbacks, ...notificationBodies] as const;
export const deliveryBody = z.discriminatedUnion('type', deliveries).meta({
  id: 'Delivery',
  description: 'The body of a callback or a notification, as the receiver gets it. `type` says which it is.',
  discriminator: discriminatorOf(deliveries),
});

/** One delivery's record. */
export const callbackRecord = strict({
  uid,
  parent_uid: uid.nullable().describe('The callback that this one replays'),
  callback_ref_uid: uid.describe(
    'The id that the receiver sees and deduplicates by. A replay has the id of its original',
  ),
  type: callbackType,
  run_uid: uid.nullable().describe('The run; null on a notification that is about no run'),
  batch_uid: uid.nullable().describe('Identifies the group of inputs that the input was stored with'),
  input_uid: uid.nullable(),
  page: count.nullable().describe('Number of the page of the input, from 0'),
  part: z.int().min(1).nullable().describe('Number of the part of the page, from 1'),
  status: callbackStatus,
  status_reason: z
    .string()
    .nullable()
    .describe('Why the callback has this status, if the status alone does not say it'),
  retry_count: count.describe('Number of attempts after the first'),
  http_status: z.int().nullable().describe("HTTP status of the receiver's last answer"),
  http_response: z.string().nullable().describe("The first 2 KB of the receiver's last answer"),
  error: errorRecord.nullable().describe('Why the last attempt failed'),
  callback_url: z.string(),
  next_attempt_at: instant.nullable().describe('When the next attempt is due'),
  created_at: instant,
  delivered_at: instant.nullable().describe('When the receiver answered with a 2xx status'),
  workspace_uid: uid,
}).meta({ id: 'CallbackRecord', description: 'A callback and the state of its delivery.' });

/** One attempt at a callback. */
export const callbackAttempt = strict({
  attempt: z
    .int()
    .min(1)
    .describe('Number of the attempt, from 1. An attempt that was made twice is listed twice, with the same number'),
  at: instant.nullable().describe('When the attempt began; null if release 0.1.0 made it'),
  duration_ms: count
    .nullable()
    .describe(
      'How long the receiver took to answer, in milliseconds, or until the attempt was given up; null if unknown',
    ),
  http_status: z.int().nullable().describe("HTTP status of the receiver's answer; null if there was no answer"),
  http_response: z
    .string()
    .nullable()
    .describe(
      `The first ${LIMITS.attemptResponseBytes} bytes of the receiver's answer. Null if there was no answer, and for a page that ` +
        'was delivered at its first attempt',
    ),
  error: errorRecord.nullable().describe('Why the attempt failed; null if the receiver took the callback'),
}).meta({ id: 'CallbackAttempt', description: 'One attempt to deliver a callback.' });

/** `POST /v1/callbacks/test`. */
export const testBody = strict({
  url: callbackUrl,
  headers: callbackHeaders.optional(),
  type: callbackType.default('run.page').describe('The type of the callback'),
});

const headersByName = z.record(z.string(), z.string());

/** What was sent as a test, and what came of it. */
export const testedCallback = strict({
  request: strict({
    headers: headersByName.describe('The headers that were sent; the values of your own are hidden'),
    body: z.string().describe('The body that was sent and signed'),
  })
    .meta({ id: 'TestRequest' })
    .describe('What was sent'),
  response: strict({
    http_status: z.int(),
    headers: headersByName.describe('The headers of the answer: the first 50, and 8 KB together at most'),
    body: z.string().describe('The first 2 KB of the answer'),
    duration_ms: count.describe('How long the receiver took to answer, in milliseconds'),
  })
    .meta({ id: 'TestResponse' })
    .nullable()
    .describe('What the receiver answered; null if there was no answer'),
  error: errorRecord.nullable().describe('Why a callback with this answer would count as failed; null if it would not'),
}).meta({ id: 'TestedCallback', description: 'A test callback, and what came of it.' });

/** `GET /v1/runs/callbacks`. */
export const listCallbacksQuery = strict({
  ...paging(10, 100),
  sort,
  status: anyOf(callbackStatus, 'callbacks with this status'),
  run_uid: anyOf(uid, 'callbacks of this run'),
});

/** `GET /v1/runs/{run_uid}/callbacks`. */
export const runCallbacksQuery = strict({
  ...paging(100, 500),
  undelivered: flag.optional().describe('`true`: only callbacks that have not been delivered'),
});

/** `POST /v1/runs/{run_uid}/callbacks/replay`. */
export const replayBody = strict({
  status: z
    .array(callbackStatus)
    .min(1)
    .max(CALLBACK_STATUSES.length)
    .optional()
    .describe(
      'Statuses of the callbacks to replay, FAILED by default. A callback is SUCCESS if it or one of its replays was delivered',
    ),
});

export const replayed = strict({ replayed: count.describe('Number of callbacks that are sent again') }).meta({
  id: 'ReplayedCallbacks',
});

const signingSecret = strict({
  secret: z.string().startsWith('whsec_'),
  created_at: instant,
  expires_at: instant.nullable().describe('Until when the secret signs callbacks; null for no end'),
}).meta({ id: 'SigningSecret' });

/** `GET /v1/signing-secret`. */
export const signingSecrets = strict({ secrets: z.array(signingSecret) }).meta({ id: 'SigningSecrets' });

/** `POST /v1/signing-secret/rotate`. */
export const rotateBody = strict({
  overlap_hours: z
    .int()
    .min(0)
    .max(168)
    .optional()
    .describe(
      'For how many hours the secrets so far sign beside the new one, 24 by default. 0: they end with the call',
    ),
});
