import type * as z from 'zod';
import { FAULTS_TOLD, type ValidationError } from '../domain/errors.ts';
import { formatPath } from '../domain/json-path.ts';
import { parseLossless } from '../domain/parse-lossless.ts';
import type { JsonRecord, Parsed } from './action.ts';

/**
 * Parses by a zod schema into the engine's own form, with up to a hundred faults. The fault of an unknown property has
 * its whole path and the names that are allowed there (read from the JSON Schema).
 */
export function parseWith<Value>(
  schema: z.ZodType<Value>,
  value: unknown,
  jsonSchema: () => JsonRecord,
): Parsed<Value> {
  const parsed = parseLossless(schema, value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const errors: ValidationError[] = [];
  for (const issue of parsed.issues) {
    if (errors.length >= FAULTS_TOLD) break;
    errors.push(...describeIssue(issue, jsonSchema).slice(0, FAULTS_TOLD - errors.length));
  }
  return { ok: false, errors };
}

function describeIssue(issue: z.core.$ZodIssue, jsonSchema: () => JsonRecord): ValidationError[] {
  const { path } = issue;
  if (issue.code !== 'unrecognized_keys') return [{ path: formatPath(path), message: issue.message }];
  const names = allowedNames(jsonSchema(), path);
  const allowed = names === null ? '' : `; allowed here: ${names.join(', ') || 'nothing'}`;
  return issue.keys
    .slice(0, FAULTS_TOLD)
    .map((key) => ({ path: formatPath([...path, key]), message: `unknown property${allowed}` }));
}

/** The property names that a JSON Schema allows at a path; null if it does not list them (a union, a reference). */
function allowedNames(schema: JsonRecord, path: readonly PropertyKey[]): readonly string[] | null {
  let here: unknown = schema;
  for (const step of path) {
    if (!isRecord(here)) return null;
    here = isRecord(here.properties) && typeof step === 'string' ? here.properties[step] : here.items;
  }
  return isRecord(here) && isRecord(here.properties) ? Object.keys(here.properties) : null;
}

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
