import { SeededRandom } from '../random.ts';

/** When usage is summed. */
export interface UsageWorkload {
  /** How old a run is when it is summed, ms. */
  readonly lagMs: number;
  /** Ms after the start. */
  readonly sumsAt: readonly number[];
}

/**
 * Longer than what may come late: a worker that is frozen for 20 minutes, and calls that take long. Without faults it is
 * a live call, whose run is written at its end: runs are summed while they are at work.
 */
const LAG_MS = 45 * 60_000;
const CALM_LAG_MS = 30_000;

export function drawUsage(
  seed: number,
  { stormMs, isCalm }: { readonly stormMs: number; readonly isCalm: boolean },
): UsageWorkload {
  const random = new SeededRandom(seed, 'usage');
  const lagMs = isCalm ? CALM_LAG_MS : LAG_MS;
  // Some come at once: two workers sum the same.
  const sumsAt = Array.from({ length: random.int(2, 8) }, () => {
    const at = Math.round(lagMs + random.logarithmic(100, 2 * stormMs));
    return random.happens(0.3) ? [at, at + random.int(0, 20)] : [at];
  }).flat();
  return { lagMs, sumsAt };
}
