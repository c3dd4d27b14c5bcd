import { parentPort, workerData } from 'node:worker_threads';
import { type Batch, type BatchOptions, runBatch, type SeedRange } from './run-batch.ts';

/** What a thread is asked to do: a range of seeds, told of in pieces. */
export interface WorkerOrder {
  readonly range: SeedRange;
  readonly options: BatchOptions;
}

const PIECE = 25;

/** Runs the order in pieces and hands over each piece as it is done. */
async function work({ range, options }: WorkerOrder, tell: (batch: Batch) => void): Promise<void> {
  for (let done = 0; done < range.count; done += PIECE) {
    const piece = {
      first: range.first + done * range.step,
      step: range.step,
      count: Math.min(PIECE, range.count - done),
    };
    const batch = await runBatch(piece, options);
    tell(batch);
    if (options.stopsAtFirst === true && batch.failed.length > 0) return;
  }
}

const port = parentPort;
if (port === null) throw new Error('This file is run as a worker thread.');
await work(workerData as WorkerOrder, (batch) => port.postMessage(batch)); // cast: given by runThreads
