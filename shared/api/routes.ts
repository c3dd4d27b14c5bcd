import type { ApiFunction } from '../functions.ts';
import { ACTION_ROUTES } from './actions/routes.ts';
import { BULK_ROUTES } from './bulk/routes.ts';
import { CALLBACK_ROUTES } from './callbacks/routes.ts';
import { DOCUMENT_ROUTES } from './document/routes.ts';
import { LAUNCH_ROUTES } from './launches/routes.ts';
import { NOTIFICATION_ROUTES } from './notifications/routes.ts';
import type { Route } from './route.ts';
import { RUN_ROUTES } from './runs/routes.ts';
import { SCHEDULE_ROUTES } from './schedules/routes.ts';
import { WORKSPACE_ROUTES } from './workspace/routes.ts';
import { USAGE_ROUTES } from './usage/routes.ts';

/** The route table. A literal segment wins over a parameter, whatever their order. */
export const ROUTES = [
  ...ACTION_ROUTES,
  ...LAUNCH_ROUTES,
  ...RUN_ROUTES,
  ...BULK_ROUTES,
  ...CALLBACK_ROUTES,
  ...NOTIFICATION_ROUTES,
  ...SCHEDULE_ROUTES,
  ...WORKSPACE_ROUTES,
  ...USAGE_ROUTES,
  ...DOCUMENT_ROUTES,
] as const;

/** The resources, each with its part of the route table: the tags of the document. */
export const RESOURCES: readonly {
  readonly tag: string;
  readonly description: string;
  readonly routes: readonly Route[];
}[] = [
  { tag: 'Actions', description: 'What this deployment can run.', routes: ACTION_ROUTES },
  { tag: 'Launches', description: 'Run an action, over one input or many.', routes: LAUNCH_ROUTES },
  { tag: 'Runs', description: 'Follow runs, control them and read their results.', routes: RUN_ROUTES },
  { tag: 'Bulk', description: 'Act on many runs at once.', routes: BULK_ROUTES },
  { tag: 'Callbacks', description: 'Signed deliveries to your own endpoint.', routes: CALLBACK_ROUTES },
  { tag: 'Notifications', description: 'Be told what needs attention.', routes: NOTIFICATION_ROUTES },
  {
    tag: 'Schedules',
    description: 'Start runs by a cron expression, or once at a later time.',
    routes: SCHEDULE_ROUTES,
  },
  { tag: 'Workspace', description: 'Your workspace and its API keys.', routes: WORKSPACE_ROUTES },
  { tag: 'Usage', description: 'What the workspace has used.', routes: USAGE_ROUTES },
  { tag: 'Document', description: 'This document.', routes: DOCUMENT_ROUTES },
];

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
