import * as z from 'zod';
import type { Route } from '../route.ts';
import { actionDescription } from './schemas.ts';

export const ACTION_ROUTES = [
  {
    operation: 'listActions',
    method: 'GET',
    path: '/v1/actions',
    function: 'runs',
    scope: 'read',
    summary: 'List actions',
    description: 'Lists the actions of this deployment. The list has a single page.',
    success: { status: 200, description: 'All actions of this deployment.', schema: z.array(actionDescription) },
    errors: [],
  },
  {
    operation: 'getAction',
    method: 'GET',
    path: '/v1/actions/{action}',
    function: 'runs',
    scope: 'read',
    summary: 'Get an action',
    description: 'Returns an action with the JSON Schemas of its input, its parameters and its results.',
    success: { status: 200, description: 'The action.', schema: actionDescription },
    errors: ['ACTION_NOT_FOUND'],
  },
] as const satisfies readonly Route[];
