import { SeededRandom } from '../random.ts';

/** What a caller adds to a launch beyond the everyday, and what it does later. */
export interface ConsumerPlan {
  /** Name of the launch. */
  readonly run: string;
  /** When else the same is sent under the same key, ms after the first; null: it has no key and is sent once. */
  readonly again: readonly number[] | null;
  /** When another body is sent under the same key, ms after the first; null: never. */
  readonly otherAfter: number | null;
  /** Earlier launches that it waits for, by their names. */
  readonly dependsOn: readonly { readonly run: string; readonly require: 'success' | 'finish' }[];
  /** How long after its launch it starts, ms; null: at once. */
  readonly startsAfter: number | null;
}

/** Callbacks are sent once more, by one who picks among those that came, or all of a run. */
export interface ReplayPlan {
  readonly at: number;
  readonly workspace: number;
  /** Which of those that came until then; a share of them. Null: all of a run of this workspace. */
  readonly pick: number | null;
  readonly statuses: readonly string[];
  /** When the same is sent under the same key, ms after the first. */
  readonly again: readonly number[];
}

export interface ConsumerWorkload {
  readonly launches: readonly ConsumerPlan[];
  readonly replays: readonly ReplayPlan[];
}

const ALL = ['SUCCESS', 'FAILED', 'PENDING', 'RUNNING'];

/** Draws them for launches of these names, in the order of their launch. */
export function drawConsumers(
  seed: number,
  names: readonly string[],
  { stormMs, workspaces }: { readonly stormMs: number; readonly workspaces: number },
): ConsumerWorkload {
  const random = new SeededRandom(seed, 'consumers');
  const launches = names.map((run, at): ConsumerPlan => {
    const hasKey = random.happens(0.7);
    const before = names.slice(0, at);
    const waits = before.length > 0 && random.happens(0.5);
    const dependsOn = waits ? drawDependencies(random, before) : [];
    return {
      run,
      again: hasKey ? drawRepeats(random, stormMs) : null,
      otherAfter: hasKey && random.happens(0.15) ? random.int(1_000, 60_000) : null,
      dependsOn,
      startsAfter: random.happens(0.3) ? Math.round(random.logarithmic(2_000, stormMs)) : null,
    };
  });
  const replays = Array.from({ length: random.pick([0, 1, 2, 4]) }, (): ReplayPlan => {
    const statuses = random.pick<readonly string[]>([[], ['FAILED'], ['SUCCESS'], ALL]);
    return {
      at: Math.round(random.logarithmic(500, 3 * stormMs)),
      workspace: random.int(0, workspaces - 1),
      pick: random.happens(0.7) ? random.fraction() : null,
      statuses,
      again: drawRepeats(random, stormMs),
    };
  });
  return { launches, replays };
}

function drawDependencies(random: SeededRandom, names: readonly string[]): ConsumerPlan['dependsOn'] {
  const left = [...names];
  return Array.from({ length: random.int(1, Math.min(2, left.length)) }, () => ({
    run: random.take(left),
    require: random.pick(['success', 'finish', 'finish'] as const),
  }));
}

/** At once, while the first is at work, or when its lease (35 s) has lapsed. */
function drawRepeats(random: SeededRandom, stormMs: number): readonly number[] {
  return Array.from({ length: random.pick([0, 1, 2]) }, () =>
    random.happens(0.4) ? 0 : Math.round(random.logarithmic(5, Math.max(60_000, stormMs))),
  );
}
