import type { ErrorLabel } from '../domain/errors.ts';

/** What an API key may do; null on a route means that no key is needed. */
export type Scope = 'read' | 'run' | 'manage';

/** Which API Lambda answers a route. */
export type ApiFunction = 'live' | 'launch' | 'runs';

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
  /** Labels of this route's own; those every route may give are in `COMMON_ERRORS`. */
  readonly errors: readonly ErrorLabel[];
}

/** The route table. A literal segment stands before a parameter in the same place. */
export const ROUTES = [
  {
    operation: 'listActions',
    method: 'GET',
    path: '/v1/actions',
    function: 'runs',
    scope: 'read',
    summary: 'List the actions this deployment offers',
    errors: [],
  },
  {
    operation: 'getAction',
    method: 'GET',
    path: '/v1/actions/{action}',
    function: 'runs',
    scope: 'read',
    summary: 'Describe one action and its schemas',
    errors: ['ACTION_NOT_FOUND'],
  },
  {
    operation: 'runLive',
    method: 'POST',
    path: '/v1/actions/{action}/run/live',
    function: 'live',
    scope: 'run',
    summary: 'Run one page of an action and answer with its results',
    errors: ['ACTION_NOT_FOUND', 'BAD_PARAMETERS', 'NO_RESULT', 'ACTION_FAILED', 'UPSTREAM_ERROR', 'UPSTREAM_TIMEOUT'],
  },
  {
    operation: 'runAsync',
    method: 'POST',
    path: '/v1/actions/{action}/run/async',
    function: 'launch',
    scope: 'run',
    summary: 'Start a run over many inputs',
    errors: ['ACTION_NOT_FOUND', 'BAD_PARAMETERS'],
  },
  {
    operation: 'listRuns',
    method: 'GET',
    path: '/v1/runs',
    function: 'runs',
    scope: 'read',
    summary: 'List runs',
    errors: [],
  },
  {
    operation: 'listCallbacks',
    method: 'GET',
    path: '/v1/runs/callbacks',
    function: 'runs',
    scope: 'read',
    summary: 'List the delivery records of the workspace',
    errors: [],
  },
  {
    operation: 'getCallback',
    method: 'GET',
    path: '/v1/runs/callbacks/{callback_uid}',
    function: 'runs',
    scope: 'read',
    summary: 'Read one delivery record',
    errors: ['NOT_FOUND'],
  },
  {
    operation: 'getRun',
    method: 'GET',
    path: '/v1/runs/{run_uid}',
    function: 'runs',
    scope: 'read',
    summary: 'Read one run with exact counts and its history',
    errors: ['NOT_FOUND'],
  },
  {
    operation: 'getRunStatus',
    method: 'GET',
    path: '/v1/runs/{run_uid}/status',
    function: 'runs',
    scope: 'read',
    summary: 'Read the status and counts of one run',
    errors: ['NOT_FOUND'],
  },
  {
    operation: 'listRunInputs',
    method: 'GET',
    path: '/v1/runs/{run_uid}/inputs',
    function: 'runs',
    scope: 'read',
    summary: 'List the inputs of a run in input order',
    errors: ['NOT_FOUND'],
  },
  {
    operation: 'listRunOutputs',
    method: 'GET',
    path: '/v1/runs/{run_uid}/outputs',
    function: 'runs',
    scope: 'read',
    summary: 'List the results of a run in input, then page order',
    errors: ['NOT_FOUND', 'INVALID_STATE'],
  },
  {
    operation: 'listRunCallbacks',
    method: 'GET',
    path: '/v1/runs/{run_uid}/callbacks',
    function: 'runs',
    scope: 'read',
    summary: 'List the delivery records of a run by input, page and part',
    errors: ['NOT_FOUND'],
  },
  {
    operation: 'getSigningSecret',
    method: 'GET',
    path: '/v1/signing-secret',
    function: 'runs',
    scope: 'manage',
    summary: 'Read the secrets that sign callbacks',
    errors: [],
  },
  {
    operation: 'getOpenapi',
    method: 'GET',
    path: '/v1/openapi.json',
    function: 'runs',
    scope: null,
    summary: 'Read this document',
    errors: [],
  },
] as const satisfies readonly Route[];

export type Operation = (typeof ROUTES)[number]['operation'];
