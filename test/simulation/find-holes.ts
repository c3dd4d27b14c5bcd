import { writeAim } from './aim.ts';
import { aimsOf } from './aim-at-holes.ts';
import { RUN_MOVES, type RunMove } from '../../shared/domain/run-status.ts';
import type { Coverage } from './coverage.ts';
import { MUST_HIT } from './must-hit.ts';

/**
 * Outcomes that need a coincidence. They must occur only in a batch of at least {@link HISTORIES_FOR_RARE} histories.
 */
const RARE: ReadonlySet<string> = new Set([
  'move:succeed from QUEUED',
  'move:succeedPartly from QUEUED',
  'move:fail from QUEUED',
  'move:succeed from SCHEDULED',
  'move:succeedPartly from SCHEDULED',
  'move:fail from SCHEDULED',
  'move:retryBlocked from FAILED',
  'move:postpone from QUEUED',
  'dead letter:fire FIRE_MISSED',
]);
const HISTORIES_FOR_RARE = 20_000;
/** From this number of histories on, all other moves and outcomes must occur. In fewer, only faults and calls must. */
const HISTORIES_FOR_ALL = 5_000;

/** All status changes of the run's state table, as `<move> from <status>`. */
export function tableMoves(): readonly string[] {
  const moves = Object.keys(RUN_MOVES) as RunMove[]; // keys of a closed literal
  return moves.flatMap((move) => RUN_MOVES[move].from.map((from) => `${move} from ${from}`));
}

/** The names of what must have occurred in this number of histories and did not. */
export function findHoles(coverage: Coverage): readonly string[] {
  const histories = coverage.under('scenario:').reduce((sum, [, count]) => sum + count, 0);
  const isLacking = (name: string): boolean =>
    coverage.count(name) === 0 && histories >= (RARE.has(name) ? HISTORIES_FOR_RARE : HISTORIES_FOR_ALL);
  const outcomes = [...tableMoves().map((move) => `move:${move}`), ...MUST_HIT].filter(isLacking);
  return [...aimsOf(coverage).map(writeAim), ...outcomes];
}
