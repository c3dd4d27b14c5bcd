import { type Aim, coverageOf, type KindAim, POINT_OUTCOMES, type PointAim, writeAim } from './aim.ts';
import { onAllCores } from './all-cores.ts';
import type { AimOrder, AimShot, AimTarget } from './aim-worker.ts';
import { Coverage } from './coverage.ts';
import { ALL_FAULT_KINDS, ALL_FURTHER_KINDS } from './fault-kinds.ts';
import type { PassedBy } from './run-histories.ts';
import type { Choice, Scenario } from './scenarios.ts';

/** The outcome of histories with one aimed fault each. */
export interface AimedOutcome {
  readonly histories: number;
  /** Only the aimed faults that struck. */
  readonly coverage: Coverage;
  readonly failed: readonly Pick<AimShot, 'seed' | 'scenario' | 'aim' | 'violations'>[];
}

/** Histories that are tried until a kind of fault strikes in one. */
const KIND_SEEDS = Array.from({ length: 30 }, (_, index) => index + 1);

/** The faults that no history had yet: each kind, and each outcome at each call that some history made. */
export function aimsOf(coverage: Coverage): readonly Aim[] {
  const isMissing = (aim: Aim): boolean => coverage.count(coverageOf(aim)) === 0;
  const kinds = [...ALL_FAULT_KINDS, ...ALL_FURTHER_KINDS].map((fault): KindAim => ({ fault }));
  const points = coverage
    .under('point:')
    .flatMap(([point]) => POINT_OUTCOMES.map((outcome): PointAim => ({ point, outcome })));
  return [...kinds, ...points].filter(isMissing);
}

/**
 * Injects each missing fault, on all cores: in a history that is known to make the call, or of a scenario in which the
 * kind strikes. `passedBy`: histories that make each call, the shortest first. With a `scenario`, kinds are left out:
 * no single one has them all.
 */
export async function aimAtHoles(
  { coverage, passedBy }: { readonly coverage: Coverage; readonly passedBy: PassedBy },
  scenario?: Choice,
): Promise<AimedOutcome> {
  const aimed = new Coverage();
  const failed: AimedOutcome['failed'][number][] = [];
  let histories = 0;
  const targets = aimsOf(coverage).flatMap((aim): readonly AimTarget[] => {
    if ('point' in aim) return [{ aim, seeds: (passedBy.get(aim.point) ?? []).map(({ seed }) => seed), scenario }];
    return scenario === undefined ? [{ aim, seeds: KIND_SEEDS, scenario: scenarioWith(aim) }] : [];
  });
  await onAllCores(
    new URL('./aim-worker.ts', import.meta.url),
    targets.length,
    (core, cores): AimOrder => ({ targets: targets.filter((_, index) => index % cores === core) }),
    ({ hasHit, ...shot }: AimShot) => {
      histories += 1;
      if (hasHit) aimed.hit(coverageOf(shot.aim));
      if (shot.violations.length > 0) failed.push(shot);
    },
  );
  failed.sort((a, b) => a.seed - b.seed || (writeAim(a.aim) < writeAim(b.aim) ? -1 : 1));
  return { histories, coverage: aimed, failed };
}

/** Where a kind of fault strikes soon. */
function scenarioWith({ fault }: KindAim): Scenario {
  if (fault === 'new_version') return 'consumers'; // its deployment has to meet messages on their way
  const [further] = ALL_FURTHER_KINDS.filter((kind) => kind === fault);
  return further === undefined ? 'small' : 'schedules';
}

/** The arguments of `npm run simulate` that repeat a history. */
export function replayOf({ seed, scenario, aim }: Pick<AimShot, 'seed' | 'scenario'> & { aim?: Aim }): string {
  const chosen = scenario === undefined ? '' : ` --scenario ${scenario}`;
  return `--seed ${seed}${chosen}${aim === undefined ? '' : ` --aim "${writeAim(aim)}"`}`;
}
