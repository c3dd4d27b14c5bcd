import * as z from 'zod';
import { strict } from '../fields.ts';
import { asyncBody, INPUTS_DESCRIPTION, liveBody } from '../launches/schemas.ts';
import type { Route } from '../route.ts';
import { routeOf } from '../routes.ts';
import { scheduleBody } from '../schedules/schemas.ts';
import { LIMITS } from '../../domain/limits.ts';
import { type ActionSchemas, defineActionSchemas } from './action-schemas.ts';
import type { Components, Json } from './components.ts';
import type { DocumentedAction } from './documented-action.ts';
import { EXAMPLES } from './examples.ts';
import { describeOperation, type OperationExample } from './operation.ts';

type Mode = DocumentedAction['modes'][number];

/** The operation of each mode on the templated path, and what ends the operationId of one action's. */
const MODES = {
  live: { operation: 'runLive', suffix: 'Live' },
  async: { operation: 'runAsync', suffix: 'Async' },
  schedule: { operation: 'runSchedule', suffix: 'Schedule' },
} as const satisfies { readonly [M in Mode]: unknown };

/** An operation that the document has beside those of the route table. */
interface ActionOperation {
  readonly route: Route;
  /** The operation on the templated path. */
  readonly template: string;
  readonly json: Json;
}

/**
 * An operation for each mode of each action: what the templated path takes and gives, with the action's own input,
 * parameters and results. The API itself knows the templated paths only.
 */
export function describeActions(
  actions: readonly DocumentedAction[],
  components: Components,
): readonly ActionOperation[] {
  return actions.flatMap((action) => {
    const schemas = defineActionSchemas(action, components);
    return action.modes.map((mode) => {
      const { operation: template, suffix } = MODES[mode];
      const route = routeOfAction(action, mode, schemas, `run${schemas.prefix}${suffix}`);
      return { route, template, json: describeOperation(route, exampleOf(action, mode), components) };
    });
  });
}

/** The row of a mode as it is for one action. */
function routeOfAction(action: DocumentedAction, mode: Mode, schemas: ActionSchemas, operation: string): Route {
  const template: Route = routeOf(MODES[mode].operation);
  return {
    ...template,
    operation,
    path: template.path.replace('{action}', action.name),
    summary: `${action.title}: ${template.summary.charAt(0).toLowerCase()}${template.summary.slice(1)}`,
    description: `${action.description}\n\n${template.description}`,
    body: bodyOf(mode, schemas),
    ...(template.query === undefined ? {} : { query: queryOf(template.query, action) }),
    ...(mode === 'live' ? { success: { ...template.success, schema: answerOf(action, schemas) } } : {}),
  };
}

function bodyOf(mode: Mode, schemas: ActionSchemas): z.ZodObject {
  const parameters = optionalUnless(schemas.areParametersNeeded, component(schemas.parameters));
  if (mode === 'live') {
    const own = optionalUnless(schemas.areParametersNeeded, component(schemas.liveParameters));
    return strict({ ...liveBody.shape, input: component(schemas.input), parameters: own });
  }
  const inputs = z.array(component(schemas.input)).min(1).max(LIMITS.inputsPerLaunch);
  if (mode === 'schedule') {
    const shape = { ...scheduleBody.shape, inputs: inputs.describe(INPUTS_DESCRIPTION), parameters };
    return strict(shape).meta({ ...scheduleBody.meta() });
  }
  const shape = { ...asyncBody.shape, inputs: inputs.optional().describe(INPUTS_DESCRIPTION), parameters };
  return strict(shape).meta({ ...asyncBody.meta() });
}

function optionalUnless(isNeeded: boolean, schema: z.ZodType): z.ZodType {
  return isNeeded ? schema : schema.optional();
}

/** Pages have numbers only where the action can produce one from its number alone. */
function queryOf({ shape }: z.ZodObject, { pagesBy }: DocumentedAction): z.ZodObject {
  const { page, ...others } = shape;
  return strict(page === undefined || pagesBy === 'cursor' ? others : { ...others, page });
}

function answerOf({ returns }: DocumentedAction, { result }: ActionSchemas): z.ZodType {
  return returns === 'list' ? z.array(component(result)) : component(result);
}

/** A schema that is written as a reference to a component. Null is no value of it. */
function component(reference: Json): z.ZodType {
  return z
    .unknown()
    .refine((value) => value !== null)
    .meta(reference);
}

function exampleOf(action: DocumentedAction, mode: Mode): OperationExample {
  return mode === 'live' ? liveExample(action) : launchExample(action, EXAMPLES[MODES[mode].operation]);
}

function liveExample({ returns, example }: DocumentedAction): OperationExample {
  if (example === null) return { response: undefined };
  const { input, parameters, result } = example;
  const request = parameters === null ? { input } : { input, parameters };
  return { request, response: returns === 'list' ? [result] : result };
}

function launchExample(
  { name, returns, maxResults, example }: DocumentedAction,
  template: { readonly request: object; readonly response: object },
): OperationExample {
  const limit = returns === 'list' ? { max_results: Math.min(maxResults.default, 100) } : {};
  const parameters = { ...example?.parameters, ...limit };
  const response = { ...template.response, action_name: name, parameters };
  return example === null
    ? { response }
    : { request: { ...template.request, inputs: [example.input], parameters }, response };
}
