import * as z from 'zod';
import type { ErrorLabel } from '../domain/errors.ts';
import type { RateType } from '../domain/token-bucket.ts';
import { actionDescription } from './action-schemas.ts';
import {
  callbackRecord,
  listCallbacksQuery,
  replayBody,
  replayed,
  runCallbacksQuery,
  signingSecrets,
} from './callback-schemas.ts';
import { asyncBody, liveBody, liveQuery, upload, uploadBody } from './launch-schemas.ts';
import {
  launchedRun,
  listRunsQuery,
  run,
  runDetail,
  runInput,
  runInputsQuery,
  runOutputs,
  runOutputsQuery,
  runQuery,
  runStatusView,
  verbBody,
} from './run-schemas.ts';
import {
  fire,
  firesQuery,
  launchedSchedule,
  listSchedulesQuery,
  pauseBody,
  preview,
  previewBody,
  schedule,
  scheduleBody,
  scheduleInputs,
  scheduleInputsQuery,
  scheduleUpdateBody,
} from './schedule-schemas.ts';

/** What an API key may do; null on a route means that no key is needed. */
export type Scope = (typeof SCOPES)[number];

/** All scopes; a new key has them unless told otherwise. */
export const SCOPES = ['read', 'run', 'manage'] as const;

/** Which API Lambda answers a route. */
export type ApiFunction = 'live' | 'launch' | 'runs' | 'run' | 'verbs' | 'schedules';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One row of the route table: what feeds handlers, API Gateway and OpenAPI. */
export interface Route {
  readonly operation: string;
  readonly method: Method;
  /** In API Gateway's notation: `/v1/runs/{run_uid}`. */
  readonly path: string;
  readonly function: ApiFunction;
  readonly scope: Scope | null;
  readonly summary: string;
  /** Absent: the route takes no query. */
  readonly query?: z.ZodObject;
  /** Absent: the route takes no body, or `{}`. */
  readonly body?: z.ZodObject;
  /** Whether the body may be left out. */
  readonly bodyOptional?: true;
  /** The same bytes for every caller: cacheable, with an ETag, compressed where the caller takes gzip. */
  readonly document?: true;
  /** Whether it begins or repeats work, and does so once for an Idempotency-Key. */
  readonly once?: true;
  readonly success: {
    readonly status: number;
    readonly schema: z.ZodType;
    /** Headers of its own by name, each with what it says. */
    readonly headers?: Readonly<Record<string, string>>;
    /** Media types besides JSON, by Accept. */
    readonly exports?: readonly string[];
  };
  /** It takes `Prefer: wait=N`, and past that time answers with what goes on without its caller. */
  readonly later?: { readonly status: number; readonly schema: z.ZodType };
  /** Labels of this route's own; `errorsOf` adds those that come with scope, query and body. */
  readonly errors: readonly ErrorLabel[];
}

const NEXT_PAGE = { 'X-Pagination-Next': 'Absolute URL of the next page; absent on the last' } as const;
const LIVE_HEADERS = {
  'X-Run-Uid': 'The run this call is recorded as',
  'X-Pagination-Next': 'Absolute URL of the next page, to be called with the same body; absent on the last',
  'X-Pagination-Previous': 'Absolute URL of the page before, where the action pages by number',
  'X-Pagination-Page-Size': 'Results on a full page',
  'Preference-Applied': '`wait=N` where the call preferred to wait',
} as const;

const DOCUMENT_HEADERS = {
  ETag: 'Names this version: `If-None-Match` with it answers 304 while it is the newest',
  'Cache-Control': 'How long it may be taken from a cache',
} as const;

/** The route table. A literal segment stands before a parameter in the same place. */
export const ROUTES = [
  {
    operation: 'listActions',
    method: 'GET',
    path: '/v1/actions',
    function: 'runs',
    scope: 'read',
    summary: 'List the actions this deployment offers',
    success: { status: 200, schema: z.array(actionDescription) },
    errors: [],
  },
  {
    operation: 'getAction',
    method: 'GET',
    path: '/v1/actions/{action}',
    function: 'runs',
    scope: 'read',
    summary: 'Describe one action and its schemas',
    success: { status: 200, schema: actionDescription },
    errors: ['ACTION_NOT_FOUND'],
  },
  {
    operation: 'runLive',
    method: 'POST',
    path: '/v1/actions/{action}/run/live',
    function: 'live',
    scope: 'run',
    summary: 'Run one page of an action and answer with its results',
    query: liveQuery,
    body: liveBody,
    once: true,
    success: { status: 200, schema: z.union([z.array(z.unknown()), z.looseObject({})]), headers: LIVE_HEADERS },
    later: { status: 202, schema: launchedRun },
    errors: ['ACTION_NOT_FOUND', 'BAD_PARAMETERS', 'NO_RESULT', 'ACTION_FAILED', 'UPSTREAM_ERROR', 'UPSTREAM_TIMEOUT'],
  },
  {
    operation: 'runAsync',
    method: 'POST',
    path: '/v1/actions/{action}/run/async',
    function: 'launch',
    scope: 'run',
    summary: 'Start a run over many inputs',
    body: asyncBody,
    once: true,
    success: { status: 202, schema: launchedRun },
    errors: ['ACTION_NOT_FOUND', 'BAD_PARAMETERS', 'NOT_FOUND', 'INVALID_STATE'],
  },
  {
    operation: 'createUpload',
    method: 'POST',
    path: '/v1/uploads',
    function: 'launch',
    scope: 'run',
    summary: 'Open an upload: a URL that takes one PUT of up to 1,000,000 inputs, a JSON object a line',
    body: uploadBody,
    bodyOptional: true,
    success: { status: 201, schema: upload },
    errors: [],
  },
  {
    operation: 'listRuns',
    method: 'GET',
    path: '/v1/runs',
    function: 'runs',
    scope: 'read',
    summary: 'List runs',
    query: listRunsQuery,
    success: { status: 200, schema: z.array(run), headers: NEXT_PAGE },
    errors: [],
  },
  {
    operation: 'cancelRun',
    method: 'POST',
    path: '/v1/runs/{run_uid}/cancel',
    function: 'verbs',
    scope: 'run',
    summary: 'Stop a run: nothing starts any more; a page in flight may still land, and is kept and delivered',
    body: verbBody('cancel'),
    bodyOptional: true,
    success: { status: 200, schema: run },
    errors: ['NOT_FOUND', 'INVALID_STATE'],
  },
  {
    operation: 'resumeRun',
    method: 'POST',
    path: '/v1/runs/{run_uid}/resume',
    function: 'verbs',
    scope: 'run',
    summary: 'Take a stopped run up again: unfinished inputs go on after their last recorded page',
    body: verbBody('resume'),
    bodyOptional: true,
    success: { status: 200, schema: run },
    errors: ['NOT_FOUND', 'INVALID_STATE'],
  },
  {
    operation: 'retryRun',
    method: 'POST',
    path: '/v1/runs/{run_uid}/retry',
    function: 'verbs',
    scope: 'run',
    summary: 'Run the failed inputs of a run again, each from the page that failed',
    body: verbBody('retry'),
    bodyOptional: true,
    once: true,
    success: { status: 200, schema: run },
    errors: ['NOT_FOUND', 'INVALID_STATE'],
  },
  {
    operation: 'listCallbacks',
    method: 'GET',
    path: '/v1/runs/callbacks',
    function: 'runs',
    scope: 'read',
    summary: 'List the delivery records of the workspace by the creation of their run, then by input, page and part',
    query: listCallbacksQuery,
    success: { status: 200, schema: z.array(callbackRecord), headers: NEXT_PAGE },
    errors: [],
  },
  {
    operation: 'getCallback',
    method: 'GET',
    path: '/v1/runs/callbacks/{callback_uid}',
    function: 'runs',
    scope: 'read',
    summary: 'Read one delivery record',
    success: { status: 200, schema: callbackRecord },
    errors: ['NOT_FOUND'],
  },
  {
    operation: 'replayCallback',
    method: 'POST',
    path: '/v1/runs/callbacks/{callback_uid}/replay',
    function: 'verbs',
    scope: 'run',
    summary: 'Send a callback once more: a new record with the same callback_ref_uid and body',
    once: true,
    success: { status: 202, schema: callbackRecord },
    errors: ['NOT_FOUND'],
  },
  {
    operation: 'replayRunCallbacks',
    method: 'POST',
    path: '/v1/runs/{run_uid}/callbacks/replay',
    function: 'verbs',
    scope: 'run',
    summary: 'Send all callbacks of a run once more that fare so',
    body: replayBody,
    bodyOptional: true,
    once: true,
    success: {
      status: 202,
      schema: replayed,
      headers: { 'X-Complete': '`false` where time was up before all were sent; ask again' },
    },
    errors: ['NOT_FOUND', 'INVALID_STATE'],
  },
  {
    operation: 'getRun',
    method: 'GET',
    path: '/v1/runs/{run_uid}',
    function: 'run',
    scope: 'read',
    summary: 'Read one run with exact counts and its history',
    query: runQuery,
    success: { status: 200, schema: runDetail },
    errors: ['NOT_FOUND'],
  },
  {
    operation: 'getRunStatus',
    method: 'GET',
    path: '/v1/runs/{run_uid}/status',
    function: 'runs',
    scope: 'read',
    summary: 'Read the status and counts of one run',
    success: { status: 200, schema: runStatusView },
    errors: ['NOT_FOUND'],
  },
  {
    operation: 'listRunInputs',
    method: 'GET',
    path: '/v1/runs/{run_uid}/inputs',
    function: 'runs',
    scope: 'read',
    summary: 'List the inputs of a run in input order',
    query: runInputsQuery,
    success: { status: 200, schema: z.array(runInput), headers: NEXT_PAGE },
    errors: ['NOT_FOUND'],
  },
  {
    operation: 'listRunOutputs',
    method: 'GET',
    path: '/v1/runs/{run_uid}/outputs',
    function: 'runs',
    scope: 'read',
    summary: 'List the results of a run in input, then page order, or export them in parts (no `limit`) by Accept',
    query: runOutputsQuery,
    success: {
      status: 200,
      schema: runOutputs,
      headers: { ...NEXT_PAGE, 'X-Complete': '`false` while results may still come' },
      exports: ['application/x-ndjson', 'text/csv'],
    },
    errors: ['NOT_FOUND', 'INVALID_STATE'],
  },
  {
    operation: 'listRunCallbacks',
    method: 'GET',
    path: '/v1/runs/{run_uid}/callbacks',
    function: 'runs',
    scope: 'read',
    summary: 'List the delivery records of a run by input, page and part',
    query: runCallbacksQuery,
    success: { status: 200, schema: z.array(callbackRecord), headers: NEXT_PAGE },
    errors: ['NOT_FOUND'],
  },
  {
    operation: 'runSchedule',
    method: 'POST',
    path: '/v1/actions/{action}/run/schedule',
    function: 'schedules',
    scope: 'run',
    summary: 'Start runs at the times of a cron, or once at a later time',
    body: scheduleBody,
    once: true,
    success: { status: 201, schema: launchedSchedule },
    errors: ['ACTION_NOT_FOUND', 'BAD_PARAMETERS'],
  },
  {
    operation: 'previewSchedule',
    method: 'POST',
    path: '/v1/schedules/preview',
    function: 'schedules',
    scope: 'read',
    summary: 'Say when a cron would fire',
    body: previewBody,
    success: { status: 200, schema: preview },
    errors: [],
  },
  {
    operation: 'listSchedules',
    method: 'GET',
    path: '/v1/schedules',
    function: 'schedules',
    scope: 'read',
    summary: 'List schedules',
    query: listSchedulesQuery,
    success: { status: 200, schema: z.array(schedule), headers: NEXT_PAGE },
    errors: [],
  },
  {
    operation: 'getSchedule',
    method: 'GET',
    path: '/v1/schedules/{scheduled_run_uid}',
    function: 'schedules',
    scope: 'read',
    summary: 'Read one schedule',
    success: { status: 200, schema: schedule },
    errors: ['NOT_FOUND'],
  },
  {
    operation: 'listScheduleInputs',
    method: 'GET',
    path: '/v1/schedules/{scheduled_run_uid}/inputs',
    function: 'schedules',
    scope: 'read',
    summary: 'List what each run of a schedule is given',
    query: scheduleInputsQuery,
    success: { status: 200, schema: scheduleInputs, headers: NEXT_PAGE },
    errors: ['NOT_FOUND'],
  },
  {
    operation: 'listFires',
    method: 'GET',
    path: '/v1/schedules/{scheduled_run_uid}/fires',
    function: 'schedules',
    scope: 'read',
    summary: 'List the times of a schedule that came, and what came of each, newest first',
    query: firesQuery,
    success: { status: 200, schema: z.array(fire), headers: NEXT_PAGE },
    errors: ['NOT_FOUND'],
  },
  {
    operation: 'updateSchedule',
    method: 'POST',
    path: '/v1/schedules/{scheduled_run_uid}/update',
    function: 'schedules',
    scope: 'manage',
    summary: 'Change a schedule: what is absent stays, null goes back to the default',
    body: scheduleUpdateBody,
    success: { status: 200, schema: schedule },
    errors: ['NOT_FOUND', 'INVALID_STATE', 'BAD_PARAMETERS'],
  },
  {
    operation: 'patchSchedule',
    method: 'PATCH',
    path: '/v1/schedules/{scheduled_run_uid}',
    function: 'schedules',
    scope: 'manage',
    summary: 'The same as update',
    body: scheduleUpdateBody,
    success: { status: 200, schema: schedule },
    errors: ['NOT_FOUND', 'INVALID_STATE', 'BAD_PARAMETERS'],
  },
  {
    operation: 'pauseSchedule',
    method: 'POST',
    path: '/v1/schedules/{scheduled_run_uid}/pause',
    function: 'schedules',
    scope: 'manage',
    summary: 'Let no time of a schedule fire until it is resumed',
    body: pauseBody,
    bodyOptional: true,
    success: { status: 200, schema: schedule },
    errors: ['NOT_FOUND', 'INVALID_STATE'],
  },
  {
    operation: 'resumeSchedule',
    method: 'POST',
    path: '/v1/schedules/{scheduled_run_uid}/resume',
    function: 'schedules',
    scope: 'manage',
    summary: 'Let a paused schedule fire again',
    success: { status: 200, schema: schedule },
    errors: ['NOT_FOUND', 'INVALID_STATE'],
  },
  {
    operation: 'triggerSchedule',
    method: 'POST',
    path: '/v1/schedules/{scheduled_run_uid}/trigger',
    function: 'schedules',
    scope: 'manage',
    summary: 'Start a run of a schedule now, whatever its overlap rule',
    once: true,
    success: { status: 202, schema: run },
    errors: ['NOT_FOUND', 'INVALID_STATE'],
  },
  {
    operation: 'cancelSchedule',
    method: 'POST',
    path: '/v1/schedules/{scheduled_run_uid}/cancel',
    function: 'schedules',
    scope: 'manage',
    summary: 'Delete a schedule; runs it has started go on',
    success: { status: 200, schema: schedule },
    errors: ['NOT_FOUND', 'INVALID_STATE'],
  },
  {
    operation: 'deleteSchedule',
    method: 'POST',
    path: '/v1/schedules/{scheduled_run_uid}/delete',
    function: 'schedules',
    scope: 'manage',
    summary: 'The same as cancel',
    success: { status: 200, schema: schedule },
    errors: ['NOT_FOUND', 'INVALID_STATE'],
  },
  {
    operation: 'removeSchedule',
    method: 'DELETE',
    path: '/v1/schedules/{scheduled_run_uid}',
    function: 'schedules',
    scope: 'manage',
    summary: 'The same as cancel',
    success: { status: 200, schema: schedule },
    errors: ['NOT_FOUND', 'INVALID_STATE'],
  },
  {
    operation: 'getSigningSecret',
    method: 'GET',
    path: '/v1/signing-secret',
    function: 'runs',
    scope: 'manage',
    summary: 'Read the secrets that sign callbacks',
    success: { status: 200, schema: signingSecrets },
    errors: [],
  },
  {
    operation: 'getOpenapi',
    method: 'GET',
    path: '/v1/openapi.json',
    function: 'runs',
    scope: null,
    summary: 'Read this document',
    document: true,
    success: { status: 200, schema: z.looseObject({ openapi: z.literal('3.1.0') }), headers: DOCUMENT_HEADERS },
    errors: [],
  },
] as const satisfies readonly Route[];

export type Operation = (typeof ROUTES)[number]['operation'];

/** The row of an operation. */
export type RouteOf<O extends Operation> = Extract<(typeof ROUTES)[number], { readonly operation: O }>;

/** The operations a function answers. */
export type OperationOf<F extends ApiFunction> = Extract<
  (typeof ROUTES)[number],
  { readonly function: F }
>['operation'];

/** The row of an operation. */
export function routeOf<O extends Operation>(operation: O): RouteOf<O> {
  const found = ROUTES.find((route) => route.operation === operation);
  if (found === undefined) throw new Error(`The route table has no operation ${operation}.`);
  return found as RouteOf<O>; // found by that very name
}

/** Which of a workspace's limits a call counts against: launches are all that may begin or repeat work, or change it. */
export function rateTypeOf(route: Route): RateType {
  if (route.function === 'live') return 'live';
  return route.method === 'GET' || route.scope === 'read' ? 'read' : 'launch';
}

/** Every label a route may answer with: its own, and those that come with scope, query and body. */
export function errorsOf(route: Route): readonly ErrorLabel[] {
  const labels: ErrorLabel[] = ['BAD_INPUT', 'NOT_ACCEPTABLE', 'INTERNAL_ERROR', 'UNAVAILABLE', ...route.errors];
  if (route.scope !== null) labels.push('UNAUTHORIZED', 'FORBIDDEN', 'LIMIT_REACHED');
  if (route.once === true) labels.push('IDEMPOTENCY_MISMATCH', 'IDEMPOTENCY_IN_FLIGHT');
  if (route.method !== 'GET') labels.push('PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE');
  return labels;
}
