/** A run that owes something is looked at this often. */
const CHECK_MS = 300_000;

/**
 * When a run is next looked at: at least 5 min from `from` (epoch ms), on a grid, so that entries that were put for the
 * same run by different hands become one.
 */
export function nextCheck(from: number): number {
  return (Math.ceil(from / CHECK_MS) + 1) * CHECK_MS;
}

/** Nothing that moved this recently is stuck: a page's time, its redelivery and a queue's backlog pass before. */
export const STUCK_MS = 600_000;
