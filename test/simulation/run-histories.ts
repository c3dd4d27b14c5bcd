import { onAllCores } from './all-cores.ts';
import { Coverage } from './coverage.ts';
import type { Batch, BatchOptions, Failed, SeedRange } from './run-batch.ts';
import type { WorkerOrder } from './simulate-worker.ts';

export interface Outcome {
  readonly histories: number;
  readonly virtualMs: number;
  readonly coverage: Coverage;
  /** Seeds that passed a point, some of the first, in their order. */
  readonly passedBy: ReadonlyMap<string, readonly number[]>;
  /** In the order of their seeds. */
  readonly failed: readonly Failed[];
  /** Seeds that were run twice and gave two traces. */
  readonly unlike: readonly number[];
}

/** Seeds kept of each point: in one of them nothing else befalls it. */
const SEEDS_A_POINT = 5;

function lowest(seeds: number[]): readonly number[] {
  return seeds.sort((a, b) => a - b).slice(0, SEEDS_A_POINT);
}

/** Runs seeds on all cores. `program` is the worker's file: the plain one, or one with a planted bug. */
export async function runHistories(
  range: Omit<SeedRange, 'step'>,
  options: Pick<BatchOptions, 'scenario' | 'twice'> & {
    /** Stop at the first broken promise. */
    readonly stopsAtFirst?: boolean;
    readonly program?: URL;
    readonly onProgress?: (histories: number) => void;
    /** Told as soon as it is known. */
    readonly onFailed?: (failed: Failed) => void;
  } = {},
): Promise<Outcome> {
  const { onProgress, onFailed, program = new URL('./simulate-worker.ts', import.meta.url) } = options;
  const { scenario, twice = false, stopsAtFirst = false } = options;
  const coverage = new Coverage();
  const failed: Failed[] = [];
  const unlike: number[] = [];
  const passedBy = new Map<string, readonly number[]>();
  let histories = 0;
  let virtualMs = 0;

  function take(batch: Batch): boolean {
    histories += batch.histories;
    virtualMs += batch.virtualMs;
    coverage.add(batch.coverage);
    for (const [point, seed] of batch.passedBy) passedBy.set(point, lowest([...(passedBy.get(point) ?? []), seed]));
    failed.push(...batch.failed);
    for (const one of batch.failed) onFailed?.(one);
    unlike.push(...batch.unlike);
    onProgress?.(histories);
    return stopsAtFirst && failed.length > 0;
  }

  const orderOf = (core: number, cores: number): WorkerOrder => ({
    range: {
      first: range.first + core,
      step: cores,
      count: Math.ceil((range.count - core) / cores),
    },
    options: { scenario, twice },
    stopsAtFirst,
  });
  await onAllCores(program, range.count, orderOf, take);
  failed.sort((a, b) => a.seed - b.seed);
  return { histories, virtualMs, coverage, passedBy, failed, unlike };
}
