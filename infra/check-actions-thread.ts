/** Runs in a worker thread: loads the bundled actions and posts their faults. */
import { setSourceMapsSupport } from 'node:module';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { ACTIONS_SOURCE, type CheckActionsData } from './check-actions.ts';

const { file, offered }: CheckActionsData = workerData;
setSourceMapsSupport(true);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
parentPort?.postMessage(await findFaults());

async function findFaults(): Promise<readonly string[]> {
  try {
    const { registerActions }: { registerActions?: unknown } = await import(pathToFileURL(file).href);
    if (typeof registerActions !== 'function') return [`${ACTIONS_SOURCE}: must export the function registerActions`];
    registerActions(offered);
    return [];
  } catch (error) {
    return faultsOf(error);
  }
}

/** The registry's own faults, else where the error was thrown and what it says. */
function faultsOf(error: unknown): readonly string[] {
  // Recognized by its field: the bundle has a copy of the class of its own.
  if (error instanceof Error && 'faults' in error && Array.isArray(error.faults)) return error.faults.map(String);
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const place = /functions\/actions\/[^\s()]+\.ts:\d+:\d+/.exec(stack)?.[0] ?? ACTIONS_SOURCE;
  return [`${place}: threw while it was loaded: ${String(error)}`];
}
