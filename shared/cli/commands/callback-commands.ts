import type { Command } from 'commander';
import type { CallbackAttempt, CallbackRecord, CallbackStatus, CallbackType } from '../../client/trireme.ts';
import { CommandFailed } from '../command-failed.ts';
import { define, oneOf, several, severalOf, uidOf, withLimit } from '../define.ts';
import { objectOfHeaders } from '../fields.ts';
import type { ListOptions } from '../printer.ts';
import type { OpenSession } from '../session.ts';
import type { Column } from '../table.ts';

export const CALLBACK_STATUSES: readonly CallbackStatus[] = ['PENDING', 'RUNNING', 'FAILED', 'SUCCESS'];
const TYPES: readonly CallbackType[] = ['run.page', 'run.input_failed', 'run.finished'];
const EXAMPLE_UID = '1e06f8fa-9c6a-8b60-9c59-0b919e5322a8';

export const CALLBACK_COLUMNS: readonly Column<CallbackRecord>[] = [
  ['CALLBACK', ({ uid }) => uid],
  ['TYPE', ({ type, page }) => (page === null ? type : `${type} ${page}`)],
  ['STATUS', ({ status, status_reason: reason }) => (reason === null ? status : `${status} ${reason}`)],
  ['HTTP', ({ http_status: status }) => status],
  ['RETRIES', ({ retry_count: count }) => count],
  ['NEXT ATTEMPT', ({ next_attempt_at: at }) => at],
  ['ERROR', ({ error }) => error?.message],
];

interface CallbacksOptions extends ListOptions {
  readonly failed?: boolean;
  readonly status?: readonly CallbackStatus[];
}

/** What was sent to receivers. */
export function addCallbackCommands(program: Command, open: OpenSession): void {
  withLimit(
    define(program, 'callbacks', 'Lists callbacks, of one run or of all, newest first.', [
      `callbacks ${EXAMPLE_UID} --failed`,
      'callbacks --status pending --status running',
    ]).argument('[uid]', 'the uid of the run', uidOf),
  )
    .option('--failed', 'only those that are given up')
    .option('--status <status>', 'only with this status; may be given several times', severalOf(CALLBACK_STATUSES))
    .action(async (uid: string | undefined, options: CallbacksOptions, command: Command) => {
      const { trireme, print } = await open(command);
      const { failed = false, status = failed ? ['FAILED' as const] : undefined } = options;
      if (uid !== undefined) await trireme.runs.get(uid); // a list of no run would be empty
      const query = { status, run_uid: uid === undefined ? undefined : [uid] };
      await print.list(trireme.callbacks.list(query), CALLBACK_COLUMNS, options);
    });

  const callback = define(program, 'callback', 'Shows one callback, or sends it again.', [
    `callback attempts ${EXAMPLE_UID}`,
  ]);
  const verb = (name: string, summary: string): Command =>
    define(callback, name, summary, [`callback ${name} ${EXAMPLE_UID}`]).argument(
      '<uid>',
      'the uid of the callback',
      uidOf,
    );
  verb('get', 'Shows a callback and the state of its delivery.').action(
    async (uid: string, _: object, command: Command) => {
      const { trireme, print } = await open(command);
      print.record(await trireme.callbacks.get(uid));
    },
  );
  verb('body', 'Prints the body of a callback, byte for byte as its receiver gets it.').action(
    async (uid: string, _: object, command: Command) => {
      const { trireme, print } = await open(command);
      await print.text(await trireme.callbacks.body(uid));
    },
  );
  verb('attempts', 'Lists the attempts to deliver a callback, oldest first.').action(
    async (uid: string, _: object, command: Command) => {
      const { trireme, print } = await open(command);
      print.rows(await trireme.callbacks.attempts(uid), [
        ['ATTEMPT', ({ attempt }: CallbackAttempt) => attempt],
        ['AT', ({ at }) => at],
        ['MS', ({ duration_ms: duration }) => duration],
        ['HTTP', ({ http_status: status }) => status],
        ['ERROR', ({ error }) => error?.message],
        ['ANSWER', ({ http_response: response }) => response],
      ]);
    },
  );
  verb('replay', 'Sends a callback once more.').action(async (uid: string, _: object, command: Command) => {
    const { trireme, print } = await open(command);
    print.record(await trireme.callbacks.replay(uid));
  });
  addWebhookTest(program, open);
}

interface TestOptions {
  readonly type?: CallbackType;
  readonly header?: readonly string[];
}

function addWebhookTest(program: Command, open: OpenSession): void {
  const webhook = define(program, 'webhook', 'Tries a receiver of callbacks.', [
    'webhook test https://example.com/hook',
  ]);
  define(webhook, 'test <url>', 'Sends one signed example to a receiver; the exit code is 1 if it does not take it.', [
    'webhook test https://example.com/hook --type run.finished',
  ])
    .option('--type <type>', `one of ${TYPES.join(', ')}`, oneOf(TYPES))
    .option('--header <name: value>', 'a header to send; may be given several times', several)
    .action(async (url: string, { type, header }: TestOptions, command: Command) => {
      const { trireme, print } = await open(command);
      const headers = header === undefined ? undefined : objectOfHeaders(header);
      const { request, response, error } = await trireme.callbacks.test({ url, type, headers });
      if (print.isHuman) print.record({ sent: request.headers, ...response, error: error?.message ?? null });
      else print.record({ request, response, error });
      if (error !== null) throw new CommandFailed(1, `The receiver did not take it: ${error.message}`);
    });
}
