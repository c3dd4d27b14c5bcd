import { type Command, Option } from 'commander';
import type {
  ExecutionMode,
  ListRunsQuery,
  Run,
  RunDetail,
  RunInput,
  RunLogLine,
  RunStatus,
} from '../../client/trireme.ts';
import { askToConfirm } from '../ask.ts';
import { define, severalOf, several, uidOf, withLimit } from '../define.ts';
import type { ListOptions } from '../printer.ts';
import type { OpenSession } from '../session.ts';
import type { Column } from '../table.ts';
import { OUTPUT_FORMATS, type OutputFormat, saveOutputs, writeOutputs } from '../write-outputs.ts';
import { addStartRun, follow } from './start-run.ts';

const RUN_STATUSES: readonly RunStatus[] = [
  'CREATED',
  'INVALID',
  'BLOCKED',
  'QUEUED',
  'SCHEDULED',
  'RUNNING',
  'STOPPED',
  'SUCCEEDED',
  'PARTIAL_SUCCEEDED',
  'FAILED',
];
const MODES: readonly ExecutionMode[] = ['LIVE', 'ASYNC'];
const EXAMPLE_UID = '04b480fa-0534-88e9-b770-f9db391ce272';

const RUN_COLUMNS: readonly Column<Run | RunDetail>[] = [
  ['RUN', ({ uid }) => uid],
  ['ACTION', ({ action_name: name }) => name],
  ['STATUS', ({ status, status_reason: reason }) => (reason === null ? status : `${status} ${reason.code}`)],
  ['INPUTS', ({ inputs }) => `${inputs.succeeded + inputs.failed + inputs.stopped}/${inputs.total ?? '?'}`],
  ['RESULTS', ({ output_count: count }) => count],
  ['CREATED', ({ created_at: at }) => at],
  ['NAME AND TAGS', ({ name, tags }) => [name, ...tags].filter((word) => word !== null).join(' ')],
];

/** The options that choose runs, of `runs` and `bulk`. */
export interface RunFilter {
  readonly status?: readonly RunStatus[];
  readonly action?: readonly string[];
  readonly mode?: readonly ExecutionMode[];
  readonly tag?: readonly string[];
  readonly name?: readonly string[];
  readonly schedule?: readonly string[];
  readonly createdAfter?: string;
  readonly createdBefore?: string;
}

function withRunFilter(command: Command): Command {
  return command
    .option(
      '--status <status>',
      'only with this status; each filter may be given several times',
      severalOf(RUN_STATUSES),
    )
    .option('--action <name>', 'only of this action', several)
    .option('--mode <mode>', 'only LIVE or ASYNC', severalOf(MODES))
    .option('--tag <tag>', 'only with this tag', several)
    .option('--name <name>', 'only with this name', several)
    .option('--schedule <uid>', 'only of this schedule', several)
    .option('--created-after <time>', 'only created after this time, such as 2030-01-31T09:00:00Z')
    .option('--created-before <time>', 'only created before this time');
}

function runQueryOf(filter: RunFilter): Omit<ListRunsQuery, 'limit' | 'sort'> {
  return {
    status: filter.status,
    action_name: filter.action,
    execution_mode: filter.mode,
    tag: filter.tag,
    name: filter.name,
    scheduled_run_uid: filter.schedule,
    created_after: filter.createdAfter,
    created_before: filter.createdBefore,
  };
}

/** Runs: to start, to find, to follow and to change. */
export function addRunCommands(program: Command, open: OpenSession): void {
  withLimit(
    withRunFilter(
      define(program, 'runs', 'Lists runs, newest first.', ['runs --status failed --tag monthly', 'runs --all --json']),
    ),
  ).action(async (options: RunFilter & ListOptions, command: Command) => {
    const { trireme, print } = await open(command);
    await print.list(trireme.runs.list(runQueryOf(options)), RUN_COLUMNS, options);
  });

  const run = addStartRun(program, open);
  const verb = (name: string, summary: string, examples = [`run ${name} ${EXAMPLE_UID}`]): Command =>
    define(run, name, summary, examples).argument('<uid>', 'the uid of the run', uidOf);

  verb('get', 'Shows a run.').action(async (uid: string, _: object, command: Command) => {
    const { trireme, print } = await open(command);
    print.record((await trireme.runs.get(uid)).state);
  });
  verb('wait', 'Waits until a run has ended; the exit code is 3 unless it SUCCEEDED.', [
    `run wait ${EXAMPLE_UID}`,
    `run wait ${EXAMPLE_UID} --out cities.csv`,
  ])
    .option('--out <file>', 'write the results to a .csv, .ndjson or .json file')
    .action(async (uid: string, { out }: { readonly out?: string }, command: Command) => {
      const session = await open(command);
      await follow(session, await session.trireme.runs.get(uid), out);
    });
  for (const [name, summary] of [
    ['cancel', 'Stops a run. What it has done stays, and it can be resumed.'],
    ['resume', 'Goes on with a run that was stopped, where it was.'],
    ['retry', 'Runs the failed inputs of a run again, from the page that failed.'],
  ] as const) {
    verb(name, summary).action(async (uid: string, _: object, command: Command) => {
      const { trireme, print } = await open(command);
      print.record(await (await trireme.runs.get(uid))[name]());
    });
  }
  verb('delete', 'Deletes a run that has ended, its results and its callbacks.', [`run delete ${EXAMPLE_UID} --yes`])
    .option('--yes', 'do not ask')
    .action(async (uid: string, { yes }: { readonly yes?: boolean }, command: Command) => {
      const { trireme, print } = await open(command);
      const found = await trireme.runs.get(uid);
      await askToConfirm(`Delete the run ${uid} and its ${found.state.output_count} results?`, yes);
      await found.delete();
      print.note(`The run ${uid} is deleted.`);
    });
  withLimit(verb('inputs', 'Lists the inputs of a run, with how each ended.')).action(
    async (uid: string, options: ListOptions, command: Command) => {
      const { trireme, print } = await open(command);
      await print.list(
        (await trireme.runs.get(uid)).inputs(),
        [
          ['#', ({ index }: RunInput) => index],
          ['STATUS', ({ status }) => status],
          ['RESULTS', ({ output_count: count }) => count],
          ['INPUT', ({ input_data: input }) => input],
          ['LAST ERROR', ({ last_error: error }) => (error === null ? '' : `${error.error_label}: ${error.message}`)],
        ],
        options,
      );
    },
  );
  addReading(program, open);
}

interface OutputsOptions extends ListOptions {
  readonly format?: OutputFormat;
  readonly out?: string;
  readonly envelope?: boolean;
  readonly follow?: boolean;
}

/** What a run gave: its results and its log. */
function addReading(program: Command, open: OpenSession): void {
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
      const { trireme, print } = await open(command);
      const run = await trireme.runs.get(uid);
      const follow = { follow: options.follow === true };
      const outputs = options.envelope === true ? run.envelopes(follow) : run.outputs(follow);
      if (options.out !== undefined) return saveOutputs(outputs, options.out);
      const isWhole =
        options.format !== undefined || (!print.isHuman && command.getOptionValueSource('limit') === 'default');
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
