import * as z from 'zod';
import type { Action, JsonRecord, Parsed } from './action.ts';
import { parseWith } from './parse-with.ts';

type Limit = Action['maxResults'] | null;

/**
 * A parser of an action's parameters and, for lists (with a limit), of the engine's `max_results`. null and undefined
 * mean `{}`.
 */
export function parametersParser(
  schema: z.ZodType<JsonRecord>,
  jsonSchema: () => JsonRecord,
  limit: Limit,
): (value: unknown) => Parsed<JsonRecord> {
  const maxResults = limit === null ? null : maxResultsSchema(limit);
  return (value) => {
    const given = value ?? {};
    if (maxResults === null || typeof given !== 'object' || Array.isArray(given)) {
      return parseWith(schema, given, jsonSchema);
    }
    const { max_results: requested, ...rest }: { max_results?: unknown } = given;
    const own = parseWith(schema, rest, jsonSchema);
    const maximum = maxResults.safeParse(requested);
    const faults = maximum.success
      ? []
      : maximum.error.issues.map((issue) => ({ path: 'max_results', message: issue.message }));
    if (!own.ok) return { ok: false, errors: [...own.errors, ...faults] };
    if (!maximum.success) return { ok: false, errors: faults };
    return { ok: true, value: { ...own.value, max_results: maximum.data } };
  };
}

/** The JSON Schema of the action's parameters, with `max_results` added for lists. */
export function parametersJsonSchema(own: JsonRecord, limit: Limit): JsonRecord {
  if (limit === null) return own;
  const max_results = {
    type: 'integer',
    minimum: 1,
    maximum: limit.ceiling,
    default: limit.default,
    description: 'How many results one input may give.',
  };
  return withProperty(own, max_results);
}

/**
 * Adds max_results to an object's schema, or to each member of a union. Throws TypeError if the schema has it already.
 */
function withProperty(schema: JsonRecord, max_results: JsonRecord): JsonRecord {
  const key = Array.isArray(schema.anyOf) ? 'anyOf' : 'oneOf';
  const members = schema[key];
  if (Array.isArray(members))
    return { ...schema, [key]: members.map((member: JsonRecord) => withProperty(member, max_results)) };
  const properties: JsonRecord = Object(schema.properties);
  if ('max_results' in properties)
    throw new TypeError("max_results is the engine's own parameter; choose another name");
  return { ...schema, properties: { ...properties, max_results } };
}

function maxResultsSchema(limit: Action['maxResults']): z.ZodType<number> {
  const message = `must be a whole number from 1 to ${limit.ceiling}`;
  return z.int(message).min(1, message).max(limit.ceiling, message).default(limit.default);
}
