import type { Aim } from './aim.ts';
import { followOrder } from './all-cores.ts';
import type { Violation } from './observer.ts';
import { runHistory } from './run-history.ts';
import type { Choice } from './scenarios.ts';

/** The aims of one process. Each is tried with its seeds in turn until it strikes. */
export interface AimOrder {
  readonly targets: readonly { readonly aim: Aim; readonly seeds: readonly number[] }[];
  readonly scenario: Choice | undefined;
}

/** An aimed history that is over. */
export interface AimShot {
  readonly aim: Aim;
  readonly seed: number;
  /** Whether it struck where it was aimed. */
  readonly hasHit: boolean;
  readonly violations: readonly Violation[];
}

await followOrder<AimOrder, AimShot>(async ({ targets, scenario }, tell) => {
  for (const { aim, seeds } of targets) {
    for (const seed of seeds) {
      const { coverage, violations } = await runHistory(seed, { scenario, aim });
      const hasHit = coverage.count(`outcome:${aim.point}:${aim.outcome}`) > 0;
      tell({ aim, seed, hasHit, violations });
      if (hasHit) break;
    }
  }
});
