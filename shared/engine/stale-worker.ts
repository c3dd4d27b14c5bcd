import { STALE_WORKER_MS } from '../domain/timing.ts';
import type { Clock } from './ports.ts';

/**
 * Throws if a worker wants to write a record long after it began, because its process was frozen: others may have done
 * the work since, and nothing might ever check what it writes. `ownMs`: the longest time the work may take.
 */
export function rejectStaleWorker(clock: Pick<Clock, 'now'>, takenAt: number, ownMs: number): void {
  const lateMs = clock.now() - takenAt - ownMs;
  if (lateMs > STALE_WORKER_MS)
    throw new Error(
      `the worker was frozen and is ${lateMs} ms past its time; it writes nothing, and its message comes again`,
    );
}
