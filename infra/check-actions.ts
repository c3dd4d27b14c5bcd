import { Worker } from 'node:worker_threads';

/** The data of the thread that loads the actions. */
export interface CheckActionsData {
  /** A bundle of functions/actions/index.ts. */
  readonly file: string;
  /** The opt-in actions that the stage's settings name. */
  readonly offered: readonly string[];
}

/** Source of the registry; a fault without a file of its own is reported with this file. */
export const ACTIONS_SOURCE = 'functions/actions/index.ts';

/** Limit for a module that never finishes loading. Lambda allows 10 s; a busy machine needs more. */
const LOAD_TIMEOUT_MS = 30_000;

/**
 * Loads the actions as a function does and makes their registry. Returns the faults, one a line with file and field;
 * none if the actions can be offered. It runs in a thread with an empty environment, because a module may end the
 * process, wait for ever, or read a variable that no Lambda has: that must be found here without harm.
 */
export async function findActionFaults(data: CheckActionsData): Promise<readonly string[]> {
  const thread = new Worker(new URL('./check-actions-thread.ts', import.meta.url), {
    workerData: data,
    env: { TZ: 'UTC' },
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<readonly string[]>((resolve) => {
      const seconds = LOAD_TIMEOUT_MS / 1_000;
      timer = setTimeout(
        () => resolve([`${ACTIONS_SOURCE}: does not end loading within ${seconds} s`]),
        LOAD_TIMEOUT_MS,
      );
      thread.on('message', resolve);
      thread.on('error', (error) => resolve([`${ACTIONS_SOURCE}: broke while it was loaded: ${String(error)}`]));
      thread.on('exit', (code) =>
        resolve([`${ACTIONS_SOURCE}: ended the process while it was loaded, with code ${code}`]),
      );
    });
  } finally {
    clearTimeout(timer);
    await thread.terminate();
  }
}
