import { type Aim, coverageOf } from './aim.ts';
import { followOrder } from './all-cores.ts';
import type { Violation } from './observer.ts';
import { runHistory } from './run-history.ts';
import type { Choice } from './scenarios.ts';

export interface AimTarget {
  readonly aim: Aim;
  /** Of histories in which it may strike. */
  readonly seeds: readonly number[];
  /** Absent: drawn from the seed. */
  readonly scenario: Choice | undefined;
}

/** The aims of one process. Each is tried with its seeds in turn until it strikes. */
export interface AimOrder {
  readonly targets: readonly AimTarget[];
}

/** An aimed history that is over. */
export interface AimShot {
  readonly aim: Aim;
  readonly seed: number;
  readonly scenario: Choice | undefined;
  /** Whether it struck where it was aimed. */
  readonly hasHit: boolean;
  readonly violations: readonly Violation[];
}

await followOrder<AimOrder, AimShot>(async ({ targets }, tell) => {
  for (const { aim, seeds, scenario } of targets) {
    for (const seed of seeds) {
      const { coverage, violations } = await runHistory(seed, { scenario, aim });
      const hasHit = coverage.count(coverageOf(aim)) > 0;
      tell({ aim, seed, scenario, hasHit, violations });
      if (hasHit) break;
    }
  }
});
