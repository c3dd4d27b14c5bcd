import type { Breakage, Breakdown } from './breakdowns.ts';
import { POISONS } from './breakdowns.ts';
import type { FaultKind } from './fault-kinds.ts';
import { SeededRandom } from './random.ts';

/** What makes messages die, and who meddles when they do. */
export interface LetterWorkload {
  readonly breakdowns: readonly Breakdown[];
  /** In what share of deaths a caller uses a verb on the run just then. */
  readonly meddling: number;
}

/** Faults beside the breakdowns. None by which a write comes late: so every check looks closely. */
const BESIDE: readonly FaultKind[] = [
  'duplicate_now',
  'duplicate_later',
  'duplicate_after_deletion',
  'reorder',
  'delay_message',
  'lost_receive',
  'early_visibility',
  'refused_entries',
  'crash_before',
  'crash_after',
  'failed',
  'applied_but_failed',
  'stale_reads',
  'receiver_500',
  'receiver_deaf',
];

/** Calls on which much hangs, by the function that makes them. Empty: any. */
const POINTS: Points = {
  control: [
    '',
    'GetItem R DEF',
    'UpdateItem W SLOTS',
    'PutItem R CTL',
    'PutItem R WIN',
    'SendMessageBatch page',
    'TransactWriteItems',
    'PutItem R C',
  ],
  page: [
    '',
    'GetItem R CTL',
    'PutItem S P',
    'UpdateItem R WIN',
    'UpdateItem S M',
    'SendMessageBatch page',
    'SendMessageBatch callback',
    'PutItem R CTL',
    'POST upstream',
  ],
  callback: [
    '',
    'POST receiver',
    'PutItem S D',
    'PutItem S C',
    'UpdateItem',
    'GetSecretValue',
    'SendMessageBatch callback',
  ],
  'dead-letters': ['', 'PutItem S P', 'UpdateItem S M', 'SendMessageBatch', 'PutItem R CTL'],
};
const POINTS_OF_SCHEDULES: Points = {
  ...POINTS,
  control: ['', 'GetItem S CTL', 'GetItem S F', 'TransactWriteItems', 'PutItem R CTL'],
};
type Points = Readonly<Record<Exclude<Breakdown['worker'], 'intake'>, readonly [string, ...(readonly string[])]>>;

const WORKERS = ['control', 'control', 'page', 'page', 'callback', 'callback', 'dead-letters'] as const;
const WORKERS_OF_SCHEDULES = ['control', 'control', 'control', 'page', 'dead-letters'] as const;
const HOWS = ['failed', 'failed', 'throttled', 'applied_but_failed', 'crash_before', 'crash_after'] as const;
const MINUTE_MS = 60_000;

/** Which of them a history has; how often each strikes is the adversary's to say. */
export function drawLetterFaults(seed: number): readonly FaultKind[] {
  const random = new SeededRandom(seed, 'letter faults');
  const share = random.pick([0, 0.15, 0.4]);
  return BESIDE.filter(() => random.happens(share));
}

/** How long the storm lasts at least: a message takes some visibility timeouts to die. */
export function drawLetterStorm(seed: number): number {
  return Math.round(new SeededRandom(seed, 'letter storm').logarithmic(20 * MINUTE_MS, 300 * MINUTE_MS));
}

/** Adds to an everyday history what makes its messages die. */
export function withLetters<Base extends { readonly stormMs: number; readonly schedules?: object }>(
  seed: number,
  workload: Base,
): Base & { readonly maxReceives: number; readonly letters: LetterWorkload } {
  const random = new SeededRandom(seed, 'letters');
  const { stormMs, schedules } = workload;
  const breakdowns = Array.from({ length: random.pick([1, 1, 2, 3]) }, () => {
    if (schedules === undefined) return drawBreakdown(random, POINTS, random.pick(WORKERS), stormMs);
    return drawBreakdown(random, POINTS_OF_SCHEDULES, random.pick(WORKERS_OF_SCHEDULES), stormMs);
  });
  return {
    ...workload,
    maxReceives: random.pick([1, 2, 3, 8]),
    letters: { breakdowns, meddling: random.pick([0, 0.2, 0.6]) },
  };
}

function drawBreakdown(random: SeededRandom, points: Points, worker: keyof Points, stormMs: number): Breakdown {
  const from = random.happens(0.5) ? 0 : Math.round(random.logarithmic(100, stormMs / 2));
  const until = Math.min(stormMs, from + Math.round(random.logarithmic(5 * MINUTE_MS, 240 * MINUTE_MS)));
  if (random.happens(0.3)) {
    const afterMs = random.logarithmic(1, 2_000);
    return { worker, fault: { kind: 'poison', remainder: random.int(0, POISONS - 1), afterMs }, from, until };
  }
  const point = random.pick(points[worker]);
  const how: Breakage = random.pick(HOWS);
  return { worker, fault: { kind: 'call', point, how }, from, until };
}
