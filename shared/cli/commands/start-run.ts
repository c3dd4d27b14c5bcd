import { type Command, Option } from 'commander';
import type { AsyncLaunch, AnyActions, RunHandle } from '../../client/trireme.ts';
import { usageError } from '../command-failed.ts';
import { countOf, define, several } from '../define.ts';
import { objectOf } from '../fields.ts';
import { knownAction } from '../known-action.ts';
import { type InputFormat, readInputs } from '../read-inputs.ts';
import type { OpenSession, Session } from '../session.ts';
import { checkSucceeded, waitForRun } from '../wait-for-run.ts';
import { formatOf, saveOutputs } from '../write-outputs.ts';

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

interface RunOptions extends LaunchOptions {
  readonly at?: string;
  readonly after?: readonly string[];
  readonly wait?: boolean;
  readonly out?: string;
  readonly idempotencyKey?: string;
}

/** Over them inputs go as a file; see also `keepsDigits`. */
const MOST_IN_BODY = 1_000;
const MOST_BODY_CHARACTERS = 1_000_000;

function addLaunchOptions(command: Command): Command {
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

/** `run NAME`, the parent of what is done with a run. */
export function addStartRun(program: Command, open: OpenSession): Command {
  const command = define(
    program,
    'run [name] [fields...]',
    'Starts a run of an action, or does something with a run.',
    [
      'run search-cities --inputs countries.csv --tag monthly --out cities.csv',
      'run search-cities country=LU --wait',
      'run search-cities --inputs - --callback https://example.com/hook < countries.ndjson',
    ],
  );
  return addLaunchOptions(command)
    .option('--at <time>', 'start at this time, such as 2030-01-31T09:00:00Z')
    .option('--after <uid>', 'start when this run has succeeded; may be given several times', several)
    .option('--idempotency-key <key>', 'launch once for this key, however often it is called within 24 hours')
    .option('--wait', 'wait until the run has ended; its exit code is 3 unless it SUCCEEDED')
    .option('--out <file>', 'wait, and write the results to a .csv, .ndjson or .json file')
    .action(async (name: string | undefined, fields: readonly string[], options: RunOptions, command: Command) => {
      if (name === undefined) return command.help({ error: true });
      if (options.out !== undefined) formatOf(options.out);
      const session = await open(command);
      const launch = await readLaunch(session, name, fields, options);
      if (options.dryRun === true) return tellDryRun(session, name, launch);
      const run = await start(session, name, launch, options);
      if (options.wait !== true && options.out === undefined) return session.print.record(run.state);
      session.print.note(`Run ${run.uid}`);
      await follow(session, run, options.out);
    });
}

/** Waits for a run, keeps its results, and tells how it ended. */
export async function follow({ print, program }: Session, run: RunHandle, out: string | undefined): Promise<void> {
  const ended = await waitForRun(run, program);
  if (out !== undefined) {
    await saveOutputs(run.outputs(), out);
    print.note(`${ended.output_count.toLocaleString('en')} results in ${out}`);
  }
  print.record(ended);
  checkSucceeded(ended);
}

/** A launch, with its inputs as lines of JSON. */
export interface Launch {
  readonly lines: string;
  readonly rest: Omit<AsyncLaunch<AnyActions[string]>, 'inputs'>;
}

async function readLaunch(
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
function parseLines(lines: string): readonly Readonly<Record<string, unknown>>[] {
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

async function tellDryRun({ trireme, print }: Session, name: string, { lines, rest }: Launch): Promise<void> {
  print.record(await trireme.action(name).dryRun({ ...rest, inputs: parseLines(lines) }));
}

async function start(
  { trireme }: Session,
  name: string,
  { lines, rest }: Launch,
  { idempotencyKey }: RunOptions,
): Promise<RunHandle> {
  const action = trireme.action(name);
  if (lines.length <= MOST_BODY_CHARACTERS && keepsDigits(lines)) {
    const inputs = parseLines(lines);
    if (inputs.length <= MOST_IN_BODY) return action.start({ ...rest, inputs }, { idempotencyKey });
  }
  if (idempotencyKey !== undefined) {
    throw usageError(`--idempotency-key is for inputs that fit into a call: ${MOST_IN_BODY} at most.`);
  }
  return action.startFile(new Blob([lines]), rest);
}

/** Whether JavaScript's numbers hold what is written: those of a file are taken as they are. */
function keepsDigits(lines: string): boolean {
  return !/\d{16}/.test(lines.replaceAll('.', ''));
}
