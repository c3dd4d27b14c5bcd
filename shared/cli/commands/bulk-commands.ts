import type { Command } from 'commander';
import type { Bulk, BulkAction, CreateBulkBody, Trireme } from '../../client/trireme.ts';
import { askToConfirm } from '../ask.ts';
import { CommandFailed, usageError } from '../command-failed.ts';
import { define, oneOf, uidOf } from '../define.ts';
import { createProgressLine } from '../progress.ts';
import type { OpenSession } from '../session.ts';
import { type RunFilter, runQueryOf, withRunFilter } from '../run-filter.ts';

const ACTIONS: readonly BulkAction[] = ['cancel', 'resume', 'retry', 'replay_callbacks'];
const EXAMPLE_UID = '5b2fae1c-71a5-8f3e-9d41-2c7d90a4e6b1';
const POLL_MS = 1_000;

interface StartOptions extends RunFilter {
  readonly dryRun?: boolean;
  readonly wait?: boolean;
  readonly yes?: boolean;
}

/** One thing for many runs. */
export function addBulkCommands(program: Command, open: OpenSession): void {
  const bulk = define(program, 'bulk', 'Does one thing to all runs that pass a filter.', [
    'bulk start retry --status failed --tag monthly',
  ]);
  withRunFilter(
    define(bulk, 'start', `Begins it, in the background: ${ACTIONS.join(', ')}. Asks first, with the number of runs.`, [
      'bulk start retry --status failed --tag monthly',
      'bulk start cancel --action search-cities --dry-run',
    ]).argument('<what>', ACTIONS.join(', '), oneOf(ACTIONS)),
  )
    .option('--dry-run', 'count the runs, and do nothing to them')
    .option('--wait', 'wait until all is done; the exit code is 3 if it failed for any run')
    .option('--yes', 'do not ask')
    .action(async (action: BulkAction, options: StartOptions, command: Command) => {
      const { trireme, print } = await open(command);
      const filter = filterOf(options);
      if (options.dryRun === true || options.yes !== true) {
        const counted = await waitForBulk(trireme, await trireme.bulk.start({ action, filter, dry_run: true }));
        if (options.dryRun === true) return print.record(counted);
        await askToConfirm(`${action} ${counted.matched ?? 0} runs?`, options.yes);
      }
      const started = await trireme.bulk.start({ action, filter });
      if (options.wait !== true) return print.record(started);
      const ended = await waitForBulk(trireme, started);
      print.record(ended);
      checkDone(ended);
    });

  const verb = (name: string, summary: string): Command =>
    define(bulk, name, summary, [`bulk ${name} ${EXAMPLE_UID}`]).argument('<uid>', 'the uid of the bulk', uidOf);
  verb('get', 'Shows how far it is, and the runs that could not be done.').action(
    async (uid: string, _: object, command: Command) => {
      const { trireme, print } = await open(command);
      print.record(await trireme.bulk.get(uid));
    },
  );
  verb('wait', 'Waits until all is done; the exit code is 3 if it failed for any run.').action(
    async (uid: string, _: object, command: Command) => {
      const { trireme, print } = await open(command);
      const ended = await waitForBulk(trireme, await trireme.bulk.get(uid));
      print.record(ended);
      checkDone(ended);
    },
  );
  verb('cancel', 'Ends it; what was done stays.').action(async (uid: string, _: object, command: Command) => {
    const { trireme, print } = await open(command);
    print.record(await trireme.bulk.cancel(uid));
  });
}

function filterOf(options: RunFilter): CreateBulkBody['filter'] {
  const filter = runQueryOf(options);
  if (Object.values(filter).some((value) => value !== undefined)) return filter;
  throw usageError('Say which runs are meant, such as --status failed.');
}

async function waitForBulk(trireme: Trireme, first: Bulk): Promise<Bulk> {
  const line = createProgressLine(process.stderr);
  let bulk = first;
  for (;;) {
    const { status, matched, done, failed } = bulk;
    line.show(`${status} ${done + failed}/${matched ?? '?'} runs${failed === 0 ? '' : ` · ${failed} failed`}`);
    if (status === 'FINISHED' || status === 'CANCELLED') break;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    bulk = await trireme.bulk.get(bulk.uid);
  }
  line.end();
  return bulk;
}

function checkDone({ status, failed, failures }: Bulk): void {
  if (status === 'CANCELLED') throw new CommandFailed(3, 'It was cancelled.');
  if (failed > 0) throw new CommandFailed(3, `${failed} runs could not be done, such as ${failures[0]?.message}`);
}
