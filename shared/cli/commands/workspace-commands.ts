import type { Command } from 'commander';
import type { ApiKey, GetUsageQuery, Scope, Secret, UsageRow } from '../../client/trireme.ts';
import { askSecret, askToConfirm } from '../ask.ts';
import { usageError } from '../command-failed.ts';
import { define, oneOf, severalOf, uidOf } from '../define.ts';
import type { OpenSession } from '../session.ts';
import type { Column } from '../table.ts';

const SCOPES: readonly Scope[] = ['read', 'run', 'manage', 'admin'];
const EXAMPLE_UID = '5c553b8c-b814-82a3-967b-a1ec788b1963';

const KEY_COLUMNS: readonly Column<ApiKey>[] = [
  ['KEY', ({ uid }) => uid],
  ['LABEL', ({ label }) => label],
  ['SCOPES', ({ scopes }) => scopes.join(' ')],
  ['CREATED', ({ created_at: at }) => at],
  ['EXPIRES', ({ expires_at: at }) => at],
  ['LAST USED', ({ last_used_at: at }) => at?.slice(0, 10)],
];

/** Keys, secrets and usage of the caller's own workspace. */
export function addWorkspaceCommands(program: Command, open: OpenSession): void {
  addKeys(program, open);
  addSecrets(program, open);
  addSigningSecret(program, open);
  addUsage(program, open);
}

interface CreateKeyOptions {
  readonly label: string;
  readonly scope?: readonly Scope[];
  readonly expiresAt?: string;
}

function addKeys(program: Command, open: OpenSession): void {
  const keys = define(program, 'keys', 'Keys of the workspace.', ['keys create --label reports --scope read']);
  define(keys, 'list', 'Lists the keys of the workspace.', ['keys'], { isDefault: true }).action(
    async (_: object, command: Command) => {
      const { trireme, print } = await open(command);
      print.rows(await trireme.keys.list(), KEY_COLUMNS);
    },
  );
  define(keys, 'create', 'Makes a key, and prints it this once.', [
    'keys create --label "billing service" --scope read --scope run',
  ])
    .requiredOption('--label <text>', 'a name by which you recognise it')
    .option('--scope <scope>', `one of ${SCOPES.join(', ')}; may be given several times`, severalOf(SCOPES))
    .option('--expires-at <time>', 'when it stops working, such as 2030-12-31T00:00:00Z')
    .action(async ({ label, scope: scopes, expiresAt }: CreateKeyOptions, command: Command) => {
      const { trireme, print } = await open(command);
      print.record(await trireme.keys.create({ label, scopes, expires_at: expiresAt }));
    });
  define(keys, 'rename', 'Gives a key another label.', [`keys rename ${EXAMPLE_UID} --label reports`])
    .argument('<uid>', 'the uid of the key', uidOf)
    .requiredOption('--label <text>', 'the new label')
    .action(async (uid: string, { label }: { readonly label: string }, command: Command) => {
      const { trireme, print } = await open(command);
      print.record(await trireme.keys.rename(uid, label));
    });
  define(keys, 'delete', 'Makes a key invalid, within a minute.', [`keys delete ${EXAMPLE_UID} --yes`])
    .argument('<uid>', 'the uid of the key', uidOf)
    .option('--yes', 'do not ask')
    .action(async (uid: string, { yes }: { readonly yes?: boolean }, command: Command) => {
      const { trireme, print } = await open(command);
      await askToConfirm(`Delete the key ${uid}? Whoever uses it is refused.`, yes);
      print.record(await trireme.keys.delete(uid));
    });
}

function addSecrets(program: Command, open: OpenSession): void {
  const secrets = define(program, 'secrets', "The workspace's own values of secrets that actions use.", [
    'secrets set HTTP_REQUEST_TOKEN',
  ]);
  define(secrets, 'list', 'Lists the secrets that are set, without their values.', ['secrets list'], {
    isDefault: true,
  }).action(async (_: object, command: Command) => {
    const { trireme, print } = await open(command);
    print.rows(await trireme.secrets.list(), [
      ['SECRET', ({ name }: Secret) => name],
      ['SET', ({ updated_at: at }) => at],
      ['FIRST SET', ({ created_at: at }) => at],
    ]);
  });
  define(secrets, 'set <name>', 'Sets a secret. The value is asked for, or read from standard input.', [
    'secrets set HTTP_REQUEST_TOKEN',
    'secrets set HTTP_REQUEST_TOKEN < token.txt',
  ]).action(async (name: string, _: object, command: Command) => {
    const { trireme, print } = await open(command);
    print.record(await trireme.secrets.put(name, await askSecret(`Value of ${name}`)));
  });
  define(secrets, 'delete <name>', 'Deletes a secret; actions then get that of the stage, if it has one.', [
    'secrets delete HTTP_REQUEST_TOKEN --yes',
  ])
    .option('--yes', 'do not ask')
    .action(async (name: string, { yes }: { readonly yes?: boolean }, command: Command) => {
      const { trireme, print } = await open(command);
      await askToConfirm(`Delete the secret ${name}?`, yes);
      await trireme.secrets.delete(name);
      print.note(`The secret ${name} is deleted.`);
    });
}

interface RotateOptions {
  readonly overlapHours?: string;
  readonly yes?: boolean;
}

function addSigningSecret(program: Command, open: OpenSession): void {
  const signing = define(program, 'signing-secret', 'The secrets that callbacks are signed with.', [
    'signing-secret rotate --overlap-hours 48',
  ]);
  define(signing, 'show', 'Prints the secrets that sign callbacks now, newest first.', ['signing-secret --json'], {
    isDefault: true,
  }).action(async (_: object, command: Command) => {
    const { trireme, print } = await open(command);
    print.rows(await trireme.signingSecrets(), SIGNING_COLUMNS);
  });
  define(signing, 'rotate', 'Makes a new one. Callbacks carry both signatures until the overlap ends.', [
    'signing-secret rotate --overlap-hours 48',
  ])
    .option('--overlap-hours <n>', 'for how long the old one signs too, 24 by default; 0 ends it at once')
    .option('--yes', 'do not ask')
    .action(async ({ overlapHours, yes }: RotateOptions, command: Command) => {
      if (overlapHours !== undefined && !/^\d{1,3}$/.test(overlapHours)) throw usageError('--overlap-hours: 0 to 168.');
      const { trireme, print } = await open(command);
      await askToConfirm('Rotate the signing secret? Receivers need the new one before the overlap ends.', yes);
      const body = overlapHours === undefined ? {} : { overlap_hours: Number(overlapHours) };
      print.rows(await trireme.rotateSigningSecret(body), SIGNING_COLUMNS);
    });
}

const SIGNING_COLUMNS: readonly Column<{
  readonly secret: string;
  readonly created_at: string;
  readonly expires_at: string | null;
}>[] = [
  ['SIGNING SECRET', ({ secret }) => secret],
  ['CREATED', ({ created_at: at }) => at],
  ['SIGNS UNTIL', ({ expires_at: at }) => at],
];

interface UsageOptions {
  readonly from?: string;
  readonly to?: string;
  readonly by?: GetUsageQuery['by'];
}

function addUsage(program: Command, open: OpenSession): void {
  define(program, 'usage', 'Shows what the workspace has used, of the last 30 days by default.', [
    'usage --by action',
    'usage --from 2030-01-01 --to 2030-01-31 --by day --json',
  ])
    .option('--from <day>', 'the first day, in UTC')
    .option('--to <day>', 'the last day, in UTC')
    .option(
      '--by <what>',
      'sums: day or action; otherwise a row for each day and action',
      oneOf(['day', 'action'] as const),
    )
    .action(async (query: UsageOptions, command: Command) => {
      const { trireme, print } = await open(command);
      const { from, to, by } = query;
      print.rows(await trireme.usage({ from, to, by }), [
        ['DAY', ({ day }: UsageRow) => day],
        ['ACTION', ({ action_name: name }) => name],
        ['RUNS', ({ runs }) => runs],
        ['LIVE CALLS', ({ live_calls: calls }) => calls],
        ['PAGES', ({ pages }) => pages],
        ['RESULTS', ({ outputs }) => outputs],
        ['CALLBACKS', ({ callbacks }) => callbacks],
        ['USD', ({ estimated_usd: usd }) => usd],
      ]);
    });
}
