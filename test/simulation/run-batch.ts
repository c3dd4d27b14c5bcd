import { Coverage } from './coverage.ts';
import type { Violation } from './observer.ts';
import { runHistory } from './run-history.ts';
import type { Choice } from './scenarios.ts';

/** A history that broke a promise. */
export interface Failed {
  readonly seed: number;
  readonly violations: readonly Violation[];
}

/** A history that passed a point. */
export interface Passing {
  readonly seed: number;
  /** How long it takes to run again, in calls. */
  readonly calls: number;
}

/** The outcome of many histories, as plain data, so that it can be posted between processes. */
export interface Batch {
  readonly histories: number;
  readonly virtualMs: number;
  readonly coverage: readonly (readonly [string, number])[];
  /** For each point that was passed, the shortest history that did. */
  readonly passedBy: readonly (readonly [point: string, by: Passing])[];
  readonly failed: readonly Failed[];
  /** Seeds that were run twice and gave different traces, which must not happen. */
  readonly unlike: readonly number[];
}

/** A call of the SDK's own client takes as long as so many of the short one. */
const CALLS_A_CALL = { short: 1, sdk: 6 };

/** Seeds from `first` on, each `step` apart. */
export interface SeedRange {
  readonly first: number;
  readonly step: number;
  readonly count: number;
}

export interface BatchOptions {
  readonly scenario?: Choice | undefined;
  /** Runs each seed twice and compares the traces. */
  readonly twice?: boolean;
  /** Asked before each history: whether to stop here. */
  readonly isEnough?: (failed: readonly Failed[]) => boolean;
}

/** Runs the histories of a range of seeds, one after the other. */
export async function runBatch(
  { first, step, count }: SeedRange,
  { scenario, twice = false, isEnough = () => false }: BatchOptions = {},
): Promise<Batch> {
  const coverage = new Coverage();
  const failed: Failed[] = [];
  const unlike: number[] = [];
  const passedBy = new Map<string, Passing>();
  let histories = 0;
  let virtualMs = 0;
  for (let index = 0; index < count && !isEnough(failed); index += 1) {
    const history = await runHistory(first + index * step, { scenario });
    histories += 1;
    virtualMs += history.tookMs;
    coverage.add(history.coverage.counts);
    coverage.hit(`scenario:${history.scenario}`);
    const { seed, violations } = history;
    const points = history.coverage.under('point:');
    const calls = CALLS_A_CALL[history.clients] * points.reduce((sum, [, count]) => sum + count, 0);
    for (const [point] of points) {
      if (calls < (passedBy.get(point)?.calls ?? Infinity)) passedBy.set(point, { seed, calls });
    }
    if (violations.length > 0) failed.push({ seed, violations });
    if (twice && (await runHistory(seed, { scenario })).hash !== history.hash) unlike.push(seed);
  }
  return { histories, virtualMs, coverage: [...coverage.counts], passedBy: [...passedBy], failed, unlike };
}
