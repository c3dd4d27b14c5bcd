import { PUT_OFF_MS } from '../../domain/timing.ts';

/**
 * How long sweeps skip a row after a failure, ms: 30 s, doubled with each failure before (`failures`), up to 15 min.
 */
export function putOffMs(failures: number): number {
  return Math.min(PUT_OFF_MS.longest, PUT_OFF_MS.first * 2 ** Math.min(failures, 10));
}
