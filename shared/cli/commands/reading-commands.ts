import { type Command, Option } from 'commander';
import type { RunLogLine } from '../../client/trireme.ts';
import { usageError } from '../command-failed.ts';
import { define, uidOf, withLimit } from '../define.ts';
import type { ListOptions } from '../printer.ts';
import type { OpenSession } from '../session.ts';
import {
  checkWritable,
  OUTPUT_FORMATS,
  type OutputFormat,
  savedText,
  saveOutputs,
  writeOutputs,
} from '../write-outputs.ts';

const EXAMPLE_UID = '04b480fa-0534-88e9-b770-f9db391ce272';

interface OutputsOptions extends ListOptions {
  readonly format?: OutputFormat;
  readonly out?: string;
  readonly envelope?: boolean;
  readonly follow?: boolean;
}

/** What a run gave: its results and its log. */
export function addReadingCommands(program: Command, open: OpenSession): void {
  withLimit(
    define(
      program,
      'outputs',
      'Prints the results of a run: all of them in a pipe, the first as a table on a terminal.',
      [`outputs ${EXAMPLE_UID} --format csv > cities.csv`, `outputs ${EXAMPLE_UID} --out cities.ndjson`],
    ).argument('<uid>', 'the uid of the run', uidOf),
  )
    .addOption(new Option('--format <format>', 'print all, in this format').choices(OUTPUT_FORMATS))
    .option('--out <file>', 'write all to a .csv, .ndjson or .json file')
    .option('--envelope', 'each result with its input and page')
    .option('--follow', 'while the run is unfinished, wait for more')
    .action(async (uid: string, options: OutputsOptions, command: Command) => {
      const isLimited = command.getOptionValueSource('limit') !== 'default';
      if (isLimited && (options.format !== undefined || options.out !== undefined)) {
        throw usageError('--format and --out give all results; leave out --limit.');
      }
      if (options.out !== undefined) await checkWritable(options.out);
      const { trireme, print } = await open(command);
      const run = await trireme.runs.get(uid);
      const follow = { follow: options.follow === true };
      const outputs = options.envelope === true ? run.envelopes(follow) : run.outputs(follow);
      if (options.out !== undefined) {
        await saveOutputs(outputs, options.out);
        const { output_count: count } = options.follow === true ? await run.refresh() : run.state;
        return print.note(savedText(count, options.out));
      }
      const isWhole = options.format !== undefined || (!print.isHuman && !isLimited);
      if (isWhole) return writeOutputs(outputs, options.format ?? 'ndjson', print.text);
      await print.list(outputs, 'properties', options);
    });

  withLimit(
    define(program, 'logs', 'Prints what the action logged in a run, and its failed attempts.', [
      `logs ${EXAMPLE_UID} --input 3`,
    ]).argument('<uid>', 'the uid of the run', uidOf),
  )
    .option('--input <index>', 'only of the input at this position, from 0')
    .action(async (uid: string, options: ListOptions & { readonly input?: string }, command: Command) => {
      const { trireme, print } = await open(command);
      const query = options.input === undefined ? {} : { input_index: Number(options.input) };
      await print.list(
        (await trireme.runs.get(uid)).logs(query),
        [
          ['AT', ({ at }: RunLogLine) => at],
          ['INPUT', ({ input_index: index }) => index],
          ['PAGE', ({ page }) => page],
          ['LEVEL', ({ level }) => level],
          ['MESSAGE', ({ message, error }) => (error === null ? message : `${error.error_label}: ${message}`)],
          ['DATA', ({ data }) => data],
        ],
        options,
      );
    });
}
