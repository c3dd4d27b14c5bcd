import * as z from 'zod';
import type { Route } from '../route.ts';
import { usageQuery, usageRow } from './schemas.ts';

export const USAGE_ROUTES = [
  {
    operation: 'getUsage',
    method: 'GET',
    path: '/v1/usage',
    function: 'runs',
    scope: 'read',
    summary: 'Get the usage by day or action',
    description:
      'Returns what the workspace has used, by the UTC day on which its runs were created. A run counts when it has ended, ' +
      'and what it does after a resume or retry counts on the same day. Deleted and expired runs stay counted. At most ' +
      '366 days at a time.',
    query: usageQuery,
    success: {
      status: 200,
      description: 'The usage by day, then action. Days and actions without usage are left out.',
      schema: z.array(usageRow),
      headers: { 'X-Complete': '`false` if there was not enough time to count all recent runs; call again in an hour' },
    },
    errors: [],
  },
] as const satisfies readonly Route[];
