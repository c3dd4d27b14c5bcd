import type * as z from 'zod';
import type { ValidationError } from '../domain/errors.ts';
import { EngineError, FAULTS_TOLD } from '../domain/errors.ts';
import { formatPath } from '../domain/json-path.ts';
import { parseLossless } from '../domain/parse-lossless.ts';
import { withoutAbsentNulls } from './absent-nulls.ts';
import { CHECKED_BY_HAND } from './launches/check-inputs.ts';

/**
 * Parses a body by its schema; null for an optional field is taken as absent. BAD_INPUT lists up to 100 faults by path;
 * PAYLOAD_TOO_LARGE where a part is over its size.
 */
export function parseBody<Schema extends z.ZodType>(schema: Schema, json: unknown): z.output<Schema> {
  if (json !== undefined) return parseWith(schema, withoutAbsentNulls(schema, json), 'body');
  throw badInput([{ path: '', message: 'is empty; an object is required' }], 1, 'body');
}

/** Parses a query: one value a name, several where the schema has a list. BAD_INPUT as for bodies. */
export function parseQuery<Schema extends z.ZodObject>(schema: Schema, query: URLSearchParams): z.output<Schema> {
  const given: Record<string, unknown> = {};
  const repeated: ValidationError[] = [];
  for (const name of new Set(query.keys())) {
    const values = query.getAll(name);
    const isList = takesList(schema.shape[name]);
    // defineProperty: a parameter called __proto__ is to be refused by name, not to become the prototype.
    const value = isList ? values : values[0];
    Object.defineProperty(given, name, { value, enumerable: true, configurable: true, writable: true });
    const known = name in schema.shape;
    if (known && !isList && values.length > 1)
      repeated.push({ path: name, message: 'is given more than once; only one value is allowed' });
  }
  if (repeated.length > 0) throw badInput(repeated, repeated.length, 'query');
  return parseWith(schema, given, 'query');
}

/** BAD_INPUT where the percent-encoding of a query gives no UTF-8: what was meant would be replaced without a word. */
export function checkEncoding(rawQuery: string): void {
  const broken = rawQuery.split('&').filter((pair) => !isEncoded(pair));
  if (broken.length === 0) return;
  const message = 'has percent-encoding that gives no UTF-8';
  const faults = broken.slice(0, FAULTS_TOLD).map((pair) => {
    const [name = ''] = new URLSearchParams(pair).keys();
    return { path: formatPath([name]), message };
  });
  throw badInput(faults, broken.length, 'query');
}

function isEncoded(pair: string): boolean {
  try {
    decodeURIComponent(pair);
    return true;
  } catch {
    return false;
  }
}

function takesList(field: unknown): boolean {
  return isOptional(field) && field.def.innerType.def.type === 'array';
}

function isOptional(field: unknown): field is z.ZodOptional<z.ZodType> {
  return typeof field === 'object' && field !== null && 'type' in field && field.type === 'optional';
}

function parseWith<Schema extends z.ZodType>(schema: Schema, value: unknown, part: 'body' | 'query'): z.output<Schema> {
  const parsed = parseLossless(schema, value, CHECKED_BY_HAND);
  if (parsed.success) return parsed.data;
  const { issues } = parsed;
  const large = issues.find((issue) => issue.code === 'custom' && issue.params?.['tooLarge'] === true);
  if (large !== undefined) {
    const [fault] = faultsOf(large);
    throw new EngineError('PAYLOAD_TOO_LARGE', `${fault?.path || 'The body'} ${fault?.message ?? ''}.`);
  }
  const faults: ValidationError[] = [];
  let total = 0;
  for (const issue of issues) {
    total += countOf(issue);
    if (faults.length < FAULTS_TOLD) faults.push(...faultsOf(issue).slice(0, FAULTS_TOLD - faults.length));
  }
  throw badInput(faults, total, part);
}

/** How many faults an issue stands for. */
function countOf(issue: z.core.$ZodIssue): number {
  return issue.code === 'unrecognized_keys' ? issue.keys.length : (furtherOf(issue) ?? 1);
}

/** Faults that an issue only counts; null where it tells one. */
function furtherOf(issue: z.core.$ZodIssue): number | null {
  const further: unknown = issue.code === 'custom' ? issue.params?.['further'] : undefined;
  return typeof further === 'number' ? further : null;
}

/** BAD_INPUT whose message tells the first fault and how many there are; `validation_errors` hold up to 100. */
function badInput(faults: readonly ValidationError[], total: number, part: 'body' | 'query'): EngineError {
  const first = faults[0] ?? { path: '', message: 'is not valid' };
  const where = first.path === '' ? part : `${part}: ${first.path}`;
  const rest = total > 1 ? ` (and ${total - 1} more)` : '';
  return new EngineError('BAD_INPUT', `${where}: ${first.message}${rest}`, { validationErrors: faults });
}

function faultsOf(issue: z.core.$ZodIssue): ValidationError[] {
  if (furtherOf(issue) !== null) return [];
  if (issue.code === 'unrecognized_keys') {
    const lines = issue.message.split('\n');
    return issue.keys.slice(0, FAULTS_TOLD).map((key, index) => ({
      path: formatPath([...issue.path, key]),
      message: lines[index] ?? issue.message,
    }));
  }
  if (issue.code === 'invalid_union') return unionFaults(issue);
  return [{ path: formatPath(issue.path), message: issue.message }];
}

/** The faults of the one form that was meant, where the kind of the value tells which; else what is allowed in all. */
function unionFaults({ path, errors, message }: z.core.$ZodIssueInvalidUnion): ValidationError[] {
  const ofItsKind = errors.filter((issues) => !issues.some(isOfAnotherKind));
  const [meant] = ofItsKind;
  if (meant !== undefined && ofItsKind.length === 1) {
    return meant.flatMap((inner) => faultsOf({ ...inner, path: [...path, ...inner.path] }));
  }
  const ways = errors.flatMap(([first]) => (first === undefined ? [] : [first.message]));
  return [{ path: formatPath(path), message: ways.length === 0 ? message : ways.join(', or ') }];
}

function isOfAnotherKind({ code, path }: z.core.$ZodIssue): boolean {
  return code === 'invalid_type' && path.length === 0;
}
