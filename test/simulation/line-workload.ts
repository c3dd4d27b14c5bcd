import type { Breakdown } from './breakdowns.ts';
import type { SeededRandom } from './random.ts';
import type { GivenInput } from './launch-body.ts';
import type { Step } from './step.ts';

/*
 * What befalls a run that has done some of its work, or all, while it waits in line anew, or for its moment: its start
 * dies. Chance alone hardly ever brings it about: in line, it takes another run that holds the only slot all the while.
 */

const MINUTE_MS = 60_000;
/** So long the storm lasts, and whoever holds the slot: a run in line is started again after some minutes. */
const LONGEST_MS = 45 * MINUTE_MS;

/** A run that waits and whose start dies, and, where it waits in line, another that has its slot. */
export interface LineWorkload {
  readonly steps: readonly Step[];
  readonly breakdown: Breakdown;
  readonly leastStormMs: number;
}

/** Draws the runs, and what kills the start of the one. */
export function drawDeathInLine(random: SeededRandom): LineWorkload {
  const kind = random.pick(['half done', 'landing', 'landing late'] as const);
  const holder = [{ key: 'w0 holder i0', pages: 60, per_page: 1, takes_ms: 45_000 }];
  const broken =
    kind === 'half done'
      ? ({
          point: 'PutItem R CTL',
          how: random.pick(['crash_after', 'crash_after', 'applied_but_failed'] as const),
        } as const)
      : ({ point: '', how: random.pick(['failed', 'crash_before', 'crash_after'] as const) } as const);
  return {
    steps: [
      ...(kind === 'half done' ? drawHalfDone(random) : drawLanding(random, kind === 'landing late')),
      ...(kind === 'landing late' ? [] : [launchOf(Math.round(random.logarithmic(1_500, 4_000)), 'holder', holder)]),
    ],
    breakdown: {
      worker: 'control',
      fault: { kind: 'call', ...broken },
      from: Math.round(random.logarithmic(MINUTE_MS, 9 * MINUTE_MS)),
      until: LONGEST_MS,
    },
    leastStormMs: LONGEST_MS,
  };
}

/** A run of which one input is done, and the other waits twenty minutes for its upstream. */
function drawHalfDone(random: SeededRandom): readonly Step[] {
  const fails = [{ page: 0, kind: 'rate_limited' as const, times: random.int(5, 6) }];
  const inputs = [
    { key: 'w0 waiter i0', pages: random.int(1, 2), per_page: random.int(1, 3) },
    { key: 'w0 waiter i1', pages: 1, per_page: 1, fails },
  ];
  return [launchOf(random.int(0, 1_000), 'waiter', inputs)];
}

/**
 * A run that is stopped and resumed while its only page is in flight: that lands when the run is in line; or `isPostponed`,
 * for asked again for the page its upstream had it wait.
 */
function drawLanding(random: SeededRandom, isPostponed: boolean): readonly Step[] {
  const fails = isPostponed ? { fails: [{ page: 0, kind: 'rate_limited' as const, times: 2, after: 1 }] } : {};
  const takes = isPostponed ? random.int(38_000, 45_000) : random.int(20_000, 40_000);
  const inputs = [{ key: 'w0 waiter i0', pages: 1, per_page: 2, takes_ms: takes, ...fails }];
  const stopAt = random.int(6_000, 9_000);
  const verbOf = (verb: 'cancel' | 'resume', at: number): Step => ({
    kind: 'verb',
    at,
    workspace: 0,
    verb,
    run: 'waiter',
  });
  return [
    launchOf(random.int(0, 500), 'waiter', inputs),
    verbOf('cancel', stopAt),
    verbOf('resume', stopAt + random.int(1_000, 8_000)),
  ];
}

function launchOf(at: number, name: string, inputs: readonly GivenInput[]): Step {
  const callback = { url: `https://hooks.example.com/0/${name}` };
  return { kind: 'launch', at, workspace: 0, body: { name, inputs, callback } };
}
