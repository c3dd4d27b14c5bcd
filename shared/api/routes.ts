import type { ApiFunction } from '../functions.ts';
import { ACTION_ROUTES } from './actions/routes.ts';
import { CALLBACK_ROUTES } from './callbacks/routes.ts';
import { DOCUMENT_ROUTES } from './document-routes.ts';
import { LAUNCH_ROUTES } from './launches/routes.ts';
import { RUN_ROUTES } from './runs/routes.ts';
import { SCHEDULE_ROUTES } from './schedules/routes.ts';

/** The route table: one file per resource. A literal segment wins over a parameter, whatever their order. */
export const ROUTES = [
  ...ACTION_ROUTES,
  ...LAUNCH_ROUTES,
  ...RUN_ROUTES,
  ...CALLBACK_ROUTES,
  ...SCHEDULE_ROUTES,
  ...DOCUMENT_ROUTES,
] as const;

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
