import * as z from 'zod';
import type {
  Action,
  ActionContext,
  ActionMode,
  ActionPace,
  ActionPage,
  ActionRecord,
  ErasedContext,
  JsonRecord,
  PagesBy,
  Returns,
} from './action.ts';
import { USUAL_PAGE } from '../domain/run-cost.ts';
import { takesLossless } from '../domain/parse-lossless.ts';
import { Permanent } from './action-errors.ts';
import { findDefinitionFaults } from './find-definition-faults.ts';
import { parametersJsonSchema, parametersParser } from './parse-parameters.ts';
import { parseWith } from './parse-with.ts';

/** The type of names that a declaration allows: `'API_*'` allows all that begin with `API_`. */
type SecretName<Declared extends string> = Declared extends `${infer Start}*` ? `${Start}${string}` : Declared;

type PageOf<Result, Kind extends Returns> = Kind extends 'object' ? ActionRecord<Result> : ActionPage<Result>;

/** A limit per workspace: at most `calls` calls of the action in any `perMs`, and at least `minGapMs` between two. */
interface PaceDefinition<Input> {
  readonly calls: number;
  /** From a second (1,000) to a day (86,400,000). */
  readonly perMs: number;
  /** Default: none. */
  readonly minGapMs?: number;
  /** Inputs with different values of this count separately, such as by the account they read. Default: all together. */
  readonly by?: (input: Input) => string;
}

/** What a full page usually takes. It changes nothing but estimates. */
interface TypicalPageDefinition {
  /** Milliseconds in `run`. Default: unknown. */
  readonly ms?: number;
  /** Bytes of its results as compressed JSON (`gzip`), as they are stored. Default: 800. */
  readonly storedBytes?: number;
}

/** What the author of an action writes. The types of `run` follow from the schemas. */
export interface ActionDefinition<
  Input extends z.ZodType<JsonRecord>,
  Parameters extends z.ZodType<JsonRecord>,
  Result extends z.ZodType,
  Secret extends string,
  Kind extends Returns,
> {
  /** Its name in URLs: `^[a-z][a-z0-9]*(-[a-z0-9]+)*$`, at most 64 characters. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Default: all three. */
  readonly modes?: readonly ActionMode[];
  /** Maximum of results a page; default 50. */
  readonly pageSize?: number;
  /**
   * Most results of one input: `default`, and the `ceiling` a caller may ask for. Absent: 1,000 and 10,000. Not with
   * `returns: 'object'`.
   */
  readonly maxResults?: { readonly default: number; readonly ceiling: number };
  /** Default `cursor`. */
  readonly pagesBy?: PagesBy;
  /** Default `list`. */
  readonly returns?: Kind;
  /** True: it is offered only if the stage's settings name it. Default: false. */
  readonly optIn?: boolean;
  /**
   * Names of the secrets it may read: capitals, digits and `_`; a final `*` allows all names that begin with the rest.
   */
  readonly secrets?: readonly Secret[];
  /** How fast the action may be called, retries included; default: no limit. */
  readonly pace?: PaceDefinition<z.output<Input>>;
  /** What a page usually takes, for the estimate of a dry run; default: unknown. */
  readonly typicalPage?: TypicalPageDefinition;
  /** A z.strictObject (or a union of them), so that an unknown property is refused. */
  readonly input: Input;
  /** As for `input`. `max_results` belongs to the engine and must not be among them. */
  readonly parameters?: Parameters;
  /** What a call may send and get; the OpenAPI document shows it. */
  readonly example?: {
    readonly input: z.input<Input>;
    readonly parameters?: z.input<Parameters>;
    readonly result: z.input<Result>;
  };
  /** One result. A result that does not match ends the input with ACTION_FAILED. */
  readonly result: Result;
  run(
    context: ActionContext<z.output<Input>, z.output<Parameters>, SecretName<Secret>>,
  ): Promise<PageOf<z.input<Result>, Kind>>;
}

const ALL_MODES: readonly ActionMode[] = ['live', 'async', 'schedule'];
const NO_PARAMETERS = z.strictObject({});

/** Makes an action from its definition. It never throws: createRegistry reports faults, with the file. */
export function defineAction<
  Input extends z.ZodType<JsonRecord>,
  Result extends z.ZodType,
  Parameters extends z.ZodType<JsonRecord> = typeof NO_PARAMETERS,
  const Secret extends string = never,
  const Kind extends Returns = 'list',
>(definition: ActionDefinition<Input, Parameters, Result, Secret, Kind>): Action {
  const { name, title, description, input, result } = definition;
  const parameters: z.ZodType<JsonRecord> = definition.parameters ?? NO_PARAMETERS;
  const returns = definition.returns ?? 'list';
  const secrets: readonly string[] = definition.secrets ?? [];
  const maxResults =
    returns === 'object' ? { default: 1, ceiling: 1 } : (definition.maxResults ?? { default: 1000, ceiling: 10_000 });
  const limit = returns === 'object' ? null : maxResults;
  const inputNames = onlyNames(input);
  const inputSchema = once(() => toJsonSchema(input, 'input'));
  const parametersSchema = once(() => parametersJsonSchema(toJsonSchema(parameters, 'input'), limit));
  const resultSchema = once(() => toJsonSchema(result, 'output'));
  const action: Action = {
    name,
    title,
    description,
    modes: definition.modes ?? ALL_MODES,
    pageSize: definition.pageSize ?? (returns === 'object' ? 1 : 50),
    maxResults,
    pagesBy: definition.pagesBy ?? 'cursor',
    returns,
    optIn: definition.optIn ?? false,
    secrets,
    pace: paceOf(definition.pace),
    example: exampleOf(definition.example),
    typicalPage: definition.typicalPage === undefined ? null : { ...USUAL_PAGE, ...definition.typicalPage },
    get inputSchema() {
      return inputSchema();
    },
    get parametersSchema() {
      return parametersSchema();
    },
    get resultSchema() {
      return resultSchema();
    },
    parseInput: (value) => parseWith(input, value, inputSchema),
    takesInput: (value) => !hasUnknown(inputNames, value) && takesLossless(input, value),
    parseParameters: parametersParser(parameters, parametersSchema, limit),
    parseResult: (value) => parseWith(result, value, resultSchema),
    run: async (context) => {
      const secret = (name: string): Promise<string> => readSecret(context, secrets, name);
      type Typed = ActionContext<z.output<Input>, z.output<Parameters>, string>;
      const typed = { ...context, secret } as Typed; // cast: both values come from this action's own parsers
      return definition.run(typed);
    },
    findFaults: () => findDefinitionFaults(definition, action),
  };
  return action;
}

/** The only property names that the schema allows; null if it is not a strict object, such as a union. */
function onlyNames(schema: z.ZodType): ReadonlySet<string> | null {
  const isStrict = schema instanceof z.ZodObject && schema.def.catchall instanceof z.ZodNever;
  return isStrict ? new Set(Object.keys(schema.shape)) : null;
}

/** Whether an object has another property. Checked before the schema, which would parse all members first. */
function hasUnknown(names: ReadonlySet<string> | null, value: unknown): boolean {
  if (names === null || typeof value !== 'object' || value === null) return false;
  for (const name in value) if (!names.has(name)) return true;
  return false;
}

function exampleOf(example: { readonly result: unknown } | undefined): Action['example'] {
  // cast: findFaults reports an example that the action's own parsers refuse, and createRegistry then offers none
  return example === undefined ? null : ({ parameters: null, ...example } as Action['example']);
}

function paceOf<Input extends JsonRecord>(pace: PaceDefinition<Input> | null | undefined): ActionPace | null {
  if (pace === undefined || pace === null) return null;
  const { calls, perMs, minGapMs = 0 } = pace;
  const by = (pace.by ?? null) as ActionPace['by']; // cast: the engine gives it what this action's own parser gave
  return { calls, perMs, minGapMs, by };
}

async function readSecret(context: ErasedContext, declared: readonly string[], name: string): Promise<string> {
  const allowed = declared.some((entry) =>
    entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) : entry === name,
  );
  if (allowed) return context.secret(name);
  throw new Permanent(`The secret ${name} is not among those the action declares: ${declared.join(', ') || 'none'}`);
}

function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonRecord {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' });
  return rest;
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null;
  return () => (made ??= { value: make() }).value;
}
