import { AsyncLocalStorage } from 'node:async_hooks';
import { format } from 'node:util';
import { maskData } from '../engine/pages/mask-thrown.ts';
import { BY_ACTION } from '../engine/pages/run-action.ts';

/** The uid of the run whose page is being worked on. An invocation may work on pages of several runs at once. */
export const currentRun = new AsyncLocalStorage<string>();

const LEVELS = ['debug', 'log', 'info', 'warn', 'error'] as const;
let named = false;

/**
 * From this call on, console lines that an action writes are masked and have their run's uid, as the engine's lines do.
 */
export function nameRunsOnConsole(mask: (text: string) => string): void {
  if (named) return;
  named = true;
  for (const level of LEVELS) {
    const write = console[level].bind(console);
    console[level] = (...line: unknown[]): void => {
      const runUid = currentRun.getStore();
      const [first] = line;
      const known = typeof first === 'object' && first !== null && 'run_uid' in first;
      if (runUid === undefined) write(...line);
      else if (known) write(maskData({ maskSecrets: mask }, { ...first }));
      else write({ message: mask(format(...line)), run_uid: runUid, ...BY_ACTION });
    };
  }
}
