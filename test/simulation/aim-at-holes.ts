import { type Aim, POINT_OUTCOMES, writeAim } from './aim.ts';
import { onAllCores } from './all-cores.ts';
import type { AimOrder, AimShot } from './aim-worker.ts';
import { Coverage } from './coverage.ts';
import type { Violation } from './observer.ts';
import type { PassedBy } from './run-histories.ts';
import type { Choice } from './scenarios.ts';

/** The outcome of histories with one aimed fault each. */
export interface AimedOutcome {
  readonly histories: number;
  /** Only the aimed faults that struck. */
  readonly coverage: Coverage;
  readonly failed: readonly { readonly seed: number; readonly aim: Aim; readonly violations: readonly Violation[] }[];
}

/** The faults that no history had yet: each outcome, at each call that some history made. */
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
 * Injects each missing fault in a history that is known to make the call, on all cores. `passedBy`: histories that
 * make each call, the shortest first.
 */
export async function aimAtHoles(
  { coverage, passedBy }: { readonly coverage: Coverage; readonly passedBy: PassedBy },
  scenario?: Choice,
): Promise<AimedOutcome> {
  const aimed = new Coverage();
  const failed: AimedOutcome['failed'][number][] = [];
  let histories = 0;
  const targets = aimsOf(coverage).map((aim) => ({
    aim,
    seeds: (passedBy.get(aim.point) ?? []).map(({ seed }) => seed),
  }));
  await onAllCores(
    new URL('./aim-worker.ts', import.meta.url),
    targets.length,
    (core, cores): AimOrder => ({ targets: targets.filter((_, index) => index % cores === core), scenario }),
    ({ aim, seed, hasHit, violations }: AimShot) => {
      histories += 1;
      if (hasHit) aimed.hit(`outcome:${aim.point}:${aim.outcome}`);
      if (violations.length > 0) failed.push({ seed, aim, violations });
    },
  );
  failed.sort((a, b) => a.seed - b.seed || (writeAim(a.aim) < writeAim(b.aim) ? -1 : 1));
  return { histories, coverage: aimed, failed };
}

/** The arguments of `npm run simulate` that repeat an aimed history. */
export function replayOf(seed: number, aim: Aim): string {
  return `--seed ${seed} --aim "${writeAim(aim)}"`;
}
