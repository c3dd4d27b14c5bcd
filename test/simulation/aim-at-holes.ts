import { type Aim, POINT_OUTCOMES, writeAim } from './aim.ts';
import { Coverage } from './coverage.ts';
import type { Violation } from './observer.ts';
import { runHistory } from './run-history.ts';
import type { Choice } from './scenarios.ts';

/** What came of histories in which one outcome was aimed at one point each. */
export interface AimedOutcome {
  readonly histories: number;
  /** The outcomes that struck where they were aimed at, and nothing else. */
  readonly coverage: Coverage;
  readonly failed: readonly { readonly seed: number; readonly aim: Aim; readonly violations: readonly Violation[] }[];
}

/** What chance left out: each outcome that no history had at a point that some have passed. */
export function aimsOf(coverage: Coverage): readonly Aim[] {
  return coverage
    .under('point:')
    .flatMap(([point]) =>
      POINT_OUTCOMES.flatMap((outcome) =>
        coverage.count(`outcome:${point}:${outcome}`) === 0 ? [{ point, outcome }] : [],
      ),
    );
}

/**
 * Has every outcome strike at every point: what chance left out is aimed at in a history that is known to pass the point.
 * `passedBy`: seeds that do.
 */
export async function aimAtHoles(
  { coverage, passedBy }: { readonly coverage: Coverage; readonly passedBy: ReadonlyMap<string, readonly number[]> },
  scenario?: Choice,
): Promise<AimedOutcome> {
  const aimed = new Coverage();
  const failed: AimedOutcome['failed'][number][] = [];
  let histories = 0;
  for (const aim of aimsOf(coverage)) {
    const name = `outcome:${aim.point}:${aim.outcome}`;
    for (const seed of passedBy.get(aim.point) ?? []) {
      if (aimed.count(name) > 0) break;
      const history = await runHistory(seed, { scenario, aim });
      histories += 1;
      if (history.coverage.count(name) > 0) aimed.hit(name);
      if (history.violations.length > 0) failed.push({ seed, aim, violations: history.violations });
    }
  }
  return { histories, coverage: aimed, failed };
}

/** The arguments by which an aimed history is run again. */
export function replayOf(seed: number, aim: Aim): string {
  return `--seed ${seed} --aim "${writeAim(aim)}"`;
}
