import { AsyncLocalStorage } from 'node:async_hooks';
import { format } from 'node:util';
import { maskData } from '../engine/pages/mask-thrown.ts';
import type { RunOnConsole } from '../engine/ports.ts';
import { BY_ACTION } from '../engine/pages/run-action.ts';

/** The run whose page is being worked on. An invocation may work on pages of several runs at once. */
export const currentRun = new AsyncLocalStorage<RunOnConsole>();

const LEVELS = ['debug', 'log', 'info', 'warn', 'error'] as const;
let named = false;

/**
 * From this call on, console lines that an action writes are masked and have their run's uid, as the engine's lines do.
 */
export function nameRunsOnConsole(mask: (text: string, run: RunOnConsole) => string): void {
  if (named) return;
  named = true;
  for (const level of LEVELS) {
    const write = console[level].bind(console);
    console[level] = (...line: unknown[]): void => {
      const run = currentRun.getStore();
      const [first] = line;
      const known = typeof first === 'object' && first !== null && 'run_uid' in first;
      if (run === undefined) return write(...line);
      const maskSecrets = (text: string): string => mask(text, run);
      if (known) write(maskData({ maskSecrets }, { ...first }));
      else write({ message: maskSecrets(format(...line)), run_uid: run.runUid, ...BY_ACTION });
    };
  }
}
