import { RUN_CHECK_MS } from '../../domain/timing.ts';

/**
 * When a run is next checked: at least 5 min from `from` (epoch ms), on a grid, so that entries that were put for the
 * same run by different hands become one.
 */
export function nextCheck(from: number): number {
  return (Math.ceil(from / RUN_CHECK_MS) + 1) * RUN_CHECK_MS;
}
