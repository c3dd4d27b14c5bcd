import { define } from '../../shared/cli/define.ts';
import { createProgram, endWithReader, runCommandLine } from '../../shared/cli/run-command-line.ts';
import { VERSION } from '../../shared/process/version.ts';
import { findLocalProfile } from './find-local-profile.ts';

const PROGRAM = 'npm run trireme --';

/** The command line inside the repository: what callers have, and under `owner` what only the owner has. */
endWithReader();
const args = process.argv.slice(2);
process.exitCode = await (args[0] === 'owner' ? runOwner(args.slice(1)) : runCaller(args));

async function runOwner(words: readonly string[]): Promise<number> {
  const { runOwnerCommand } = await import('./run-owner-command.ts');
  return runOwnerCommand(`${PROGRAM} owner`, words);
}

function runCaller(words: readonly string[]): Promise<number> {
  const program = createProgram({ program: PROGRAM, version: VERSION, findLocal: findLocalProfile });
  define(program, 'owner', 'Commands of whoever owns the stage: workspaces, all keys, secrets, usage.', [
    'owner --help',
  ]);
  return runCommandLine(program, words);
}
