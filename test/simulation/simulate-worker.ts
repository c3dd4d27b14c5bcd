import { followOrder } from './all-cores.ts';
import { type Batch, type BatchOptions, runBatch, type SeedRange } from './run-batch.ts';

/** What a process is asked to do: a range of seeds, told of in pieces. */
export interface WorkerOrder {
  readonly range: SeedRange;
  readonly options: Omit<BatchOptions, 'isEnough'>;
  /** Stop at the first broken promise. */
  readonly stopsAtFirst: boolean;
}

const PIECE = 25;

/** Runs the order in pieces and hands over each piece as it is done. */
await followOrder<WorkerOrder, Batch>(async ({ range, options, stopsAtFirst }, tell, isStopped) => {
  for (let done = 0; done < range.count && !isStopped(); done += PIECE) {
    const piece = {
      first: range.first + done * range.step,
      step: range.step,
      count: Math.min(PIECE, range.count - done),
    };
    const batch = await runBatch(piece, {
      ...options,
      isEnough: (failed) => isStopped() || (stopsAtFirst && failed.length > 0),
    });
    tell(batch);
    if (stopsAtFirst && batch.failed.length > 0) return;
  }
});
