import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
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
export async function runThreads(
  range: Omit<SeedRange, 'step'>,
  options: Pick<BatchOptions, 'scenario' | 'twice'> & {
    /** Stop at the first broken promise. */
    readonly stopsAtFirst?: boolean;
    readonly program?: URL;
    readonly onProgress?: (histories: number) => void;
  } = {},
): Promise<Outcome> {
  const { onProgress, program = new URL('./simulate-worker.ts', import.meta.url), stopsAtFirst = false } = options;
  const { scenario, twice = false } = options;
  const found = new Int32Array(new SharedArrayBuffer(4));
  const coverage = new Coverage();
  const failed: Failed[] = [];
  const unlike: number[] = [];
  const passedBy = new Map<string, readonly number[]>();
  let histories = 0;
  let virtualMs = 0;
  const threads = Math.min(availableParallelism(), range.count);

  function take(batch: Batch): void {
    histories += batch.histories;
    virtualMs += batch.virtualMs;
    coverage.add(batch.coverage);
    for (const [point, seed] of batch.passedBy) passedBy.set(point, lowest([...(passedBy.get(point) ?? []), seed]));
    failed.push(...batch.failed);
    unlike.push(...batch.unlike);
    onProgress?.(histories);
  }

  await Promise.all(
    Array.from({ length: threads }, async (_, thread) => {
      const count = Math.ceil((range.count - thread) / threads);
      const workerData: WorkerOrder = {
        range: { first: range.first + thread, step: threads, count },
        options: { scenario, twice },
        stopsAtFirst,
        found,
      };
      const worker = new Worker(program, { workerData });
      await new Promise<void>((resolve, reject) => {
        worker.on('message', take);
        worker.on('error', reject);
        worker.on('exit', () => resolve());
      });
    }),
  );
  failed.sort((a, b) => a.seed - b.seed);
  return { histories, virtualMs, coverage, passedBy, failed, unlike };
}
