import * as z from 'zod';
import { LIVE_WAIT_SECONDS } from '../../domain/live-page.ts';
import type { Route } from '../route.ts';
import { launchedRun } from '../runs/schemas.ts';
import { DRY_RUN, launchQuery } from './dry-run.ts';
import { upload, uploadBody } from './upload-schemas.ts';
import { asyncBody, liveBody, liveQuery } from './schemas.ts';

export const LAUNCH_ROUTES = [
  {
    operation: 'runLive',
    method: 'POST',
    path: '/v1/actions/{action}/run/live',
    function: 'live',
    scope: 'run',
    summary: 'Run one page of an action',
    description:
      'Calls the action for one input and returns its results in the answer. Call the URL in `X-Pagination-Next` with ' +
      'the same body to get the next page.\n\n' +
      'The call fails with `UPSTREAM_TIMEOUT` after 25 seconds. With `Prefer: wait=N` it waits at most N seconds ' +
      `(${LIVE_WAIT_SECONDS.least} to ${LIVE_WAIT_SECONDS.most}): if the page takes longer, the answer is 202 with the ` +
      'run, which continues in the background.',
    query: liveQuery,
    body: liveBody,
    once: true,
    success: {
      status: 200,
      description: 'The results of the page, as the action returned them: a list, or a single object.',
      schema: z.union([z.array(z.unknown()), z.looseObject({})]).meta({
        documentedAs: { description: 'A list of results, or a single object, as the action returned it' },
      }),
      headers: {
        'X-Run-Uid': 'The uid of the run that records this call',
        'X-Pagination-Next': 'Absolute URL of the next page, to be called with the same body; absent on the last page',
        'X-Pagination-Cursor': 'The `cursor` of the next page; absent for pages by number and on the last page',
        'X-Pagination-Previous': 'Absolute URL of the previous page, for actions that page by number',
        'X-Pagination-Page-Size': 'The number of results on a full page',
        'Preference-Applied': '`wait=N` if the request had `Prefer: wait=N`',
      },
    },
    later: { status: 202, schema: launchedRun },
    errors: [
      'ACTION_NOT_FOUND',
      'BAD_PARAMETERS',
      'NOT_FOUND',
      'NO_RESULT',
      'ACTION_FAILED',
      'UPSTREAM_ERROR',
      'UPSTREAM_TIMEOUT',
    ],
  },
  {
    operation: 'runAsync',
    method: 'POST',
    path: '/v1/actions/{action}/run/async',
    function: 'launch',
    scope: 'run',
    summary: 'Start an async run',
    description:
      'Creates a run that calls the action for each input, page by page, and returns at once. The inputs are in the body ' +
      '(`inputs`) or in an uploaded file (`inputs_upload_uid`). Results are sent to `callback.url`, if there is one, and ' +
      'can be read at `GET /v1/runs/{run_uid}/outputs`.',
    query: launchQuery,
    body: asyncBody,
    callbacks: true,
    once: true,
    success: { status: 202, description: 'The run that was created.', schema: launchedRun },
    dryRun: DRY_RUN,
    errors: ['ACTION_NOT_FOUND', 'BAD_PARAMETERS', 'NOT_FOUND', 'INVALID_STATE'],
  },
  {
    operation: 'createUpload',
    method: 'POST',
    path: '/v1/uploads',
    function: 'launch',
    scope: 'run',
    summary: 'Create an upload',
    description:
      'Returns a URL that takes one PUT of a file with up to 1,000,000 inputs: newline-delimited JSON, one input per ' +
      'line. Launch a run over them by passing the `uid` of the upload as `inputs_upload_uid`.',
    body: uploadBody,
    bodyOptional: true,
    success: { status: 201, description: 'The upload, with the URL to send the file to.', schema: upload },
    errors: [],
  },
] as const satisfies readonly Route[];
