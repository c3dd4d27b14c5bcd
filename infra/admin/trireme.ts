import { resolve } from 'node:path';
import { usageError } from '../../shared/cli/command-failed.ts';
import { define } from '../../shared/cli/define.ts';
import { createProgram, endWithReader, runCommandLine } from '../../shared/cli/run-command-line.ts';
import type { Profile } from '../../shared/cli/profiles.ts';
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
  const start = process.cwd();
  const program = createProgram({
    program: PROGRAM,
    version: VERSION,
    findLocal: (dataDir) => findLocal(start, dataDir),
  });
  program.option('--data-dir <folder>', 'use the system that npm start runs over this data folder');
  enterFolderOfCaller();
  define(program, 'owner', 'Commands of whoever owns the stage: workspaces, all keys, secrets, usage.', [
    'owner --help',
  ]);
  return runCommandLine(program, words);
}

/** Throws CommandFailed where no system runs over the data folder. */
async function findLocal(start: string, dataDir: string | undefined): Promise<Profile> {
  const folder = resolve(start, dataDir ?? '.trireme');
  const found = await findLocalProfile(folder);
  if (found !== null) return found;
  if (dataDir === undefined)
    throw usageError('You are not logged in, and no system runs here: use npm start, or login.');
  throw usageError(`No system runs over ${folder}; npm start -- --data-dir ${dataDir} starts one.`);
}

/** npm runs a script in the folder of the package; the files of a caller are named from where they called it. */
function enterFolderOfCaller(): void {
  const { INIT_CWD: folder, npm_lifecycle_event: script } = process.env;
  if (script === 'trireme' && folder !== undefined) process.chdir(folder);
}
