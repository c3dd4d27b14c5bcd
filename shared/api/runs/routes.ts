import * as z from 'zod';
import { NEXT_PAGE, NO_CONTENT, type Route } from '../route.ts';
import {
  listRunsQuery,
  run,
  runDetail,
  runInput,
  runInputsQuery,
  runLogLine,
  runLogsQuery,
  runOutputs,
  runOutputsQuery,
  runQuery,
  runStatusView,
  verbBody,
} from './schemas.ts';

export const RUN_ROUTES = [
  {
    operation: 'listRuns',
    method: 'GET',
    path: '/v1/runs',
    function: 'runs',
    scope: 'read',
    summary: 'List runs',
    description: 'Lists the runs of the workspace, newest first by default.',
    query: listRunsQuery,
    success: { status: 200, description: 'A page of runs.', schema: z.array(run), headers: NEXT_PAGE },
    errors: [],
  },
  {
    operation: 'getRun',
    method: 'GET',
    path: '/v1/runs/{run_uid}',
    function: 'run',
    scope: 'read',
    summary: 'Get a run',
    description:
      'Returns a run with exact counts and its status history. With `wait` the call waits for the run to end.',
    query: runQuery,
    success: { status: 200, description: 'The run.', schema: runDetail },
    errors: ['NOT_FOUND'],
  },
  {
    operation: 'getRunStatus',
    method: 'GET',
    path: '/v1/runs/{run_uid}/status',
    function: 'runs',
    scope: 'read',
    summary: "Get a run's status",
    description: 'Returns only the status, the counts and the times of a run.',
    success: { status: 200, description: 'The status and counts of the run.', schema: runStatusView },
    errors: ['NOT_FOUND'],
  },
  {
    operation: 'listRunInputs',
    method: 'GET',
    path: '/v1/runs/{run_uid}/inputs',
    function: 'runs',
    scope: 'read',
    summary: "List a run's inputs",
    description: 'Lists the inputs of a run in the order in which they were given, each with its own status.',
    query: runInputsQuery,
    success: { status: 200, description: 'A page of inputs.', schema: z.array(runInput), headers: NEXT_PAGE },
    errors: ['NOT_FOUND'],
  },
  {
    operation: 'listRunOutputs',
    method: 'GET',
    path: '/v1/runs/{run_uid}/outputs',
    function: 'runs',
    scope: 'read',
    summary: "List or export a run's results",
    description:
      'Lists the results of a run, ordered by input and page. While the run is unfinished the list ends at the first ' +
      'input that has more to come: `X-Complete` is then `false`, and following `X-Pagination-Next` later misses ' +
      'nothing.\n\n' +
      'With `Accept: application/x-ndjson` or `Accept: text/csv` the results are exported in parts of at most 4 MB. An ' +
      'export takes no `limit`; get its next part from `X-Pagination-Next`.',
    query: runOutputsQuery,
    success: {
      status: 200,
      description: 'A page of results, or a part of the export.',
      schema: runOutputs,
      headers: { ...NEXT_PAGE, 'X-Complete': '`false` while the run may still produce results' },
      exports: ['application/x-ndjson', 'text/csv'],
    },
    errors: ['NOT_FOUND', 'INVALID_STATE'],
  },
  {
    operation: 'listRunLogs',
    method: 'GET',
    path: '/v1/runs/{run_uid}/logs',
    function: 'runs',
    scope: 'read',
    summary: "List a run's log",
    description:
      'Lists what the action logged and its failed attempts, ordered by input, page and time. At most 64 KB of each ' +
      'input are kept; then a last line says that it was cut. A page can be called more than once, though it is ' +
      'recorded once: the lines of each call are listed.',
    query: runLogsQuery,
    success: { status: 200, description: 'A page of lines.', schema: z.array(runLogLine), headers: NEXT_PAGE },
    errors: ['NOT_FOUND'],
  },
  {
    operation: 'cancelRun',
    method: 'POST',
    path: '/v1/runs/{run_uid}/cancel',
    function: 'verbs',
    scope: 'run',
    summary: 'Cancel a run',
    description:
      'Stops a run: no further page starts. A page that is already running may still be recorded, and its results are ' +
      'kept and delivered. A stopped run can be resumed. Cancelling a stopped run has no effect.',
    body: verbBody('cancel'),
    bodyOptional: true,
    success: { status: 200, description: 'The run after the call.', schema: run },
    errors: ['NOT_FOUND', 'INVALID_STATE'],
  },
  {
    operation: 'resumeRun',
    method: 'POST',
    path: '/v1/runs/{run_uid}/resume',
    function: 'verbs',
    scope: 'run',
    summary: 'Resume a stopped run',
    description:
      'Continues the unfinished inputs of a stopped run, each after its last recorded page. It starts as soon as a slot ' +
      'is free, even if its `schedule_at` is still to come. Resuming a run that waits for its dependencies starts it ' +
      'without them. Resuming a run that is under way has no effect.',
    body: verbBody('resume'),
    bodyOptional: true,
    success: { status: 200, description: 'The run after the call.', schema: run },
    errors: ['NOT_FOUND', 'INVALID_STATE'],
  },
  {
    operation: 'retryRun',
    method: 'POST',
    path: '/v1/runs/{run_uid}/retry',
    function: 'verbs',
    scope: 'run',
    summary: "Retry a run's failed inputs",
    description:
      'Runs the failed inputs of a FAILED or PARTIAL_SUCCEEDED run again, each from the page that failed. Inputs that ' +
      'were refused with `BAD_INPUT` are left out; if there are no others, the answer is 409.',
    body: verbBody('retry'),
    bodyOptional: true,
    once: true,
    success: { status: 200, description: 'The run after the call.', schema: run },
    errors: ['NOT_FOUND', 'INVALID_STATE'],
  },
  {
    operation: 'deleteRun',
    method: 'DELETE',
    path: '/v1/runs/{run_uid}',
    function: 'verbs',
    scope: 'manage',
    summary: 'Delete a run',
    description:
      'Deletes a run that has ended: its inputs, results, callbacks and their headers. From the answer on, every call ' +
      'for the run is answered 404, a second DELETE too, and callbacks that are not yet delivered are dropped. The ' +
      'stored data is deleted within the hour. A run that has not ended is answered 409: cancel it first.',
    success: { status: NO_CONTENT, description: 'The run is deleted.', schema: z.undefined() },
    errors: ['NOT_FOUND', 'INVALID_STATE'],
  },
] as const satisfies readonly Route[];
