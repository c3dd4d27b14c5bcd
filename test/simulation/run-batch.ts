import { Coverage } from './coverage.ts';
import type { Violation } from './observer.ts';
import { type History, runHistory } from './run-history.ts';
import type { Scenario } from './workload.ts';

/** A history that broke a promise. */
export interface Failed {
  readonly seed: number;
  readonly violations: readonly Violation[];
}

/** What many histories came to; plain data, so that threads can hand it over. */
export interface Batch {
  readonly histories: number;
  readonly virtualMs: number;
  readonly coverage: readonly (readonly [string, number])[];
  readonly failed: readonly Failed[];
}

/** Seeds from `first` on, each `step` apart. */
export interface SeedRange {
  readonly first: number;
  readonly step: number;
  readonly count: number;
}

/** Runs the histories of a range of seeds, one after the other, until `isEnough`. */
export async function runBatch(
  { first, step, count }: SeedRange,
  scenario: Scenario | undefined,
  isEnough: (history: History) => boolean = () => false,
): Promise<Batch> {
  const coverage = new Coverage();
  const failed: Failed[] = [];
  let histories = 0;
  let virtualMs = 0;
  for (let index = 0; index < count; index += 1) {
    const history = await runHistory(first + index * step, { scenario });
    histories += 1;
    virtualMs += history.tookMs;
    coverage.add(history.coverage.counts);
    coverage.hit(`scenario:${history.scenario}`);
    const { seed, violations } = history;
    if (violations.length > 0) failed.push({ seed, violations });
    if (isEnough(history)) break;
  }
  return { histories, virtualMs, coverage: [...coverage.counts], failed };
}
