import { type Command, Option } from 'commander';
import type { Fire, ListSchedulesQuery, Schedule, ScheduleStatus } from '../../client/trireme.ts';
import { askToConfirm } from '../ask.ts';
import { usageError } from '../command-failed.ts';
import { countOf, define, several, severalOf, uidOf, withLimit } from '../define.ts';
import { addLaunchOptions, type LaunchOptions, parseInputs, placed, readLaunch } from '../launch.ts';
import type { ListOptions } from '../printer.ts';
import type { OpenSession } from '../session.ts';
import type { Column } from '../table.ts';

const STATUSES: readonly ScheduleStatus[] = ['ACTIVE', 'PAUSED', 'CANCELLED', 'COMPLETED'];
const EXAMPLE_UID = '9a686f00-c3ba-8ae4-93b3-3f31f0fc0d1d';
const WEEKDAYS_AT_NINE = '0 9 * * 1-5';

const COLUMNS: readonly Column<Schedule>[] = [
  ['SCHEDULE', ({ uid }) => uid],
  ['ACTION', ({ action_name: name }) => name],
  ['STATUS', ({ status }) => status],
  ['CRON', ({ cron, timezone }) => (cron === null ? 'once' : `${cron} ${timezone}`)],
  ['NEXT', ({ next_execution_at: at }) => at],
  ['FIRED', ({ counts }) => counts.fired],
  ['NAME AND TAGS', ({ name, tags }) => [name, ...tags].filter((word) => word !== null).join(' ')],
];

interface SchedulesOptions extends ListOptions {
  readonly status?: readonly ScheduleStatus[];
  readonly action?: readonly string[];
  readonly tag?: readonly string[];
  readonly name?: readonly string[];
}

/** Runs by the clock. */
export function addScheduleCommands(program: Command, open: OpenSession): void {
  withLimit(define(program, 'schedules', 'Lists schedules, newest first.', ['schedules --status active']))
    .option('--status <status>', 'only with this status; each filter may be given several times', severalOf(STATUSES))
    .option('--action <name>', 'only of this action', several)
    .option('--tag <tag>', 'only with this tag', several)
    .option('--name <name>', 'only with this name', several)
    .action(async ({ status, action, tag, name, ...options }: SchedulesOptions, command: Command) => {
      const { trireme, print } = await open(command);
      const query: ListSchedulesQuery = { status, action_name: action, tag, name };
      await print.list(trireme.schedules.list(query), COLUMNS, options);
    });

  const schedule = define(program, 'schedule', 'Makes a schedule, or does something with one.', [
    `schedule trigger ${EXAMPLE_UID}`,
  ]);
  addCreate(schedule, open);
  addPreview(schedule, open);
  const verb = (name: string, summary: string, examples = [`schedule ${name} ${EXAMPLE_UID}`]): Command =>
    define(schedule, name, summary, examples).argument('<uid>', 'the uid of the schedule', uidOf);
  verb('get', 'Shows a schedule.').action(async (uid: string, _: object, command: Command) => {
    const { trireme, print } = await open(command);
    print.record((await trireme.schedules.get(uid)).state);
  });
  verb('pause', 'Lets no time of a schedule start a run until it is resumed.', [
    `schedule pause ${EXAMPLE_UID} --note "a holiday"`,
  ])
    .option('--note <text>', 'why; it is shown while the schedule is paused')
    .action(async (uid: string, { note }: { readonly note?: string }, command: Command) => {
      const { trireme, print } = await open(command);
      print.record(await (await trireme.schedules.get(uid)).pause(note === undefined ? undefined : { note }));
    });
  verb('resume', 'Lets a paused schedule start runs again.').action(
    async (uid: string, _: object, command: Command) => {
      const { trireme, print } = await open(command);
      print.record(await (await trireme.schedules.get(uid)).resume());
    },
  );
  verb('trigger', 'Starts a run of a schedule now.').action(async (uid: string, _: object, command: Command) => {
    const { trireme, print } = await open(command);
    print.record((await (await trireme.schedules.get(uid)).trigger()).state);
  });
  verb('cancel', 'Ends a schedule for good. Its runs go on.', [`schedule cancel ${EXAMPLE_UID} --yes`])
    .option('--yes', 'do not ask')
    .action(async (uid: string, { yes }: { readonly yes?: boolean }, command: Command) => {
      const { trireme, print } = await open(command);
      const found = await trireme.schedules.get(uid);
      await askToConfirm(`Cancel the schedule ${found.state.name ?? uid} for good?`, yes);
      print.record(await found.cancel());
    });
  addUpdate(
    verb('update', 'Changes when a schedule starts runs.', [
      `schedule update ${EXAMPLE_UID} --cron "${WEEKDAYS_AT_NINE}"`,
    ]),
    open,
  );
  withLimit(verb('fires', 'Lists the past times of a schedule, newest first, and what came of each.')).action(
    async (uid: string, options: ListOptions, command: Command) => {
      const { trireme, print } = await open(command);
      await print.list(
        (await trireme.schedules.get(uid)).fires(),
        [
          ['TIME', ({ nominal_at: at }: Fire) => at],
          ['CAUSE', ({ cause }) => cause],
          ['OUTCOME', ({ outcome, reason }) => (reason === null ? outcome : `${outcome} ${reason.code}`)],
          ['RUN', ({ run_uid: uid }) => uid],
        ],
        options,
      );
    },
  );
}

interface Timing {
  readonly cron?: string;
  readonly timezone?: string;
  /** As --timezone. */
  readonly zone?: string;
  readonly at?: string;
  readonly overlap?: 'skip' | 'allow' | 'cancel_previous';
}

function addTimingOptions(command: Command): Command {
  return command
    .option('--cron <expression>', `when, such as "${WEEKDAYS_AT_NINE}"`)
    .option('--timezone <name>', 'the time zone of the expression, such as Europe/Amsterdam')
    .addOption(new Option('--zone <name>').hideHelp())
    .option('--at <time>', 'without --cron: once, at this time; with it: from then on')
    .addOption(
      new Option('--overlap <policy>', 'what if the last run is unfinished').choices([
        'skip',
        'allow',
        'cancel_previous',
      ]),
    );
}

function timingOf({ cron, zone, timezone = zone, at, overlap }: Timing): {
  readonly cron: string | undefined;
  readonly timezone: string | undefined;
  readonly schedule_at: string | undefined;
  readonly overlap: Timing['overlap'];
} {
  return { cron, timezone, schedule_at: at, overlap };
}

function addCreate(schedule: Command, open: OpenSession): void {
  const create = define(schedule, 'create <name> [fields...]', 'Makes a schedule that runs an action.', [
    `schedule create search-cities country=NL --cron "${WEEKDAYS_AT_NINE}" --timezone Europe/Amsterdam`,
    'schedule create search-cities --inputs countries.csv --cron @daily --dry-run',
  ]);
  addTimingOptions(addLaunchOptions(create)).action(
    async (name: string, fields: readonly string[], options: LaunchOptions & Timing, command: Command) => {
      if (options.cron === undefined && options.at === undefined) throw usageError('Give --cron or --at.');
      const session = await open(command);
      const { at: _, ...launchOptions } = options;
      const { inputs, rest } = await readLaunch(session, name, fields, launchOptions);
      const { depends_on: __, schedule_at: ___, ...terms } = rest;
      const launch = { ...terms, ...timingOf(options), inputs: parseInputs(inputs) };
      const action = session.trireme.action(name);
      try {
        session.print.record(
          options.dryRun === true ? await action.dryRun(launch) : (await action.schedule(launch)).state,
        );
      } catch (error) {
        throw placed(error, inputs);
      }
    },
  );
}

function addUpdate(update: Command, open: OpenSession): void {
  addTimingOptions(update)
    .option('--name <text>', 'another name')
    .action(async (uid: string, { name, ...timing }: Timing & { readonly name?: string }, command: Command) => {
      const { trireme, print } = await open(command);
      const body = { name, ...timingOf(timing) };
      if (Object.values(body).every((value) => value === undefined)) throw usageError('Say what is to be changed.');
      print.record(await (await trireme.schedules.get(uid)).update(body));
    });
}

interface PreviewOptions {
  readonly timezone?: string;
  /** As --timezone. */
  readonly zone?: string;
  readonly from?: string;
  readonly count?: string;
}

function addPreview(schedule: Command, open: OpenSession): void {
  define(schedule, 'preview <cron>', 'Shows the next times of a cron expression.', [
    `schedule preview "${WEEKDAYS_AT_NINE}" --timezone Europe/Amsterdam`,
  ])
    .option('--timezone <name>', 'the time zone of the expression; UTC by default')
    .addOption(new Option('--zone <name>').hideHelp())
    .option('--from <time>', 'the time from which to count; now by default')
    .option('--count <n>', 'how many', countOf('--count'))
    .action(async (cron: string, { zone, timezone = zone, from, count }: PreviewOptions, command: Command) => {
      const { trireme, print } = await open(command);
      const wanted = { cron, timezone, from, count: count === undefined ? undefined : Number(count) };
      const { fires, notes } = await trireme.schedules.preview(wanted);
      print.rows(fires, [
        ['UTC', ({ at }) => at],
        ['LOCAL', ({ local }) => local],
      ]);
      for (const { local, note } of notes) print.note(`${local}: ${note}`);
    });
}
