import { RUN_CHECK_MS } from '../../domain/timing.ts';

/**
 * When a run is next checked (epoch ms): at least 5 min after `from`, rounded up to 5 min, so that due entries which
 * several workers put for the same run become one.
 */
export function nextCheck(from: number): number {
  return (Math.ceil(from / RUN_CHECK_MS) + 1) * RUN_CHECK_MS;
}
