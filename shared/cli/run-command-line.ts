import { Command, CommanderError } from 'commander';
import { InvalidOption, TriremeError } from '../client/trireme.ts';
import { CommandFailed } from './command-failed.ts';
import { addAccountCommands } from './commands/account-commands.ts';
import { addActionCommands } from './commands/action-commands.ts';
import { addBulkCommands } from './commands/bulk-commands.ts';
import { addCallbackCommands } from './commands/callback-commands.ts';
import { addNotificationCommands } from './commands/notification-commands.ts';
import { addReadingCommands } from './commands/reading-commands.ts';
import { addRunCommands } from './commands/run-commands.ts';
import { addScheduleCommands } from './commands/schedule-commands.ts';
import { addWorkspaceCommands } from './commands/workspace-commands.ts';
import { withExamples } from './define.ts';
import { harmless } from './harmless.ts';
import { sessionOpener, type Setting } from './session.ts';

const EXAMPLES = ['login --url https://api.example.com', 'actions', 'run search-cities country=NL --wait'];

/** All commands, of whoever calls a deployment. */
export function createProgram(setting: Setting): Command {
  const program = withExamples(new Command(setting.program), EXAMPLES)
    .description('Calls a deployment of Trireme: runs its actions, follows runs, reads results.')
    .option('--profile <name>', 'the login to use; by default TRIREME_PROFILE, else the current one')
    .option('--json', 'print lines of JSON, as in a pipe')
    .version(setting.version, '--version', 'print the release')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(--help tells what is allowed)')
    .exitOverride();
  const open = sessionOpener(setting);
  addAccountCommands(program, open);
  addActionCommands(program, open);
  addRunCommands(program, open);
  addReadingCommands(program, open);
  addCallbackCommands(program, open);
  addNotificationCommands(program, open);
  addBulkCommands(program, open);
  addScheduleCommands(program, open);
  addWorkspaceCommands(program, open);
  return program;
}

/** Runs one command; resolves with the exit code: 0, or one of ExitCode. */
export async function runCommandLine(program: Command, args: readonly string[]): Promise<number> {
  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // it has told why
    process.stderr.write(
      explain(error)
        .map((line) => `${harmless(line)}\n`)
        .join(''),
    );
    if (error instanceof InvalidOption) return 2;
    return error instanceof CommandFailed ? error.exitCode : 1;
  }
}

/** Why a command failed, a line for each fault. */
function explain(error: unknown): readonly string[] {
  if (error instanceof CommandFailed) return error.message === '' ? [] : [error.message];
  if (!(error instanceof TriremeError)) return [error instanceof Error ? error.message : String(error)];
  const { label, message, ref, retryAt, validationErrors } = error;
  return [
    `${label}: ${message}`,
    ...validationErrors.map(({ path, message }) => `  ${path === '' ? 'body' : path}: ${message}`),
    ...(retryAt === null ? [] : [`It may succeed from ${retryAt.toISOString()}.`]),
    ...(ref === null ? [] : [`Reference for whoever runs the deployment: ${ref}`]),
  ];
}

/** A reader that has enough, such as `head`, ends a command without a fault. */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
}
