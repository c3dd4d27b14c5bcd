#!/usr/bin/env node
import { createProgram, endWithReader, runCommandLine } from './run-command-line.ts';

/** The command line of the package. */
endWithReader();
const program = createProgram({ program: 'npm exec --no -- trireme', findLocal: () => Promise.resolve(null) });
process.exitCode = await runCommandLine(program, process.argv.slice(2));
