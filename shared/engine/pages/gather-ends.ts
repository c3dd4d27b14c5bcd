import type { Clock } from '../ports.ts';
import type { EndedInputs, InputEnd, ProgressStore } from '../stores/progress-store.ts';

/** A page that a worker is working on. */
export interface PageAtWork {
  /** Counts the end of the page's input, together with others of its run. This ends the page, which took `tookMs`. */
  count(runUid: string, epoch: number, end: InputEnd, tookMs: number): Promise<EndedInputs>;
  /** The page is over, or goes on in another message. Idempotent; no effect after `count`. */
  leave(): void;
}

/** Gathers inputs that end in one worker at about the same time, so that one write counts them. */
export interface EndGatherer {
  enter(): PageAtWork;
}

interface Waiting {
  readonly end: InputEnd;
  readonly resolve: (ended: EndedInputs) => void;
  readonly reject: (error: unknown) => void;
}

interface Group {
  readonly runUid: string;
  readonly epoch: number;
  readonly waiting: Waiting[];
}

/** How long an end may wait for others, during which its place is idle: a share of its page's time, with a maximum. */
export interface GatherLimits {
  readonly share: number;
  readonly longestMs: number;
}

/** A twentieth of a page's time: a run whose places all wait that long loses at most 5 % of its throughput. */
const LIMITS: GatherLimits = { share: 0.05, longestMs: 250 };

/**
 * Ends wait for each other until no page of this worker is at work that could bring another end, or until the first has
 * waited as long as it may. The wait is short, because the places of waiting ends are idle.
 */
export function createEndGatherer(
  clock: Pick<Clock, 'after'>,
  progress: Pick<ProgressStore, 'endInputs'>,
  { share, longestMs }: GatherLimits = LIMITS,
): EndGatherer {
  let atWork = 0;
  let groups = new Map<string, Group>();
  const timers = new Set<() => void>();

  function flush(): void {
    for (const cancel of timers) cancel();
    timers.clear();
    const gathered = groups;
    groups = new Map();
    for (const group of gathered.values()) void countAll(group);
  }

  async function countAll({ runUid, epoch, waiting }: Group): Promise<void> {
    // A message and its duplicate may end the same input: only the first is counted.
    const [first, others] = firstOfEach(waiting);
    try {
      const ended = await progress.endInputs(
        runUid,
        epoch,
        first.map(({ end }) => end),
      );
      for (const [at, { resolve }] of first.entries()) resolve(at === 0 ? ended : { ...ended, isOthers: true });
      for (const { resolve } of others) resolve({ ...ended, counted: new Set(), isOthers: true });
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }

  return {
    enter() {
      let isAtWork = true;
      atWork += 1;
      const leave = (): void => {
        if (!isAtWork) return;
        isAtWork = false;
        atWork -= 1;
        if (atWork === 0) flush();
      };
      return {
        leave,
        count(runUid, epoch, end, tookMs) {
          const counted = new Promise<EndedInputs>((resolve, reject) => {
            const name = `${runUid} ${epoch}`;
            const group = groups.get(name) ?? { runUid, epoch, waiting: [] };
            groups.set(name, group);
            group.waiting.push({ end, resolve, reject });
          });
          timers.add(clock.after(Math.min(longestMs, tookMs * share), flush));
          leave();
          return counted;
        },
      };
    },
  };
}

function firstOfEach(waiting: readonly Waiting[]): readonly [readonly Waiting[], readonly Waiting[]] {
  const byPlace = Map.groupBy(waiting, ({ end }) => end.place);
  const first = Array.from(byPlace.values(), ([one]) => one).filter((one) => one !== undefined);
  return [first, waiting.filter((one) => !first.includes(one))];
}
