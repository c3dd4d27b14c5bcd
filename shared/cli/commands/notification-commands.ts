import type { Command } from 'commander';
import { type NotificationType, TriremeError } from '../../client/trireme.ts';
import { askToConfirm } from '../ask.ts';
import { define, several, severalOf, withLimit } from '../define.ts';
import { objectOfHeaders } from '../fields.ts';
import type { ListOptions } from '../printer.ts';
import type { OpenSession } from '../session.ts';
import { CALLBACK_COLUMNS } from './callback-commands.ts';

const TYPES: readonly NotificationType[] = [
  'run.failed',
  'run.stopped_by_deadline',
  'schedule.missed',
  'schedule.skipped',
  'receiver.away',
  'receiver.back',
  'quota.reached',
];

interface SetOptions {
  readonly on?: readonly NotificationType[];
  readonly header?: readonly string[];
}

/** What the workspace is told of. */
export function addNotificationCommands(program: Command, open: OpenSession): void {
  const notifications = define(program, 'notifications', 'What the workspace is told of, and where.', [
    'notifications set https://example.com/alerts --on run.failed',
  ]);
  define(notifications, 'show', 'Shows where notifications go, and which.', ['notifications'], {
    isDefault: true,
  }).action(async (_: object, command: Command) => {
    const { trireme, print } = await open(command);
    const found = await trireme.notifications.get().catch((error: unknown) => {
      if (error instanceof TriremeError && error.is('NOT_FOUND')) return null;
      throw error;
    });
    if (found === null) print.note('None are set. notifications set URL sets them.');
    else print.record(found);
  });
  define(
    notifications,
    'set <url>',
    'Sets where they go, in place of what was set; headers of the same URL stay if none are given.',
    ['notifications set https://example.com/alerts --on run.failed --on receiver.away'],
  )
    .option('--on <type>', `of ${TYPES.join(', ')}; may be given several times; all by default`, severalOf(TYPES))
    .option('--header <name: value>', 'a header to send; may be given several times', several)
    .action(async (url: string, { on = TYPES, header }: SetOptions, command: Command) => {
      const { trireme, print } = await open(command);
      const headers = header === undefined ? undefined : objectOfHeaders(header);
      print.record(await trireme.notifications.put({ url, on, headers }));
    });
  define(notifications, 'delete', 'Ends them.', ['notifications delete --yes'])
    .option('--yes', 'do not ask')
    .action(async ({ yes }: { readonly yes?: boolean }, command: Command) => {
      const { trireme, print } = await open(command);
      await askToConfirm('End the notifications of the workspace?', yes);
      print.record(await trireme.notifications.delete());
    });
  withLimit(
    define(notifications, 'sent', 'Lists those that were sent, newest first; callback … takes their uids.', [
      'notifications sent --all',
    ]),
  ).action(async (options: ListOptions, command: Command) => {
    const { trireme, print } = await open(command);
    await print.list(trireme.notifications.list(), CALLBACK_COLUMNS, options);
  });
}
