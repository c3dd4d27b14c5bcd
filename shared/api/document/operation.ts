import { CREDENTIAL_NAME } from '../../domain/credential.ts';
import type * as z from 'zod';
import { LIVE_WAIT_SECONDS } from '../../domain/live-page.ts';
import { IDEMPOTENCY_KEY_PATTERN, PREFER_WAIT_PATTERN } from '../patterns.ts';
import { NO_CONTENT, type Route } from '../route.ts';
import { describeCallbacks, describeNotifications } from './callback.ts';
import type { Components, Json } from './components.ts';
import { LATER_EXAMPLE } from './examples.ts';
import { errorResponses } from './errors.ts';
import { headersOf, laterHeaders, rateHeaders } from './headers.ts';

/** What is sent and answered in an example. */
export interface OperationExample {
  readonly request?: unknown;
  readonly response: unknown;
}

/** The operation of a route. */
export function describeOperation(route: Route, example: OperationExample, components: Components): Json {
  const { schema, status, description } = route.success;
  return {
    operationId: route.operation,
    summary: route.summary,
    description: describeUse(route),
    security: route.scope === null ? [] : [{ apiKey: [] }],
    parameters: [
      ...pathParameters(route.path),
      ...queryParameters(route.query, components),
      ...headerParameters(route),
    ],
    ...requestBody(route, example, components),
    responses: {
      [status]: {
        description,
        headers: headersOf(route),
        ...(status === NO_CONTENT
          ? {}
          : {
              content: {
                'application/json': { schema: components.answer(schema), example: example.response },
                ...exportContent(route),
              },
            }),
      },
      ...laterResponse(route, components),
      ...dryRunResponse(route, components),
      ...unchangedResponse(route),
      ...errorResponses(route, components),
    },
    ...(route.callbacks === true ? { callbacks: describeCallbacks(route.operation, components) } : {}),
    ...(route.notifies === true ? { callbacks: describeNotifications(route.operation, components) } : {}),
  };
}

/** What the call does, and the scope that its key needs. */
function describeUse({ description, scope }: Route): string {
  if (scope === null) return description;
  const needed = scope === 'any' ? 'Any API key will do.' : `Requires an API key with the scope \`${scope}\`.`;
  return `${description}\n\n${needed}`;
}

const ACTION_NAME = { type: 'string', pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*$', maxLength: 64 } as const;

function pathParameters(path: string): readonly Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: pathSchema(name),
  }));
}

function pathSchema(name: string): Json {
  if (name.endsWith('uid')) return { type: 'string', format: 'uuid' };
  return name === 'secret_name' ? { type: 'string', pattern: CREDENTIAL_NAME.source } : ACTION_NAME;
}

/** Repeats of a name mean *or*: OpenAPI's `form` style, exploded, which is also its default. */
function queryParameters(query: z.ZodObject | undefined, components: Components): readonly Json[] {
  return Object.entries(query?.shape ?? {}).map(([name, field]) => {
    const { description, ...schema } = components.query(field);
    return { name, in: 'query', required: false, ...(description === undefined ? {} : { description }), schema };
  });
}

/** The key of what is done once, and how long a call would wait (RFC 7240). */
function headerParameters(route: Route): readonly Json[] {
  const { least, most } = LIVE_WAIT_SECONDS;
  const key = {
    name: 'Idempotency-Key',
    description:
      'Makes the request safe to repeat: for 24 hours the same request with the same key returns the first answer again',
    schema: { type: 'string', pattern: IDEMPOTENCY_KEY_PATTERN, minLength: 1, maxLength: 255 },
  };
  const prefer = {
    name: 'Prefer',
    description: `\`wait=N\`, with N from ${least} to ${most}: waits up to N seconds for the page; after that the answer is 202 with the run`,
    schema: { type: 'string', pattern: PREFER_WAIT_PATTERN },
    example: 'wait=10',
  };
  const taken = [...(route.once === true ? [key] : []), ...(route.later === undefined ? [] : [prefer])];
  return taken.map(({ name, ...rest }) => ({ name, in: 'header', required: false, ...rest }));
}

/** The body is a component named by its operation: what generators call it otherwise differs, and changes. */
function requestBody(
  { operation, body, bodyOptional }: Route,
  { request }: OperationExample,
  components: Components,
): Json {
  if (body === undefined) return {};
  const name = `${operation.charAt(0).toUpperCase()}${operation.slice(1)}Body`;
  const schema = components.define(name, components.request(body));
  const content = { 'application/json': { schema, example: request } };
  return { requestBody: { required: bodyOptional !== true, content } };
}

function laterResponse(route: Route, components: Components): Json {
  const { later } = route;
  if (later === undefined) return {};
  const description = 'The page took longer than `Prefer: wait=N`: the run continues in the background, in mode ASYNC.';
  const content = { 'application/json': { schema: components.answer(later.schema), example: LATER_EXAMPLE } };
  return { [later.status]: { description, headers: laterHeaders(route), content } };
}

function dryRunResponse(route: Route, components: Components): Json {
  const { dryRun } = route;
  if (dryRun === undefined) return {};
  const content = { 'application/json': { schema: components.answer(dryRun.schema), example: dryRun.example } };
  // As a range, which stands behind the statuses: many clients take the first success for the type of the answer.
  return { '2XX': { description: dryRun.description, headers: rateHeaders(route), content } };
}

function unchangedResponse({ document }: Route): Json {
  return document === true
    ? { '304': { description: 'The document is unchanged since the ETag in `If-None-Match`.' } }
    : {};
}

function exportContent({ success }: Route): Json {
  return Object.fromEntries((success.exports ?? []).map((type) => [type, { schema: { type: 'string' } }]));
}
