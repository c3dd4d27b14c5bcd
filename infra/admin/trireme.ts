import { UsageError } from './command.ts';
import { helpOf } from './command-help.ts';
import { type CommandLine, readCommandLine } from './command-line.ts';
import { COMMANDS } from './commands.ts';
import { findAddress } from './find-address.ts';
import { openStage } from './stage-access.ts';

/** The owner's command line: `npm run trireme -- COMMAND`. Its exit code: 0, 1 if it failed, 2 if it was called wrongly. */
try {
  process.stdout.write(`${await run(readCommandLine(process.argv.slice(2), COMMANDS))}\n`);
} catch (error) {
  const isUsage = error instanceof UsageError;
  process.stderr.write(`${explain(error)}${isUsage ? ' (see --help)' : ''}\n`);
  process.exitCode = isUsage ? 2 : 1;
}

async function run(line: CommandLine): Promise<string> {
  if (line.kind === 'help') return helpOf(line.commands);
  const { stageName, address } = await findAddress(line.values);
  return line.command.run(openStage(address), line.values, stageName);
}

/** One line for a person. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (isNetworkError(error))
    return `The service does not answer (${error.code}): is the region right, is there a network?`;
  return error.message === '' ? error.name : (error.message.split('\n', 1)[0] ?? '');
}

const NETWORK_CODES = ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT'];

function isNetworkError(error: Error): error is Error & { readonly code: string } {
  return 'code' in error && NETWORK_CODES.includes(String(error.code));
}
