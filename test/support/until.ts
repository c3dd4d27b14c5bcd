import { setTimeout as pause } from 'node:timers/promises';
import { PATIENCE_MS } from './patience.ts';

const STEP_MS = 100;

/** Looks again and again until there is something to see (not null); throws, naming what, once a test's patience is out. */
export async function until<T>(what: string, look: () => Promise<T | null> | T | null): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const seen = await look();
    if (seen !== null) return seen;
    if (performance.now() > end) throw new Error(`After ${PATIENCE_MS} ms there is not: ${what}`);
    await pause(STEP_MS);
  }
}
