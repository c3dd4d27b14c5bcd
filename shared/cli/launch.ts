import { type Command, Option } from 'commander';
import type { AnyActions, AsyncLaunch } from '../client/trireme.ts';
import { usageError } from './command-failed.ts';
import { countOf, several } from './define.ts';
import { objectOf } from './fields.ts';
import { knownAction } from './known-action.ts';
import { type InputFormat, readInputs } from './read-inputs.ts';
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

/** A launch, with its inputs as lines of JSON. */
export interface Launch {
  readonly lines: string;
  readonly rest: Omit<AsyncLaunch<AnyActions[string]>, 'inputs'>;
}

/** Reads what a command line says of a launch. Throws CommandFailed for what cannot be read. */
export async function readLaunch(
  { trireme }: Session,
  name: string,
  fields: readonly string[],
  options: LaunchOptions & { readonly at?: string; readonly after?: readonly string[] },
): Promise<Launch> {
  const { input_schema: inputs, parameters_schema: parameters } = await knownAction(trireme, name);
  if (fields.length > 0 && options.inputs !== undefined) throw usageError('Give fields or --inputs, not both.');
  const lines =
    options.inputs === undefined
      ? `${JSON.stringify(objectOf(fields, inputs))}\n`
      : await readInputs(options.inputs, options.format, inputs);
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
  return { lines, rest };
}

/** The inputs of a launch, parsed. Throws CommandFailed for a line that is no JSON object. */
export function parseLines(lines: string): readonly Readonly<Record<string, unknown>>[] {
  return lines.split('\n').flatMap((line, at) => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line) as Readonly<Record<string, unknown>>]; // cast: the API says what is wrong with others
    } catch (error) {
      throw usageError(
        `Line ${at + 1} of the inputs is no JSON: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  });
}
