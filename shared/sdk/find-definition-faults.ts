import type { ValidationError } from '../domain/errors.ts';
import type { Action, ActionPace, JsonRecord } from './action.ts';

const SLUG = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const SECRET = /^[A-Z][A-Z0-9_]*\*?$/;
const MODES: ReadonlySet<unknown> = new Set(['live', 'async', 'schedule']);

/** Every fault of an action's definition by field: for authors whom no compiler has told (plain JavaScript, casts, numbers). */
export function findDefinitionFaults(definition: object, action: Action): ValidationError[] {
  const given = new Map<string, unknown>(Object.entries(definition));
  const missing = ['name', 'title', 'description', 'input', 'result', 'run'].filter((field) => !given.get(field));
  if (missing.length > 0) return missing.map((path) => ({ path, message: 'is missing' }));
  return [
    ...unless(
      SLUG.test(action.name) && action.name.length <= 64,
      'name',
      `"${action.name}" must match ${SLUG.source}, at most 64 characters`,
    ),
    ...unless(
      action.modes.length > 0 && action.modes.every((mode) => MODES.has(mode)),
      'modes',
      'must name at least one of live, async, schedule',
    ),
    ...unless(isCount(action.pageSize), 'pageSize', 'must be a whole number of at least 1'),
    ...limitFaults(given, action),
    ...paceFaults(given.get('pace'), action.pace),
    ...action.secrets.flatMap((name, at) =>
      unless(SECRET.test(name), `secrets[${at}]`, `"${name}" must be capitals, digits and _, with at most a final *`),
    ),
    ...schemaFaults(action),
  ];
}

function limitFaults(given: ReadonlyMap<string, unknown>, action: Action): ValidationError[] {
  if (action.returns === 'object')
    return unless(
      !given.get('maxResults'),
      'maxResults',
      "has no meaning where returns is 'object': there is one result",
    );
  const { default: usual, ceiling } = action.maxResults;
  return [
    ...unless(isCount(usual), 'maxResults.default', 'must be a whole number of at least 1'),
    ...unless(
      isCount(ceiling) && ceiling >= usual,
      'maxResults.ceiling',
      `must be a whole number of at least the default (${usual})`,
    ),
  ];
}

const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;

const PACE_FIELDS: readonly string[] = ['calls', 'perMs', 'minGapMs', 'by'];

function paceFaults(given: unknown, pace: ActionPace | null): ValidationError[] {
  if (pace === null) return [];
  if (typeof given !== 'object' || given === null)
    return [{ path: 'pace', message: 'must be { calls, perMs, minGapMs?, by? }' }];
  const { calls, perMs, minGapMs, by } = pace;
  const unknown = Object.keys(given).filter((name) => !PACE_FIELDS.includes(name));
  return [
    ...unknown.map((name) => ({
      path: `pace.${name}`,
      message: `is unknown; allowed here: ${PACE_FIELDS.join(', ')}`,
    })),
    ...unless(isCount(calls), 'pace.calls', 'must be a whole number of at least 1'),
    ...unless(
      isCount(perMs) && perMs >= SECOND_MS && perMs <= DAY_MS,
      'pace.perMs',
      `must be whole milliseconds from ${SECOND_MS} to ${DAY_MS}, a second to a day`,
    ),
    ...unless(
      minGapMs === 0 || (isCount(minGapMs) && minGapMs <= perMs),
      'pace.minGapMs',
      'must be whole milliseconds, at most perMs; for one call in a longer time say calls: 1 and perMs',
    ),
    ...unless(by === null || typeof by === 'function', 'pace.by', 'must be a function from the input to a string'),
  ];
}

function schemaFaults(action: Action): ValidationError[] {
  return [
    ...read('input', () => strictFaults('input', action.inputSchema)),
    ...read('parameters', () => strictFaults('parameters', action.parametersSchema)),
    ...read('result', () => (action.resultSchema, [])),
  ];
}

/** A schema JSON Schema cannot say (a transform, a bigint, a Date) is a fault of its field. */
function read(path: string, faults: () => ValidationError[]): ValidationError[] {
  try {
    return faults();
  } catch (error) {
    return [
      { path, message: `cannot be told as JSON Schema: ${error instanceof Error ? error.message : String(error)}` },
    ];
  }
}

function strictFaults(path: string, schema: JsonRecord): ValidationError[] {
  const members: unknown = schema.anyOf ?? schema.oneOf;
  const strict = Array.isArray(members) ? members.every(isClosed) : isClosed(schema);
  return unless(strict, path, 'must be a z.strictObject (or a union of them), so that an unknown property is refused');
}

function isClosed(schema: unknown): boolean {
  return (
    typeof schema === 'object' &&
    schema !== null &&
    'additionalProperties' in schema &&
    schema.additionalProperties === false
  );
}

function unless(holds: boolean, path: string, message: string): ValidationError[] {
  return holds ? [] : [{ path, message }];
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}
