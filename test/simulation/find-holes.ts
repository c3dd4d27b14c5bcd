import { RUN_MOVES, type RunMove } from '../../shared/domain/run.ts';
import type { Coverage } from './coverage.ts';
import { ALL_FAULT_KINDS } from './fault-kinds.ts';

/** What must be hit at every point where an invocation waits. */
export const POINT_OUTCOMES = ['crash_before', 'crash_after', 'applied_but_failed'] as const;

/** A point passed less often than this may lack an outcome by mere chance. */
const RARE_POINT = 3_000;

/** Moves that no verb of the engine makes yet. */
const NOT_YET: ReadonlySet<string> = new Set([
  'admit from SCHEDULED',
  'block from SCHEDULED',
  'postpone from CREATED',
  'postpone from QUEUED',
  'postpone from RUNNING',
  'invalidate from CREATED',
  'invalidate from BLOCKED',
  'invalidate from QUEUED',
  'invalidate from SCHEDULED',
  'stop from SCHEDULED',
  'succeed from SCHEDULED',
  'succeedPartly from SCHEDULED',
  'fail from SCHEDULED',
  'fail from BLOCKED',
]);

/** Moves of the table by where they begin, so far as there is a verb that makes them. */
export function reachableMoves(): readonly string[] {
  const moves = Object.keys(RUN_MOVES) as RunMove[]; // keys of a closed literal
  return moves
    .flatMap((move) => RUN_MOVES[move].from.map((from) => `${move} from ${from}`))
    .filter((name) => !NOT_YET.has(name));
}

/** What should have been hit and was not, each by its name. Empty where the histories were enough. */
export function findHoles(coverage: Coverage): readonly string[] {
  const kinds = ALL_FAULT_KINDS.filter((kind) => coverage.count(`fault:${kind}`) === 0).map((kind) => `fault ${kind}`);
  const moves = reachableMoves().filter((move) => coverage.count(`move:${move}`) === 0);
  const points = coverage
    .under('point:')
    .flatMap(([point, passed]) =>
      passed < RARE_POINT
        ? []
        : POINT_OUTCOMES.filter((outcome) => coverage.count(`outcome:${point}:${outcome}`) === 0).map(
            (outcome) => `${outcome} at ${point} (passed ${passed} times)`,
          ),
    );
  return [...kinds, ...moves.map((move) => `move ${move}`), ...points];
}
