import { setTimeout as pause } from 'node:timers/promises';

const STEP_MS = 150;

/** Looks again and again until there is something to see (not null); throws, naming what, once the time is up. */
export async function until<T>(what: string, look: () => Promise<T | null> | T | null, withinMs = 20_000): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== null) return seen;
    if (performance.now() > end) throw new Error(`After ${withinMs} ms there is not: ${what}`);
    await pause(STEP_MS);
  }
}
