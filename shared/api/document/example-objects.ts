import type * as z from 'zod';
import type { Scope } from '../../domain/scopes.ts';
import { LAUNCH_DEFAULTS, type LaunchTerms } from '../../domain/launch-terms.ts';
import { termsView } from '../launches/terms.ts';
import type { Operation, RouteOf } from '../routes.ts';

// One run of two inputs with its callbacks, and the schedule that started it.

export const WORKSPACE = 'c6f1a3fe-6f0c-4a0b-9a43-2f1a3c2b1d00';
export const RUN = '01939f2a-5c00-8000-8000-000000000000';
export const INPUT = '01939f2a-5c00-8100-8000-000000000000';
export const CALLBACK = '1e06f8fa-9c6a-8b60-9c59-0b919e5322a8';
export const SCHEDULE = '5a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3';
export const UPLOAD = '7d444840-9dc0-41d2-b245-ffdce74fad22';
export const URL = 'https://hooks.example.com/trireme';
const MOMENTS = { created_at: '2030-01-31T09:00:00.000Z', updated_at: '2030-01-31T09:00:04.120Z' } as const;

export const city = {
  name: 'Amsterdam',
  country: 'NL',
  population: 741_636,
  lat: 52.37403,
  lon: 4.88969,
  admin_code: '07',
} as const;

export const inputs = { total: 2, succeeded: 2, failed: 0, stopped: 0, running: 0, pending: 0 };
export const times = { ...MOMENTS, started_at: '2030-01-31T09:00:01.000Z', finished_at: '2030-01-31T09:00:04.120Z' };

const TERMS: LaunchTerms = { ...LAUNCH_DEFAULTS, tags: ['nightly'] };

export const run = {
  uid: RUN,
  name: 'benelux',
  action_name: 'search-cities',
  execution_mode: 'ASYNC' as const,
  status: 'SUCCEEDED' as const,
  status_reason: null,
  parameters: { max_results: 100 },
  callback: { url: URL, on: 'all' as const },
  depends_on: [],
  ...termsView(TERMS),
  attempt: 1,
  inputs,
  output_count: 200,
  retry_count: 0,
  last_error: null,
  last_info: null,
  next_page_url: null,
  scheduled_run_uid: null,
  scheduled_run_name: null,
  workspace_uid: WORKSPACE,
  postponed_until: null,
  ...times,
};

export const queued = {
  ...run,
  status: 'CREATED' as const,
  inputs: { ...inputs, succeeded: 0, pending: 2 },
  output_count: 0,
  started_at: null,
  finished_at: null,
  updated_at: times.created_at,
};

export const stopped = {
  ...run,
  status: 'STOPPED' as const,
  status_reason: {
    code: 'CANCELLED_BY_CALLER',
    message: 'Cancelled by a caller. Resume the run to continue after the last recorded page.',
    since: times.updated_at,
    retry_at: null,
    blocking_uids: [],
    params: {},
  },
  inputs: { ...inputs, succeeded: 1, stopped: 1 },
  output_count: 100,
};

export const callbackRecord = {
  uid: CALLBACK,
  parent_uid: null,
  callback_ref_uid: CALLBACK,
  type: 'run.page' as const,
  run_uid: RUN,
  batch_uid: RUN,
  input_uid: INPUT,
  page: 0,
  part: 1,
  status: 'SUCCESS' as const,
  status_reason: null,
  retry_count: 0,
  http_status: 200,
  http_response: 'ok',
  error: null,
  callback_url: URL,
  next_attempt_at: null,
  created_at: '2030-01-31T09:00:02.000Z',
  delivered_at: '2030-01-31T09:00:02.310Z',
  workspace_uid: WORKSPACE,
};

export const replay = {
  ...callbackRecord,
  uid: '1e06f8fa-9c6a-8b60-9c59-0b919e5322a9',
  parent_uid: CALLBACK,
  status: 'PENDING' as const,
  http_status: null,
  http_response: null,
  next_attempt_at: '2030-01-31T10:00:00.000Z',
  created_at: '2030-01-31T10:00:00.000Z',
  delivered_at: null,
};

export const notifications = {
  url: URL,
  has_headers: true,
  on: ['run.failed' as const, 'receiver.away' as const],
  created_at: '2030-01-31T08:00:00.000Z',
  updated_at: '2030-01-31T08:00:00.000Z',
};

export const NOTIFICATION = '6c1d0f6e-52b1-8f0a-9d3c-4a1b2c3d4e5f';

export const notificationRecord = {
  ...callbackRecord,
  uid: NOTIFICATION,
  callback_ref_uid: NOTIFICATION,
  type: 'run.failed' as const,
  batch_uid: null,
  input_uid: null,
  page: null,
  part: null,
};

export const bulk = {
  uid: '5d2f7c1e-3b7a-4c56-9d0a-2f1e8c7b6a59',
  action: 'retry' as const,
  filter: { status: ['FAILED'], created_after: '2030-01-30T00:00:00Z' },
  dry_run: false,
  status: 'FINISHED' as const,
  matched: 120,
  done: 119,
  failed: 1,
  failures: [
    {
      run_uid: RUN,
      error_label: 'INVALID_STATE' as const,
      message:
        'retry is not possible for a run that is RUNNING; the run must be FAILED or PARTIAL_SUCCEEDED, and have failed inputs that were not refused as BAD_INPUT.',
    },
  ],
  workspace_uid: WORKSPACE,
  created_at: '2030-01-31T09:00:00.000Z',
  updated_at: '2030-01-31T09:00:09.000Z',
  finished_at: '2030-01-31T09:00:09.000Z',
};

export const schedule = {
  uid: SCHEDULE,
  name: 'cities every morning',
  action_name: 'search-cities',
  status: 'ACTIVE' as const,
  status_reason: null,
  inputs: [{ country: 'NL' }],
  inputs_total: 1,
  parameters: { max_results: 100 },
  callback: { url: URL, on: 'final' as const },
  ...termsView(TERMS),
  cron: '0 9 * * *',
  schedule_at: null,
  timezone: 'Europe/Amsterdam',
  overlap: 'skip' as const,
  catch_up_seconds: 3_600,
  jitter_seconds: 0,
  next_execution_at: '2030-02-01T08:00:00.000Z',
  last_executed_at: '2030-01-31T08:00:00.000Z',
  last_run_uid: RUN,
  counts: { fired: 1, skipped: 0, missed: 0 },
  workspace_uid: WORKSPACE,
  ...MOMENTS,
};

export const paused = {
  ...schedule,
  status: 'PAUSED' as const,
  status_reason: {
    code: 'PAUSED_BY_CALLER',
    message: 'maintenance until Friday',
    since: MOMENTS.updated_at,
    retry_at: null,
    blocking_uids: [],
    params: {},
  },
  next_execution_at: null,
};

export const cancelled = {
  ...schedule,
  status: 'CANCELLED' as const,
  status_reason: { ...paused.status_reason, code: 'CANCELLED_BY_CALLER', message: 'Cancelled by a caller.' },
  next_execution_at: null,
};

export const action = {
  name: 'search-cities',
  title: 'Search cities',
  description: 'Places of the world with 1,000 inhabitants or more.',
  modes: ['live' as const, 'async' as const, 'schedule' as const],
  page_size: 50,
  max_results: { default: 1_000, ceiling: 150_000 },
  pages_by: 'cursor_or_number' as const,
  pace: { calls: 10, per_ms: 1_000, min_gap_ms: 0, by_input: false },
  input_schema: { type: 'object', properties: { country: { type: 'string', pattern: '^[A-Z]{2}$' } } },
  parameters_schema: { type: 'object', properties: { max_results: { type: 'integer', minimum: 1 } } },
  result_schema: { type: 'object', properties: { name: { type: 'string' }, country: { type: 'string' } } },
};

export const apiKey = {
  uid: '3c1b9a52-7f1e-8d3a-9b60-5c0e4f2a1d77',
  label: 'billing service',
  scopes: ['read', 'run', 'manage'] satisfies Scope[],
  created_at: '2030-01-02T10:00:00.000Z',
  expires_at: null,
  last_used_at: '2030-01-31T00:00:00.000Z',
};

type RequestExample<O extends Operation> =
  RouteOf<O> extends { readonly body: infer Body extends z.ZodType }
    ? { readonly request: z.input<Body> }
    : { readonly request?: never };

/** A request of an operation, if it takes a body, and what it is answered with. */
type Example<O extends Operation> = RequestExample<O> & {
  readonly response: z.input<RouteOf<O>['success']['schema']>;
};

/** An example of each of these operations. */
export type ExamplesOf<O extends Operation> = { readonly [Each in O]: Example<Each> };
