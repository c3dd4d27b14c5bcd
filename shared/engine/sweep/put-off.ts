import { PUT_OFF_MS } from '../../domain/timing.ts';

/** How long sweeps pass over a row that failed so many times before this one: 30 s, then twice as long each time, up to 15 min. */
export function putOffMs(failures: number): number {
  return Math.min(PUT_OFF_MS.longest, PUT_OFF_MS.first * 2 ** Math.min(failures, 10));
}
