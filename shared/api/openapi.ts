import * as z from 'zod';
import type { ErrorLabel } from '../domain/errors.ts';
import { ERROR_CATALOGUE, ERROR_LABELS } from '../domain/errors.ts';
import { LIMITS } from '../domain/limits.ts';
import { LIVE_WAIT_SECONDS } from '../domain/live-page.ts';
import { callbackBody } from './callbacks/schemas.ts';
import { errorRecord } from './error-schemas.ts';
import { errorsOf, rateTypeOf, type Route } from './route.ts';
import { ROUTES } from './routes.ts';

type Json = Readonly<Record<string, unknown>>;

/** The OpenAPI 3.1 document of the route table; the same for the same table, byte for byte. */
export function buildOpenapi(): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of ROUTES) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: describeRoute(route) };
  }
  const schemas: Record<string, unknown> = {};
  for (const schema of namedSchemas()) Object.assign(schemas, definitionsOf(schema));
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: 'Trireme',
      version: '1',
      description: `Actions, run live, async and on a schedule.\n\n${describeLabels()}\n\n${describeGateway()}`,
    },
    paths,
    webhooks: { callback: { post: describeCallback() } },
    components: {
      securitySchemes: { apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' } },
      schemas: Object.fromEntries(Object.entries(schemas).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    },
  };
}

/** The document as it is committed: laid out as the formatter wants it, short lists on one line. */
export function renderOpenapi(): string {
  const text = JSON.stringify(buildOpenapi(), null, 2);
  const laidOut = text.replaceAll(
    /^(.*)\[\n([^[\]{}]*)\n *\](,?)$/gm,
    (whole, head: string, items: string, comma: string) => {
      const line = `${head}[${items.trim().replaceAll(/\n */g, ' ')}]${comma}`;
      return line.length <= 120 ? line : whole;
    },
  );
  return `${laidOut}\n`;
}

function describeRoute(route: Route): Json {
  const { schema, status, headers = {} } = route.success;
  return {
    operationId: route.operation,
    summary: route.summary,
    description: describeUse(route),
    security: route.scope === null ? [] : [{ apiKey: [] }],
    parameters: [...pathParameters(route.path), ...queryParameters(route.query), ...headerParameters(route)],
    ...(route.body === undefined
      ? {}
      : { requestBody: { required: route.bodyOptional !== true, content: jsonContent(requestSchema(route.body)) } }),
    responses: {
      [status]: {
        description: route.success.description,
        ...describeHeaders({ ...headers, ...replayedHeader(route), ...rateHeadersOf(route) }),
        content: { ...jsonContent(answerSchema(schema)), ...exportContent(route) },
      },
      ...laterResponse(route),
      ...unchangedResponse(route),
      ...errorResponses(errorsOf(route)),
    },
  };
}

/** What the call does, and the scope that its key needs. */
function describeUse({ description, scope }: Route): string {
  const needs = scope === null ? [] : [`Requires an API key with the scope \`${scope}\`.`];
  return [...(description === undefined ? [] : [description]), ...needs].join('\n\n');
}

/** What a receiver gets and what its answer means (https://www.standardwebhooks.com). */
function describeCallback(): Json {
  const headers = {
    'webhook-id': 'callback_ref_uid: dedupe on it',
    'webhook-timestamp': 'Seconds since 1970 of this attempt',
    'webhook-signature': '`v1,` and a base64 HMAC-SHA256 of id, timestamp and body; two while a secret rotates',
  };
  return {
    summary: 'A page of results, a failed input, or the end of a run',
    security: [],
    parameters: Object.entries(headers).map(([name, description]) => ({
      name,
      in: 'header',
      required: true,
      description,
      schema: { type: 'string' },
    })),
    requestBody: { required: true, content: jsonContent(answerSchema(callbackBody)) },
    responses: {
      '2XX': { description: 'Received' },
      '410': { description: 'Gone for good: not tried again' },
      default: { description: 'Tried again, redirects included; `Retry-After` of 429 and 503 is honoured' },
    },
  };
}

function pathParameters(path: string): readonly Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: name?.endsWith('uid') === true ? { type: 'string', format: 'uuid' } : { type: 'string' },
  }));
}

/** Repeats of a name mean *or*: OpenAPI's `form` style, exploded, which is also its default. */
function queryParameters(query: z.ZodObject | undefined): readonly Json[] {
  return Object.entries(query?.shape ?? {}).map(([name, field]) => {
    const { description, ...schema } = withoutDialect(z.toJSONSchema(field, { io: 'output', override: withoutNoise }));
    return { name, in: 'query', required: false, ...(description === undefined ? {} : { description }), schema };
  });
}

/** The key of what is done once, and how long a call would wait (RFC 7240). */
function headerParameters(route: Route): readonly Json[] {
  const { least, most } = LIVE_WAIT_SECONDS;
  const key = {
    name: 'Idempotency-Key',
    description: 'For 24 h the same request with the same key is done once: it gets the first answer again',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  };
  const prefer = {
    name: 'Prefer',
    description: `\`wait=N\`, ${least} to ${most}: queues the page and waits N seconds for it; past them the answer is 202 with the run`,
    schema: { type: 'string' },
    example: 'wait=10',
  };
  const taken = [...(route.once === true ? [key] : []), ...(route.later === undefined ? [] : [prefer])];
  return taken.map(({ name, ...rest }) => ({ name, in: 'header', required: false, ...rest }));
}

function laterResponse({ later }: Route): Json {
  if (later === undefined) return {};
  const description = 'The time of `Prefer: wait=N` is up: the run goes on as ASYNC';
  return { [later.status]: { description, content: jsonContent(answerSchema(later.schema)) } };
}

function unchangedResponse({ document }: Route): Json {
  return document === true ? { '304': { description: 'What `If-None-Match` names is still the newest version' } } : {};
}

/** Labels that share a status share a response. */
function errorResponses(labels: readonly ErrorLabel[]): Json {
  const byStatus: Record<number, ErrorLabel[]> = {};
  for (const label of ERROR_LABELS) {
    if (labels.includes(label)) (byStatus[ERROR_CATALOGUE[label].status] ??= []).push(label);
  }
  const responses = Object.entries(byStatus).map(([status, shared]) => [
    status,
    {
      description: shared.map((label) => `\`${label}\`: ${ERROR_CATALOGUE[label].description}`).join('\n\n'),
      content: jsonContent({ $ref: '#/components/schemas/Error' }),
    },
  ]);
  return Object.fromEntries(responses);
}

function describeLabels(): string {
  const rows = ERROR_LABELS.map((label) => {
    const { status, scope, retryable, description } = ERROR_CATALOGUE[label];
    return `| ${label} | ${status} | ${scope} | ${retryable ? 'yes' : 'no'} | ${description} |`;
  });
  return ['| error_label | HTTP | scope | retryable | when |', '|---|---|---|---|---|', ...rows].join('\n');
}

/** What API Gateway answers by itself, before a function is called or where none can be. */
function describeGateway(): string {
  const { bodyBytes, eventBytes } = LIMITS;
  return [
    'These answers are not ours and have the body `{"message":…}`: 400 `Bad Request` (broken percent-encoding in the path), 413 `Request Entity Too Large` (a body over 10 MB), 429 `Too Many Requests` (the throttle of the whole API), 431 `Request Header Fields Too Large`, 503 `Service Unavailable` (past 30 s) and 500 `Internal Server Error`.',
    `A body may have ${bodyBytes} bytes, and the event that carries it to the function, as an escaped string, ${eventBytes}. A body over the second limit only, such as one of JSON within strings, is answered 500 \`{"message":"Internal Server Error"}\` each time it is sent: upload its inputs instead (\`POST /v1/uploads\`).`,
  ].join('\n\n');
}

function replayedHeader({ once }: Route): Readonly<Record<string, string>> {
  return once === true ? { 'Idempotency-Replayed': '`true` on an answer that was given before' } : {};
}

/** What every answer to a caller that is known says of its workspace's limit. */
function rateHeadersOf(route: Route): Readonly<Record<string, string>> {
  if (route.scope === null) return {};
  const type = rateTypeOf(route);
  return {
    'X-RateLimit-Type': `The limit this call counts against: \`${type}\``,
    'X-RateLimit-Limit': 'Calls let through at once when none was made for a while',
    'X-RateLimit-Remaining': 'How many of these are left; right within an eighth of the limit for each server',
    'X-RateLimit-Reset': 'Seconds until all are there again',
  };
}

function describeHeaders(headers: Readonly<Record<string, string>>): Json {
  const described = Object.entries(headers).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' } },
  ]);
  return described.length === 0 ? {} : { headers: Object.fromEntries(described) };
}

function jsonContent(schema: Json): Json {
  return { 'application/json': { schema } };
}

function exportContent({ success }: Route): Json {
  return Object.fromEntries((success.exports ?? []).map((type) => [type, { schema: { type: 'string' } }]));
}

function requestSchema(schema: z.ZodType): Json {
  return withoutDialect(z.toJSONSchema(schema, { io: 'input', override: withoutNoise }));
}

function answerSchema(schema: z.ZodType): Json {
  const { $defs: _definitions, ...rest } = openAnswer(schema);
  return withoutDialect(rest);
}

/** Every schema with a name that answers lead to, and that of errors. */
function namedSchemas(): readonly z.ZodType[] {
  const later = ROUTES.flatMap((route: Route) => route.later?.schema ?? []);
  return [errorRecord, callbackBody, ...ROUTES.map((route) => route.success.schema), ...later];
}

function definitionsOf(schema: z.ZodType): Json {
  // In a list even a schema that is itself named becomes a definition.
  const { $defs = {} } = openAnswer(z.tuple([schema]));
  return Object.fromEntries(Object.entries($defs).map(([name, { id: _id, ...rest }]) => [name, rest]));
}

/**
 * An answer's schema. It is strict for our own tests only: the document leaves objects open, since a later version may
 * add properties and a generated client must not refuse them.
 */
function openAnswer(schema: z.ZodType): z.core.JSONSchema.BaseSchema {
  const json = z.toJSONSchema(schema, {
    io: 'input',
    override: (node) => {
      withoutNoise(node);
      const { jsonSchema } = node;
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  const referring = JSON.stringify(json).replaceAll('"#/$defs/', '"#/components/schemas/');
  return JSON.parse(referring) as z.core.JSONSchema.BaseSchema; // what was just written, but for its references
}

/** Leaves out what `format` and `type` have said already. */
function withoutNoise({ jsonSchema }: { readonly jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
  delete jsonSchema.propertyNames;
}

function withoutDialect(json: z.core.JSONSchema.BaseSchema): Json {
  const { $schema: _dialect, ...rest } = json;
  return rest;
}
