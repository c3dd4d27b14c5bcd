import { ON_TIME_MS } from '../../domain/timing.ts';
import type { Clock } from '../ports.ts';

/** Two fires of one instant may come this far apart, because EventBridge fires within a minute. */
const SPREAD_MS = 60_000;
/** How long an observed lag counts. */
const RECENT_MS = 60_000;

/**
 * How late fires currently come through the queue, as one worker has observed. When very many fire at one instant, the
 * queue is behind, and a fire that has not come yet is not lost.
 */
export interface FireLag {
  /** Notes a fire that was received `lateMs` after its time. */
  note(lateMs: number): void;
  /** How long after its time a fire is not yet considered lost, ms. */
  patienceMs(): number;
}

/** The lag that one worker has observed. */
export function createFireLag(clock: Pick<Clock, 'now'>): FireLag {
  const latest = { at: -Infinity, lateMs: 0 };
  const isRecent = (): boolean => clock.now() - latest.at <= RECENT_MS;
  return {
    note(lateMs) {
      if (isRecent() && lateMs < latest.lateMs) return;
      latest.at = clock.now();
      latest.lateMs = lateMs;
    },
    patienceMs: () => (isRecent() ? Math.max(ON_TIME_MS, latest.lateMs + SPREAD_MS) : ON_TIME_MS),
  };
}
