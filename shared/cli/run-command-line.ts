import { Command, CommanderError, InvalidArgumentError, type Option } from 'commander';
import { addAccountCommands } from './commands/account-commands.ts';
import { addActionCommands } from './commands/action-commands.ts';
import { addBulkCommands } from './commands/bulk-commands.ts';
import { addCallbackCommands } from './commands/callback-commands.ts';
import { addNotificationCommands } from './commands/notification-commands.ts';
import { addReadingCommands } from './commands/reading-commands.ts';
import { addRunCommands } from './commands/run-commands.ts';
import { addScheduleCommands } from './commands/schedule-commands.ts';
import { addWorkspaceCommands } from './commands/workspace-commands.ts';
import { refuseRepeats, rootOf, withExamples } from './define.ts';
import { exitCodeOf, explain } from './explain.ts';
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
    .configureHelp({ showGlobalOptions: true, visibleGlobalOptions: globalOptions })
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

/** Those of the program: a command takes no option of the command that it belongs to. */
function globalOptions(command: Command): Option[] {
  return command.parent === null ? [] : rootOf(command).options.filter(({ hidden }) => !hidden);
}

/** Runs one command; resolves with the exit code: 0, or one of ExitCode. */
export async function runCommandLine(program: Command, args: readonly string[]): Promise<number> {
  refuseRepeats(program);
  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    const isTold = error instanceof CommanderError && !(error instanceof InvalidArgumentError);
    if (isTold) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(
      explain(error)
        .map((line) => `${harmless(line)}\n`)
        .join(''),
    );
    return exitCodeOf(error);
  }
}

/** A reader that has enough, such as `head`, ends a command without a fault. */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
}
