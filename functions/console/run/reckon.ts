/** How many inputs were done when, epoch ms. */
export interface Sample {
  readonly at: number;
  readonly done: number;
}

/** What the pace so far says of the rest. */
export interface Reckoning {
  /** Inputs a second. */
  readonly rate: number;
  /** Ms until the last input is done, at that rate; null: nothing moves. */
  readonly restMs: number | null;
}

/** How far back the pace is measured. */
const WINDOW_MS = 30_000;

/** Adds a sample, and drops those that say nothing of the pace now. */
export function addSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1);
  const kept = last !== undefined && sample.done < last.done ? [] : samples; // a retry opens inputs again
  return [...kept.filter(({ at }) => at >= sample.at - WINDOW_MS), sample];
}

/** The rate over the window, and the end that it leads to; null: too early to say. */
export function reckon(samples: readonly Sample[], total: number | null): Reckoning | null {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined || total === null || last.at - first.at < 2_000) return null;
  const rate = (1_000 * (last.done - first.done)) / (last.at - first.at);
  return { rate, restMs: rate === 0 ? null : (1_000 * (total - last.done)) / rate };
}
