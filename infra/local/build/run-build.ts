import { fork } from 'node:child_process';
import { join } from 'node:path';
import { COMPILE_CACHE } from './project.ts';
import type { BuildOrder, BuildOutcome } from './build-messages.ts';

const MAIN = join(import.meta.dirname, 'build-main.ts');
/** All that a build knows of this process's environment: what else is in there must not decide what is built. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot'];

/** Builds in a process of its own, which is gone afterwards. A build that is aborted is a fault. Never rejects. */
export async function runBuild(order: BuildOrder, signal: AbortSignal): Promise<BuildOutcome> {
  const passed = PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  const child = fork(MAIN, [JSON.stringify(order)], {
    cwd: order.root,
    env: { ...Object.fromEntries(passed), NODE_COMPILE_CACHE: COMPILE_CACHE },
    execArgv: [],
    // What it prints is for people: the output of this process may be read by a program.
    stdio: ['ignore', 2, 2, 'ipc'],
    serialization: 'json',
  });
  const stop = (): void => child.disconnect();
  signal.addEventListener('abort', stop);
  try {
    return await new Promise((resolve) => {
      child.once('message', (outcome) => resolve(outcome as BuildOutcome)); // it sends nothing else
      child.once('error', (error) => resolve({ kind: 'fault', fault: String(error) }));
      child.once('exit', (code, by) => {
        resolve({ kind: 'fault', fault: `the process that builds the ${order.task} ended with ${by ?? code}` });
      });
    });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
