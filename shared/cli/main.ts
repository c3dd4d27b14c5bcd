#!/usr/bin/env node
import manifest from '../../package.json' with { type: 'json' };
import { createProgram, endWithReader, runCommandLine } from './run-command-line.ts';

/** The command line of the package. */
endWithReader();
const program = createProgram({
  program: 'npm exec --no -- trireme',
  version: manifest.version,
  findLocal: () => Promise.resolve(null),
});
process.exitCode = await runCommandLine(program, process.argv.slice(2));
