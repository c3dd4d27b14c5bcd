import type { Command } from 'commander';
import type { RunHandle } from '../../client/trireme.ts';
import { CommandFailed, usageError } from '../command-failed.ts';
import { define, isUid, several } from '../define.ts';
import { faultOf } from '../explain.ts';
import { nearest } from '../known-action.ts';
import { KEEPS_NUMBERS } from '../kept-numbers.ts';
import { addLaunchOptions, type Launch, type LaunchOptions, parseInputs, placed, readLaunch } from '../launch.ts';
import type { Inputs } from '../read-inputs.ts';
import type { OpenSession, Session } from '../session.ts';
import { checkSucceeded, waitForRun } from '../wait-for-run.ts';
import { checkWritable, saveOutputs, savedText } from '../write-outputs.ts';

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
  return addLaunchOptions(command.hook('preSubcommand', giveOptions))
    .option('--at <time>', 'start at this time, such as 2030-01-31T09:00:00Z')
    .option('--after <uid>', 'start when this run has succeeded; may be given several times', several)
    .option('--idempotency-key <key>', 'launch once for this key, however often it is called within 24 hours')
    .option('--wait', 'wait until the run has ended; its exit code is 3 unless it SUCCEEDED')
    .option('--out <file>', 'wait, and write the results to a .csv, .ndjson or .json file')
    .action(async (name: string | undefined, fields: readonly string[], options: RunOptions, command: Command) => {
      if (name === undefined) return command.help({ error: true });
      if (fields[0] !== undefined && isUid(fields[0])) throw unknownVerb(command, name);
      if (isUid(name)) throw usageError(`${name} is no action. To see a run: run get ${name}`);
      if (options.out !== undefined) await checkWritable(options.out);
      const session = await open(command);
      const launch = await readLaunch(session, name, fields, options);
      if (options.dryRun === true) return tellDryRun(session, name, launch);
      const run = await start(session, name, launch, options).catch((error: unknown) => {
        throw placed(error, launch.inputs);
      });
      if (options.wait !== true && options.out === undefined) return session.print.record(run.state);
      session.print.note(`Run ${run.uid}`);
      await follow(session, run, options.out, launch.inputs);
    });
}

/** Options after `run get` are of `get`, although `run` has read them. */
function giveOptions(run: Command, verb: Command): void {
  for (const option of run.options) {
    const name = option.attributeName();
    if (run.getOptionValueSource(name) !== 'cli') continue;
    if (!verb.options.some((own) => own.attributeName() === name)) verb.error(`error: unknown option '${option.long}'`);
    verb.setOptionValueWithSource(name, run.getOptionValue(name), 'cli');
  }
}

/** `run cancle UID` means no action. */
function unknownVerb(command: Command, name: string): CommandFailed {
  const verbs = command.commands.map((one) => one.name());
  const near = nearest(name, verbs);
  return usageError(
    `There is no run ${name}. ${near === null ? `There are: ${verbs.join(', ')}.` : `Did you mean run ${near}?`}`,
  );
}

/** Waits for a run, keeps its results, and tells how it ended. `inputs`: where its faults are looked for. */
export async function follow(
  { print, program }: Session,
  run: RunHandle,
  out: string | undefined,
  inputs?: Inputs,
): Promise<void> {
  const ended = await waitForRun(run, program);
  if (out !== undefined) {
    await saveOutputs(run.outputs(), out).catch((error: unknown) => {
      const next = `  ${program} outputs ${run.uid} --out FILE`;
      throw new CommandFailed(1, `${faultOf(error)}. The run and its results are kept; to fetch them:`, error, [next]);
    });
    print.note(savedText(ended.output_count, out));
  }
  print.record(ended);
  checkSucceeded(ended, inputs?.placeOf);
}

async function tellDryRun({ trireme, print }: Session, name: string, { inputs, rest }: Launch): Promise<void> {
  const found = await trireme.action(name).dryRun({ ...rest, inputs: parseInputs(inputs) });
  if (!print.isHuman) return print.record(found);
  const faults = found.validation_errors.map(({ path, message }) => ({ path: inputs.placeOf(path), message }));
  print.record({ ...found, validation_errors: faults });
}

async function start(
  { trireme }: Session,
  name: string,
  { inputs, rest }: Launch,
  { idempotencyKey }: RunOptions,
): Promise<RunHandle> {
  const action = trireme.action(name);
  const { lines } = inputs;
  if (lines.length <= MOST_BODY_CHARACTERS && keepsDigits(lines)) {
    const parsed = parseInputs(inputs);
    if (parsed.length <= MOST_IN_BODY) return action.start({ ...rest, inputs: parsed }, { idempotencyKey });
  }
  if (idempotencyKey !== undefined) {
    throw usageError(`--idempotency-key is for inputs that fit into a call: ${MOST_IN_BODY} at most.`);
  }
  return action.startFile(new Blob([lines]), rest);
}

/** Whether numbers stay as they are written when they are parsed. Those of a file are taken as they are. */
function keepsDigits(lines: string): boolean {
  return KEEPS_NUMBERS || !/\d{16}/.test(lines.replaceAll('.', ''));
}
