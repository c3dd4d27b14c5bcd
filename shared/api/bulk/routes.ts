import type { Route } from '../route.ts';
import { bulk, bulkBody } from './schemas.ts';

export const BULK_ROUTES = [
  {
    operation: 'createBulk',
    method: 'POST',
    path: '/v1/bulk',
    function: 'verbs',
    scope: 'run',
    summary: 'Act on many runs',
    description:
      'Cancels, resumes or retries all runs that pass a filter, or replays their failed callbacks. It works in the ' +
      'background, and does each run once. A workspace has one bulk at work at a time; others wait.',
    body: bulkBody,
    once: true,
    success: { status: 202, description: 'The bulk that was created.', schema: bulk },
    errors: [],
  },
  {
    operation: 'getBulk',
    method: 'GET',
    path: '/v1/bulk/{bulk_uid}',
    function: 'verbs',
    scope: 'run',
    summary: 'Get a bulk',
    description: 'Returns a bulk: how many runs it is about, how many are done, and which could not be done and why.',
    success: { status: 200, description: 'The bulk.', schema: bulk },
    errors: ['NOT_FOUND'],
  },
  {
    operation: 'cancelBulk',
    method: 'POST',
    path: '/v1/bulk/{bulk_uid}/cancel',
    function: 'verbs',
    scope: 'run',
    summary: 'Cancel a bulk',
    description:
      'Ends a bulk before it has done all runs. Up to 25 runs that are being done just now are still done; what was ' +
      'done stays. Cancelling a cancelled bulk has no effect.',
    success: { status: 200, description: 'The bulk after the call.', schema: bulk },
    errors: ['NOT_FOUND', 'INVALID_STATE'],
  },
] as const satisfies readonly Route[];
