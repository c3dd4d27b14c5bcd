import { type Aim, POINT_OUTCOMES, writeAim } from './aim.ts';
import type { AimOrder, AimShot } from './aim-worker.ts';
import { Coverage } from './coverage.ts';
import type { Violation } from './observer.ts';
import type { Choice } from './scenarios.ts';
import { onThreads } from './threads.ts';

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
 * Has every outcome strike at every point: what chance left out is aimed at in a history that is known to pass the point,
 * on all cores.
 * `passedBy`: seeds that do.
 */
export async function aimAtHoles(
  { coverage, passedBy }: { readonly coverage: Coverage; readonly passedBy: ReadonlyMap<string, readonly number[]> },
  scenario?: Choice,
): Promise<AimedOutcome> {
  const aimed = new Coverage();
  const failed: AimedOutcome['failed'][number][] = [];
  let histories = 0;
  const targets = aimsOf(coverage).map((aim) => ({ aim, seeds: passedBy.get(aim.point) ?? [] }));
  await onThreads(
    new URL('./aim-worker.ts', import.meta.url),
    targets.length,
    (thread, threads): AimOrder => ({ targets: targets.filter((_, index) => index % threads === thread), scenario }),
    ({ aim, seed, hasHit, violations }: AimShot) => {
      histories += 1;
      if (hasHit) aimed.hit(`outcome:${aim.point}:${aim.outcome}`);
      if (violations.length > 0) failed.push({ seed, aim, violations });
    },
  );
  failed.sort((a, b) => a.seed - b.seed || (writeAim(a.aim) < writeAim(b.aim) ? -1 : 1));
  return { histories, coverage: aimed, failed };
}

/** The arguments by which an aimed history is run again. */
export function replayOf(seed: number, aim: Aim): string {
  return `--seed ${seed} --aim "${writeAim(aim)}"`;
}
