import type * as z from 'zod';
import type { callbackBody } from '../callbacks/schemas.ts';
import type { launchedRun } from '../runs/schemas.ts';
import type { Operation, RouteOf } from '../routes.ts';
import {
  RUN,
  bulk,
  INPUT,
  CALLBACK,
  SCHEDULE,
  UPLOAD,
  URL,
  city,
  inputs,
  times,
  run,
  queued,
  stopped,
  callbackRecord,
  notificationRecord,
  notifications,
  replay,
  schedule,
  paused,
  cancelled,
  action,
  apiKey,
  WORKSPACE,
} from './example-objects.ts';

type RequestExample<O extends Operation> =
  RouteOf<O> extends { readonly body: infer Body extends z.ZodType }
    ? { readonly request: z.input<Body> }
    : { readonly request?: never };

/** A request of an operation, if it takes a body, and what it is answered with. */
type Example<O extends Operation> = RequestExample<O> & {
  readonly response: z.input<RouteOf<O>['success']['schema']>;
};

type CallbackBody = z.input<typeof callbackBody>;

const callbackRun = {
  run_uid: RUN,
  batch_uid: RUN,
  status: 'RUNNING',
  attempt: 1,
  action_name: 'search-cities',
  scheduled_run_uid: null,
  tags: ['nightly'],
} satisfies CallbackBody['run'];

const pageCallback = {
  type: 'run.page',
  callback_ref_uid: CALLBACK,
  run: callbackRun,
  input: { country: 'NL' },
  custom_data: null,
  input_uid: INPUT,
  input_index: 0,
  page: 0,
  is_last_page: false,
  part: 1,
  parts: 1,
  error: null,
  results: [city],
  occurred_at: '2030-01-31T09:00:02.000Z',
} as const satisfies CallbackBody;

const secret = { name: 'GITHUB_TOKEN', created_at: times.created_at, updated_at: times.created_at };

/** An example of every operation; the tests hold them against the schemas. */
export const EXAMPLES: { readonly [O in Operation]: Example<O> } = {
  listActions: { response: [action] },
  getAction: { response: action },
  runLive: { request: { input: { country: 'NL', min_population: 500_000 } }, response: [city] },
  runAsync: {
    request: {
      inputs: [{ country: 'NL' }, { country: 'BE', custom_data: { row: 2 } }],
      parameters: { max_results: 100 },
      callback: { url: URL },
      name: 'benelux',
      tags: ['nightly'],
    },
    response: { ...queued, run_uid: RUN },
  },
  createUpload: {
    request: { content_encoding: 'gzip' },
    response: {
      uid: UPLOAD,
      method: 'PUT',
      url: `https://bucket.example.com/uploads/${UPLOAD}?X-Amz-Signature=0123456789abcdef`,
      headers: { 'if-none-match': '*' },
      max_bytes: 500_000_000,
      expires_at: '2030-01-31T10:00:00.000Z',
    },
  },
  listRuns: { response: [run] },
  getRun: {
    response: {
      ...run,
      callbacks: { total: 5, delivered: 5, pending: 0, failed: 0 },
      history: [
        { status: 'CREATED', at: times.created_at, reason: null },
        { status: 'QUEUED', at: times.created_at, reason: null },
        { status: 'RUNNING', at: times.started_at, reason: null },
        { status: 'SUCCEEDED', at: times.finished_at, reason: null },
      ],
    },
  },
  getRunStatus: {
    response: {
      uid: RUN,
      status: 'SUCCEEDED',
      status_reason: null,
      postponed_until: null,
      inputs,
      output_count: 200,
      ...times,
    },
  },
  listRunInputs: {
    response: [
      {
        uid: INPUT,
        index: 0,
        status: 'SUCCEEDED',
        input_data: { country: 'NL' },
        custom_data: null,
        last_error: null,
        last_info: null,
        output_count: 100,
        retry_count: 0,
        postponed_until: null,
        ...times,
      },
    ],
  },
  listRunOutputs: { response: [city] },
  listRunLogs: {
    response: [
      {
        at: '2030-01-31T09:00:01.500Z',
        input_index: 0,
        page: 0,
        attempt: 1,
        level: 'info',
        message: 'read a page',
        data: { cities: 50 },
        error: null,
      },
      {
        at: '2030-01-31T09:00:02.000Z',
        input_index: 0,
        page: 1,
        attempt: 1,
        level: 'error',
        message: 'the upstream answered 502',
        data: null,
        error: { error_label: 'UPSTREAM_ERROR', error_ref: CALLBACK },
      },
    ],
  },
  cancelRun: { request: { action: 'cancel' }, response: stopped },
  resumeRun: { request: { action: 'resume' }, response: { ...queued, status: 'QUEUED', attempt: 2 } },
  retryRun: { request: { action: 'retry' }, response: { ...queued, status: 'QUEUED', attempt: 2, retry_count: 1 } },
  deleteRun: { response: undefined },
  createBulk: {
    request: { action: 'retry', filter: { status: ['FAILED'], created_after: '2030-01-30T00:00:00Z' } },
    response: { ...bulk, status: 'QUEUED', matched: null, done: 0, failed: 0, failures: [], finished_at: null },
  },
  getBulk: { response: bulk },
  cancelBulk: { response: { ...bulk, status: 'CANCELLED', done: 75 } },
  listCallbacks: { response: [callbackRecord] },
  listRunCallbacks: { response: [callbackRecord] },
  getCallback: { response: callbackRecord },
  listCallbackAttempts: {
    response: [
      {
        attempt: 1,
        at: '2030-01-31T09:00:02.100Z',
        duration_ms: 210,
        http_status: 200,
        http_response: null,
        error: null,
      },
    ],
  },
  getCallbackBody: { response: pageCallback },
  replayCallback: { response: replay },
  replayRunCallbacks: { request: { status: ['FAILED'] }, response: { replayed: 12 } },
  testCallback: {
    request: { url: URL, headers: { authorization: 'Bearer 5ca1ab1e' } },
    response: {
      request: {
        headers: {
          'user-agent': 'Trireme/0.1.0 (+https://api.example.com)',
          authorization: '[hidden]',
          'content-type': 'application/json',
          'webhook-id': CALLBACK,
          'webhook-timestamp': '1896080402',
          'webhook-signature': 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
        },
        body: JSON.stringify(pageCallback),
      },
      response: { http_status: 200, headers: { 'content-type': 'text/plain' }, body: 'ok', duration_ms: 210 },
      error: null,
    },
  },
  getSigningSecret: {
    response: {
      secrets: [
        {
          secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
          created_at: '2030-01-01T00:00:00.000Z',
          expires_at: null,
        },
      ],
    },
  },
  rotateSigningSecret: {
    request: { overlap_hours: 48 },
    response: {
      secrets: [
        {
          secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
          created_at: '2030-01-31T09:00:00.000Z',
          expires_at: null,
        },
        {
          secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
          created_at: '2030-01-01T00:00:00.000Z',
          expires_at: '2030-02-02T09:00:00.000Z',
        },
      ],
    },
  },
  runSchedule: {
    request: {
      inputs: [{ country: 'NL' }],
      parameters: { max_results: 100 },
      callback: { url: URL, on: 'final' },
      name: 'cities every morning',
      tags: ['nightly'],
      cron: '0 9 * * *',
      timezone: 'Europe/Amsterdam',
    },
    response: { ...schedule, scheduled_run_uid: SCHEDULE },
  },
  previewSchedule: {
    request: { cron: '0 9 * * *', timezone: 'Europe/Amsterdam', from: '2030-01-31T12:00:00Z', count: 1 },
    response: { fires: [{ at: '2030-02-01T08:00:00.000Z', local: '2030-02-01T09:00:00+01:00' }], notes: [] },
  },
  listSchedules: { response: [schedule] },
  getSchedule: { response: schedule },
  listScheduleInputs: { response: [{ country: 'NL' }] },
  listFires: {
    response: [
      {
        uid: '2f1a3c2b-1d00-4a0b-9a43-c6f1a3fe6f0c',
        nominal_at: '2030-01-31T08:00:00.000Z',
        at: '2030-01-31T08:00:01.500Z',
        cause: 'cron',
        outcome: 'FIRED',
        reason: null,
        run_uid: RUN,
      },
    ],
  },
  updateSchedule: {
    request: { cron: '0 10 * * *', name: null },
    response: { ...schedule, cron: '0 10 * * *', name: null },
  },
  patchSchedule: {
    request: { cron: '0 10 * * *', name: null },
    response: { ...schedule, cron: '0 10 * * *', name: null },
  },
  pauseSchedule: { request: { note: 'maintenance until Friday' }, response: paused },
  resumeSchedule: { response: schedule },
  triggerSchedule: { response: { ...queued, scheduled_run_uid: SCHEDULE, scheduled_run_name: 'cities every morning' } },
  cancelSchedule: { response: cancelled },
  deleteSchedule: { response: cancelled },
  removeSchedule: { response: cancelled },
  getMe: {
    response: {
      workspace: { uid: WORKSPACE, name: 'acme' },
      key: apiKey,
      limits: {
        live: { per_second: 20, burst: 40 },
        launch: { per_second: 10, burst: 20 },
        read: { per_second: 50, burst: 100 },
        runs_at_once: 10,
        inputs_in_flight: 500,
        quotas: { runs_waiting: null, schedules: 100, uploads_open: 100, pages_per_day: 1_000_000 },
      },
      usage_today: { runs: 2, live_calls: 31, pages: 412, outputs: 20_600, callbacks: 383, estimated_usd: 0.00068 },
      version: '0.1.0',
      stage: 'prod',
    },
  },
  listKeys: { response: [apiKey] },
  createKey: {
    request: { label: 'billing service', expires_at: '2031-01-01T00:00:00Z' },
    response: {
      ...apiKey,
      expires_at: '2031-01-01T00:00:00.000Z',
      last_used_at: null,
      key: 'trk_0123456789abcdefghjkmnpqrstvwxyz0123456',
    },
  },
  updateKey: { request: { label: 'invoices' }, response: { ...apiKey, label: 'invoices' } },
  deleteKey: { response: apiKey },
  putNotifications: {
    request: { url: URL, headers: { authorization: 'Bearer 5ca1ab1e' }, on: ['run.failed', 'receiver.away'] },
    response: notifications,
  },
  getNotifications: { response: notifications },
  deleteNotifications: { response: notifications },
  listNotifications: { response: [notificationRecord] },
  listSecrets: { response: [secret] },
  putSecret: { request: { value: 'ghp_…' }, response: secret },
  deleteSecret: { response: secret },
  getUsage: {
    response: [
      {
        day: '2030-01-31',
        action_name: 'search-cities',
        runs: 12,
        live_calls: 40,
        pages: 4_040,
        outputs: 180_300,
        callbacks: 4_012,
        estimated_usd: 0.005863,
      },
    ],
  },
  getOpenapi: { response: { openapi: '3.1.0' } },
};

/** What a live call is answered with where it goes on in the background. */
export const LATER_EXAMPLE: z.input<typeof launchedRun> = { ...queued, status: 'QUEUED', run_uid: RUN };

/** What a receiver gets: a callback of each type. */
export const CALLBACK_EXAMPLES: { readonly [Type in CallbackBody['type']]: { readonly value: CallbackBody } } = {
  'run.page': { value: pageCallback },
  'run.input_failed': {
    value: {
      ...pageCallback,
      type: 'run.input_failed',
      error: {
        error_label: 'UPSTREAM_TIMEOUT',
        error_scope: 'action',
        error_ref: '0f7c2a6e-3d0b-4a51-9a3c-5b1d2e3f4a5b',
        message: 'The action did not finish within 60 seconds.',
        status_code: 424,
        retryable: true,
        params: {},
        validation_errors: null,
      },
      results: null,
    },
  },
  'run.finished': {
    value: {
      ...pageCallback,
      type: 'run.finished',
      run: { ...callbackRun, batch_uid: null, status: 'SUCCEEDED' },
      input: null,
      input_uid: null,
      input_index: null,
      page: null,
      results: null,
      manifest: { inputs: 2, succeeded: 2, failed: 0, outputs: 200, callbacks: 5 },
    },
  },
};
