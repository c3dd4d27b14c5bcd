import type { Breakdown } from './breakdowns.ts';
import type { Random } from './random.ts';
import type { Step } from './workload.ts';

/*
 * What befalls a run while it waits in line anew, which chance alone hardly ever brings about: it takes another run that
 * holds the only slot all the while.
 */

const MINUTE_MS = 60_000;
/** Its inputs wait twenty minutes for their upstream; so long the storm must last, and whoever holds the slot. */
const LONGEST_MS = 45 * MINUTE_MS;

/** A run in line whose start dies: some of it is done, the rest waits for its upstream, and another run has its slot. */
export interface LineWorkload {
  readonly steps: readonly Step[];
  readonly breakdown: Breakdown;
  readonly leastStormMs: number;
}

/** Draws the two runs, and what kills the start of the one once it is in line. */
export function drawDeathInLine(random: Random): LineWorkload {
  const launch = (at: number, name: string, inputs: Extract<Step, { kind: 'launch' }>['body']['inputs']): Step => ({
    kind: 'launch',
    at,
    workspace: 0,
    body: { name, inputs: inputs ?? [], callback: { url: `https://hooks.example.com/0/${name}` } },
  });
  const waiter = [
    { key: 'w0 waiter i0', pages: random.int(1, 2), per_page: random.int(1, 3) },
    {
      key: 'w0 waiter i1',
      pages: 1,
      per_page: 1,
      fails: [{ page: 0, kind: 'rate_limited' as const, times: random.int(5, 6) }],
    },
  ];
  const holder = [{ key: 'w0 holder i0', pages: 60, per_page: 1, takes_ms: 45_000 }];
  return {
    steps: [
      launch(random.int(0, 1_000), 'waiter', waiter),
      launch(Math.round(random.logarithmic(1_500, 6_000)), 'holder', holder),
    ],
    breakdown: {
      worker: 'control',
      fault: {
        kind: 'call',
        point: 'PutItem R CTL',
        how: random.pick(['crash_after', 'crash_after', 'applied_but_failed'] as const),
      },
      from: Math.round(random.logarithmic(MINUTE_MS, 10 * MINUTE_MS)),
      until: LONGEST_MS,
    },
    leastStormMs: LONGEST_MS,
  };
}
