import type { Command } from 'commander';
import type { CallbackStatus, Run, RunDetail, RunInput } from '../../client/trireme.ts';
import { askToConfirm } from '../ask.ts';
import { define, severalOf, uidOf, withLimit } from '../define.ts';
import type { ListOptions } from '../printer.ts';
import { type RunFilter, runQueryOf, withRunFilter } from '../run-filter.ts';
import type { OpenSession } from '../session.ts';
import type { Column } from '../table.ts';
import { CALLBACK_STATUSES } from './callback-commands.ts';
import { checkWritable } from '../write-outputs.ts';
import { addStartRun, follow } from './start-run.ts';

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
      if (out !== undefined) await checkWritable(out);
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
  verb('replay', 'Sends callbacks of a run once more, those that FAILED by default.', [
    `run replay ${EXAMPLE_UID} --status success`,
  ])
    .option('--status <status>', 'those with this status; may be given several times', severalOf(CALLBACK_STATUSES))
    .action(async (uid: string, { status }: { readonly status?: readonly CallbackStatus[] }, command: Command) => {
      const { trireme, print } = await open(command);
      const replayed = await (await trireme.runs.get(uid)).replayCallbacks(status === undefined ? {} : { status });
      print.record({ replayed });
    });
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
}
