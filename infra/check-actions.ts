import { Worker } from 'node:worker_threads';

/** What the thread that loads the actions is given. */
export interface CheckActionsData {
  /** A bundle of functions/actions/index.ts. */
  readonly file: string;
  /** The opt-in actions that the stage's settings name. */
  readonly offered: readonly string[];
}

/** Source of the registry; a fault without a file of its own is told as this one's. */
export const ACTIONS_SOURCE = 'functions/actions/index.ts';

/** A bound against a module that never ends loading. Lambda gives its own 10 s; a busy machine needs more. */
const LOAD_TIMEOUT_MS = 30_000;

/**
 * Loads the actions as a function does and makes their registry. Every fault is a line with file and field; none when
 * they can be offered. In a thread with an empty environment, because what a module does while it loads (ending the
 * process, waiting for ever, reading a variable that no Lambda has) must be found here and do no harm here.
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
