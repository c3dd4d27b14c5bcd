import { STALE_WORKER_MS } from '../domain/timing.ts';
import type { Clock } from './ports.ts';

/**
 * Throws where a worker comes to a record long after it began, because its process stood still: others may have done its
 * work since, and nobody may look at what it writes. `ownMs`: the longest it may take.
 */
export function rejectStaleWorker(clock: Pick<Clock, 'now'>, takenAt: number, ownMs: number): void {
  const lateMs = clock.now() - takenAt - ownMs;
  if (lateMs > STALE_WORKER_MS) throw new Error(`the worker stood still: it is ${lateMs} ms beyond its time`);
}
