import { parentPort, workerData } from 'node:worker_threads';
import { type Batch, type BatchOptions, type Failed, runBatch, type SeedRange } from './run-batch.ts';

/** What a thread is asked to do: a range of seeds, told of in pieces. */
export interface WorkerOrder {
  readonly range: SeedRange;
  readonly options: Omit<BatchOptions, 'isEnough'>;
  /** Stop at the first broken promise. */
  readonly stopsAtFirst: boolean;
  /** Shared; 1 once some thread found a broken promise. Threads are not terminated: zlib, at work, takes Node down with it. */
  readonly found: Int32Array;
}

const PIECE = 25;

/** Runs the order in pieces and hands over each piece as it is done. */
async function work({ range, options, stopsAtFirst, found }: WorkerOrder, tell: (batch: Batch) => void): Promise<void> {
  const isEnough = (failed: readonly Failed[]): boolean => {
    if (stopsAtFirst && failed.length > 0) Atomics.store(found, 0, 1);
    return stopsAtFirst && Atomics.load(found, 0) === 1;
  };
  for (let done = 0; done < range.count && !isEnough([]); done += PIECE) {
    const piece = {
      first: range.first + done * range.step,
      step: range.step,
      count: Math.min(PIECE, range.count - done),
    };
    const batch = await runBatch(piece, { ...options, isEnough });
    isEnough(batch.failed);
    tell(batch);
  }
}

const port = parentPort;
if (port === null) throw new Error('This file is run as a worker thread.');
await work(workerData as WorkerOrder, (batch) => port.postMessage(batch)); // cast: given by runThreads
