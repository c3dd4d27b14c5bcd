import { ON_TIME_MS } from '../../domain/timing.ts';
import type { Clock } from '../ports.ts';

/** EventBridge brings a time within a minute: of two fires of one instant, one may come so much after the other. */
const SPREAD_MS = 60_000;
/** How long what was seen of fires says how late others are. */
const RECENT_MS = 60_000;

/**
 * How late fires are that come through the queue just now, as one worker has seen it: where very many come at one instant
 * the queue is behind, and what has not come is not lost.
 */
export interface FireLag {
  /** A fire was taken from the queue, so long after it was to be carried out. */
  note(lateMs: number): void;
  /** How long after its time a fire is still waited for. */
  patienceMs(): number;
}

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
