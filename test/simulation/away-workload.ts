import { SeededRandom } from './random.ts';
import type { LaunchBody } from './launch-body.ts';

/** Receivers that are away for a time, and runs that go on for them meanwhile. */
export interface AwayWorkload {
  /** By workspace: whether its receiver is away for a time. */
  readonly isAway: readonly boolean[];
  /** When they go away, ms after the start. */
  readonly awayAfterMs: number;
  /** When they are all back, ms after the start. */
  readonly backAfterMs: number;
  readonly launches: readonly { readonly at: number; readonly workspace: number; readonly body: LaunchBody }[];
  readonly stormMs: number;
}

const HOUR_MS = 3_600_000;

/** From a blink to longer than callbacks are kept up. */
export function drawAwayWorkload(seed: number): AwayWorkload {
  const random = new SeededRandom(seed, 'away');
  const isAway: readonly boolean[] = random.pick<readonly boolean[]>([[true], [true, false], [true, true]]);
  const backAfterMs = Math.round(random.logarithmic(60_000, 100 * HOUR_MS));
  const spanMs = Math.min(1.2 * backAfterMs, 12 * HOUR_MS);
  // Where they go away later, messages of what was delivered before may come again meanwhile.
  const going = new SeededRandom(seed, 'going away');
  const awayAfterMs = going.happens(0.6) ? 0 : Math.round(going.logarithmic(100, backAfterMs / 2));
  const launches = Array.from({ length: random.int(2, 6) }, (_, run) => {
    const workspace = random.int(0, isAway.length - 1);
    return { at: random.int(0, Math.round(spanMs)), workspace, body: drawLaunch(random, workspace, run) };
  });
  return { isAway, awayAfterMs, backAfterMs, launches, stormMs: Math.round(random.logarithmic(20_000, 4 * HOUR_MS)) };
}

/** All runs of a workspace have one receiver, told apart by the query. */
function drawLaunch(random: SeededRandom, workspace: number, run: number): LaunchBody {
  const inputs = Array.from({ length: random.pick([1, 2, 3, 6]) }, (_, index) => ({
    key: `w${workspace} r${run} i${index}`,
    pages: random.int(1, 3),
    per_page: random.int(0, 2),
  }));
  return {
    name: `run ${run}`,
    inputs,
    callback: {
      url: `https://hooks.example.com/${workspace}?run=${run}`,
      ...(random.happens(0.1) ? { on: 'final' as const } : {}),
    },
  };
}
