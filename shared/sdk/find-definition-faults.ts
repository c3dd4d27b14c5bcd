import type { ValidationError } from '../domain/errors.ts';
import type { Action, ActionPace, JsonRecord } from './action.ts';
import { FIELDS, findShapeFaults, isObject, MODES_WANTED, unless } from './find-shape-faults.ts';

const SLUG = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const SECRET = /^[A-Z][A-Z0-9_]*\*?$/;
const MODES: ReadonlySet<unknown> = new Set(['live', 'async', 'schedule']);
/** A page has at most 1 MB, and an empty object takes three bytes of it, so no page has more. */
const MAX_PAGE_SIZE = 100_000;

/**
 * All faults of an action's definition, by field, including those that the compiler does not find (JavaScript, casts,
 * numbers).
 */
export function findDefinitionFaults(definition: unknown, action: Action): ValidationError[] {
  if (!isObject(definition)) return [{ path: '', message: `defineAction takes an object with ${FIELDS.join(', ')}` }];
  const given = new Map<string, unknown>(Object.entries(definition));
  const shape = findShapeFaults(given);
  // Values of the wrong type cannot be checked further.
  return shape.length > 0 ? shape : valueFaults(given, action);
}

function valueFaults(given: ReadonlyMap<string, unknown>, action: Action): ValidationError[] {
  return [
    ...unless(
      SLUG.test(action.name) && action.name.length <= 64,
      'name',
      `${quoted(action.name)} must match ${SLUG.source}, at most 64 characters`,
    ),
    ...unless(action.modes.length > 0 && action.modes.every((mode) => MODES.has(mode)), 'modes', MODES_WANTED),
    ...unless(
      isCount(action.pageSize) && action.pageSize <= MAX_PAGE_SIZE,
      'pageSize',
      `must be a whole number of at least 1, at most ${MAX_PAGE_SIZE}`,
    ),
    ...limitFaults(given, action),
    ...paceFaults(given.get('pace'), action.pace),
    ...typicalPageFaults(given.get('typicalPage')),
    ...action.secrets.flatMap((name, at) =>
      unless(
        SECRET.test(name),
        `secrets[${at}]`,
        `${quoted(name)} must be capitals, digits and _, with at most a final *`,
      ),
    ),
    ...schemaFaults(action),
    ...exampleFaults(action),
  ];
}

/** An example is shown to callers, so it must be one that the action takes and gives. */
function exampleFaults({ example, parseInput, parseParameters, parseResult }: Action): ValidationError[] {
  if (example === null) return [];
  const parsed = {
    input: parseInput(example.input),
    parameters: parseParameters(example.parameters),
    result: parseResult(example.result),
  };
  return Object.entries(parsed).flatMap(([part, outcome]) =>
    outcome.ok
      ? []
      : outcome.errors.map(({ path, message }) => ({
          path: `example.${part}${path === '' ? '' : `.${path}`}`,
          message,
        })),
  );
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
  if (!isObject(given)) return [];
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

const PAGE_FIELDS: readonly string[] = ['ms', 'storedBytes'];

function typicalPageFaults(given: unknown): ValidationError[] {
  if (!isObject(given)) return [];
  return Object.entries(given).flatMap(([name, value]) => [
    ...unless(PAGE_FIELDS.includes(name), `typicalPage.${name}`, `is unknown; allowed here: ${PAGE_FIELDS.join(', ')}`),
    ...unless(
      !PAGE_FIELDS.includes(name) || value === 0 || isCount(value),
      `typicalPage.${name}`,
      'must be a whole number',
    ),
  ]);
}

function schemaFaults(action: Action): ValidationError[] {
  return [
    ...read('input', () => [...strictFaults('input', action.inputSchema), ...ownedFaults(action.inputSchema)]),
    ...read('parameters', () => strictFaults('parameters', action.parametersSchema)),
    ...read('result', () => recordFaults(action)),
  ];
}

/** `custom_data` of an input belongs to the engine: an action never sees it, so it may not declare it. */
function ownedFaults(schema: JsonRecord): ValidationError[] {
  const isTaken = membersOf(schema).some((member) => isObject(member.properties) && 'custom_data' in member.properties);
  return unless(!isTaken, 'input', "custom_data is the engine's own property; choose another name");
}

function recordFaults({ returns, resultSchema }: Action): ValidationError[] {
  const isRecord = membersOf(resultSchema).every(({ type }) => type === 'object');
  return unless(returns !== 'object' || isRecord, 'result', "must be a schema of an object where returns is 'object'");
}

/** The members of a union; for any other schema, that schema. */
function membersOf(schema: JsonRecord): readonly JsonRecord[] {
  const members: unknown = schema.anyOf ?? schema.oneOf;
  return Array.isArray(members) ? members.filter(isObject) : [schema];
}

/** A schema that cannot be written as JSON Schema (a transform, a bigint, a Date) is a fault of its field. */
function read(path: string, faults: () => ValidationError[]): ValidationError[] {
  try {
    return faults();
  } catch (error) {
    return [
      { path, message: `cannot be written as JSON Schema: ${error instanceof Error ? error.message : String(error)}` },
    ];
  }
}

function strictFaults(path: string, schema: JsonRecord): ValidationError[] {
  const strict = membersOf(schema).every(({ additionalProperties }) => additionalProperties === false);
  return unless(strict, path, 'must be a z.strictObject (or a union of them), so that an unknown property is refused');
}

/** A name as the author wrote it, cut to a readable length. */
function quoted(name: string): string {
  return JSON.stringify(name.length <= 80 ? name : `${name.slice(0, 80)}…`);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}
