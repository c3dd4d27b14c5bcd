import { join } from 'node:path';
import { Command as Commander, CommanderError } from 'commander';
import { define, withExamples } from '../../shared/cli/define.ts';
import { CheckFailed, type Command, type CommandValues, UsageError } from './command.ts';
import { findAddress, findPlace } from './find-address.ts';
import { initAction } from './init-action.ts';
import { addOwnerCommands, withStageOptions } from './owner-commands.ts';
import { openStage } from './stage-access.ts';

/** Runs one of the owner's commands; resolves with the exit code: 0, 1 if it failed, 2 if it was called wrongly. */
export async function runOwnerCommand(name: string, args: readonly string[]): Promise<number> {
  const program = withStageOptions(new Commander(name))
    .description("The owner's commands: on the system that runs here, or with --stage on one in AWS.")
    .showHelpAfterError('(--help tells what is allowed)')
    .exitOverride();
  withExamples(program, ['keys create --workspace acme', 'workspaces list --stage prod']);
  addOwnerCommands(program, async (command, values) => {
    process.stdout.write(`${await runCommand(command, values)}\n`);
  });
  addInit(program);
  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // it has told why
    const isUsage = error instanceof UsageError;
    process.stderr.write(`${explain(error)}${isUsage ? ' (see --help)' : ''}\n`);
    return isUsage ? 2 : 1;
  }
}

async function runCommand(command: Command, values: CommandValues): Promise<string> {
  if ('runInAws' in command) return command.runInAws(await findPlace(values), values);
  const { stageName, address } = await findAddress(values);
  return command.run(openStage(address), values, stageName);
}

function addInit(program: Commander): void {
  const init = define(program, 'init', 'Begins something new in this folder: action', ['init action list-releases']);
  define(init, 'action <name>', 'Writes a new action and its test, and offers it.', [
    'init action list-releases',
  ]).action((action: string) => {
    const files = initAction(join(import.meta.dirname, '../..'), action);
    const next = [
      `npx oxfmt functions/actions/index.ts && npx vitest run test/functions/actions-${action}.test.ts`,
      'npx vitest run test/guards/openapi.test.ts --update',
    ];
    process.stdout.write(`${files.join('\n')}\n\nThen:\n  ${next.join('\n  ')}\n`);
  });
}

/** For a person: one line, but of a check all that it found. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof CheckFailed) return error.message;
  if (isNetworkError(error))
    return `The service does not answer (${error.code}): is the region right, is there a network?`;
  return error.message === '' ? error.name : (error.message.split('\n', 1)[0] ?? '');
}

const NETWORK_CODES = ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT'];

function isNetworkError(error: Error): error is Error & { readonly code: string } {
  return 'code' in error && NETWORK_CODES.includes(String(error.code));
}
