import { type Command, Option } from 'commander';
import { type AnyActions, type AsyncLaunch, TriremeError } from '../client/trireme.ts';
import { CommandFailed, usageError } from './command-failed.ts';
import { countOf, several } from './define.ts';
import { exitCodeOf, explainFaults, faultOf } from './explain.ts';
import { objectOf } from './fields.ts';
import { knownAction } from './known-action.ts';
import { parseKept } from './kept-numbers.ts';
import { type InputFormat, type Inputs, readInputs } from './read-inputs.ts';
import type { Session } from './session.ts';

/** The options of whatever launches an action over inputs. */
export interface LaunchOptions {
  readonly inputs?: string;
  readonly format?: InputFormat;
  readonly param?: readonly string[];
  readonly maxResults?: string;
  readonly name?: string;
  readonly tag?: readonly string[];
  readonly callback?: string;
  readonly callbackOn?: 'all' | 'final';
  readonly deadline?: string;
  readonly skipInvalid?: boolean;
  readonly dryRun?: boolean;
}

/** Adds them to a command. */
export function addLaunchOptions(command: Command): Command {
  return command
    .option('--inputs <file>', 'a file of inputs, .ndjson or .csv with a line of names; - for standard input')
    .addOption(new Option('--format <format>', 'how --inputs is written').choices(['ndjson', 'csv']))
    .option('--param <field=value>', 'a parameter of the action; may be given several times', several)
    .option('--max-results <n>', 'how many results an input may give', countOf('--max-results'))
    .option('--name <text>', 'a name to find it by')
    .option('--tag <tag>', 'a word to find it by; may be given several times', several)
    .option('--callback <url>', 'where callbacks are sent')
    .addOption(new Option('--callback-on <which>', 'which callbacks').choices(['all', 'final']))
    .option('--deadline <seconds>', 'after so long at work a run is STOPPED', countOf('--deadline'))
    .option('--skip-invalid', 'run the valid inputs where others are refused')
    .option('--dry-run', 'say what it would do and cost, and do nothing');
}

export interface Launch {
  readonly inputs: Inputs;
  readonly rest: Omit<AsyncLaunch<AnyActions[string]>, 'inputs'>;
}

/** Reads what a command line says of a launch. Throws CommandFailed for what cannot be read. */
export async function readLaunch(
  { trireme }: Session,
  name: string,
  fields: readonly string[],
  options: LaunchOptions & { readonly at?: string; readonly after?: readonly string[] },
): Promise<Launch> {
  const { input_schema: schema, parameters_schema: parameters } = await knownAction(trireme, name);
  if (fields.length > 0 && options.inputs !== undefined) throw usageError('Give fields or --inputs, not both.');
  const inputs =
    options.inputs === undefined
      ? { lines: `${JSON.stringify(objectOf(fields, schema))}\n`, placeOf: (path: string) => path }
      : await readInputs(options.inputs, options.format, schema);
  const {
    param = [],
    maxResults,
    name: runName,
    tag,
    callback,
    callbackOn: on,
    deadline,
    skipInvalid,
    at,
    after,
  } = options;
  const given = {
    ...objectOf(param, parameters),
    ...(maxResults === undefined ? {} : { max_results: Number(maxResults) }),
  };
  const rest = {
    parameters: Object.keys(given).length === 0 ? undefined : given,
    name: runName,
    tags: tag,
    callback: callback === undefined ? undefined : { url: callback, on },
    deadline_seconds: deadline === undefined ? undefined : Number(deadline),
    on_invalid_input: skipInvalid === true ? ('skip' as const) : undefined,
    schedule_at: at,
    depends_on: after,
  };
  return { inputs, rest };
}

/** The inputs of a launch, parsed. Throws CommandFailed for a line that is no JSON object. */
export function parseInputs({ lines, placeOf }: Inputs): readonly Readonly<Record<string, unknown>>[] {
  let index = -1;
  return lines.split('\n').flatMap((line) => {
    if (line.trim() === '') return [];
    index += 1;
    try {
      const input = parseKept(line) as Readonly<Record<string, unknown>>; // cast: the API says what is wrong with others
      return [input];
    } catch (error) {
      throw usageError(
        `${placeOf(`inputs[${index}]`)}: is no JSON: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  });
}

/** A refusal of the API with the faults where they are in the file of inputs; what else failed as it is. */
export function placed(error: unknown, { placeOf }: Inputs): unknown {
  if (!(error instanceof TriremeError) || error.validationErrors.length === 0) return error;
  if (error.validationErrors.every(({ path }) => placeOf(path) === path)) return error;
  const [head, ...lines] = explainFaults(faultOf(error), error.validationErrors, placeOf);
  return new CommandFailed(exitCodeOf(error), head, error, lines);
}
