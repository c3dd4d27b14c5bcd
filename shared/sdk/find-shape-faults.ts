import type { ValidationError } from '../domain/errors.ts';
import type { JsonRecord } from './action.ts';

/** The fields that a definition may have. */
export const FIELDS: readonly string[] =
  'name title description modes pageSize maxResults pagesBy returns optIn secrets pace typicalPage input parameters example result run'.split(
    ' ',
  );

const REQUIRED: readonly string[] = ['name', 'title', 'description', 'input', 'result', 'run'];

export const MODES_WANTED = 'must name at least one of live, async, schedule';
const PAGES_BY: ReadonlySet<unknown> = new Set(['cursor', 'cursor_or_number']);
const RETURNS: ReadonlySet<unknown> = new Set(['list', 'object']);

/** Faults of fields that are missing, unknown, or of the wrong type. */
export function findShapeFaults(given: ReadonlyMap<string, unknown>): ValidationError[] {
  const missing = REQUIRED.filter((field) => !given.get(field));
  const unknown = [...given.keys()].filter((field) => !FIELDS.includes(field));
  return [
    ...missing.map((path) => ({ path, message: 'is missing' })),
    ...unknown.map((path) => ({ path, message: `is unknown; allowed here: ${FIELDS.join(', ')}` })),
    ...typeFaults(given),
  ];
}

function typeFaults(given: ReadonlyMap<string, unknown>): ValidationError[] {
  const must = (path: string, holds: (value: unknown) => boolean, message: string): ValidationError[] => {
    const value = given.get(path);
    const isMissing = REQUIRED.includes(path) && !value; // reported already
    return unless(value === undefined || isMissing || holds(value), path, message);
  };
  return [
    ...['name', 'title', 'description'].flatMap((path) => must(path, isText, 'must be a text')),
    ...must('modes', isListOfTexts, MODES_WANTED),
    ...must('secrets', isListOfTexts, "must be a list of names, such as ['GITHUB_TOKEN']"),
    ...must('maxResults', (value) => value === null || isObject(value), 'must be { default, ceiling }'),
    ...must('pagesBy', (value) => PAGES_BY.has(value), "must be 'cursor' or 'cursor_or_number'"),
    ...must('returns', (value) => RETURNS.has(value), "must be 'list' or 'object'"),
    ...must('optIn', (value) => typeof value === 'boolean', 'must be true or false'),
    ...must('pace', (value) => value === null || isObject(value), 'must be { calls, perMs, minGapMs?, by? }'),
    ...must('typicalPage', isObject, 'must be { ms?, storedBytes? }'),
    ...['input', 'parameters', 'result'].flatMap((path) => must(path, isSchema, 'must be a schema of zod')),
    ...must('example', isObject, 'must be { input, parameters?, result }'),
    ...must('run', (value) => typeof value === 'function', 'must be a function'),
  ];
}

/** A list with this fault, or an empty one if `holds`. */
export function unless(holds: boolean, path: string, message: string): ValidationError[] {
  return holds ? [] : [{ path, message }];
}

export function isObject(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

/** Recognised by a method that all zod schemas have, because another copy of the package may have made it. */
function isSchema(value: unknown): boolean {
  return isObject(value) && typeof value.safeParse === 'function';
}
