import { onAllCores } from './all-cores.ts';
import { Coverage } from './coverage.ts';
import type { Batch, BatchOptions, Failed, Passing, SeedRange } from './run-batch.ts';
import type { WorkerOrder } from './simulate-worker.ts';

export interface Outcome {
  readonly histories: number;
  readonly virtualMs: number;
  readonly coverage: Coverage;
  /** Histories that passed a point, some of the shortest. */
  readonly passedBy: PassedBy;
  /** In the order of their seeds. */
  readonly failed: readonly Failed[];
  /** Seeds that were run twice and gave two traces. */
  readonly unlike: readonly number[];
}

/** For each point, histories that passed it, the shortest first. */
export type PassedBy = ReadonlyMap<string, readonly Passing[]>;

/** Histories kept of each point: in one of them nothing else befalls it. */
const KEPT_A_POINT = 5;

/** The shortest of both for each point. */
function mergePassedBy(one: PassedBy, other: PassedBy): PassedBy {
  const merged = new Map(one);
  for (const [point, passings] of other) {
    const all = [...(merged.get(point) ?? []), ...passings].sort((a, b) => a.calls - b.calls || a.seed - b.seed);
    merged.set(point, all.slice(0, KEPT_A_POINT));
  }
  return merged;
}

/** Runs seeds on all cores, or fewer. `program` is the worker's file: the plain one, or one with a planted bug. */
export async function runHistories(
  range: Omit<SeedRange, 'step'>,
  options: Pick<BatchOptions, 'scenario' | 'twice'> & {
    /** Stop at the first broken promise. */
    readonly stopsAtFirst?: boolean;
    readonly program?: URL;
    readonly cores?: number | undefined;
    readonly onProgress?: (histories: number) => void;
    /** Told as soon as it is known. */
    readonly onFailed?: (failed: Failed) => void;
  } = {},
): Promise<Outcome> {
  const { onProgress, onFailed, program = new URL('./simulate-worker.ts', import.meta.url) } = options;
  const { scenario, twice = false, stopsAtFirst = false, cores: wanted } = options;
  const coverage = new Coverage();
  const failed: Failed[] = [];
  const unlike: number[] = [];
  let passedBy: PassedBy = new Map();
  let histories = 0;
  let virtualMs = 0;

  function take(batch: Batch): boolean {
    histories += batch.histories;
    virtualMs += batch.virtualMs;
    coverage.add(batch.coverage);
    passedBy = mergePassedBy(passedBy, new Map(batch.passedBy.map(([point, passing]) => [point, [passing]])));
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
  await onAllCores(program, range.count, orderOf, take, wanted);
  failed.sort((a, b) => a.seed - b.seed);
  return { histories, virtualMs, coverage, passedBy, failed, unlike };
}
