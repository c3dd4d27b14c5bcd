import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** Most of what a history makes is gone before it is over: with room for it, little of it is ever moved. */
const LIMITS = { maxYoungGenerationSizeMb: 96 };

/**
 * Has a worker's program done on as many threads as there are cores, and pieces of work: each with its order, each
 * handing over what it found. Rejects where a thread dies of an error.
 */
export async function onThreads<Order, Found>(
  program: URL,
  pieces: number,
  orderOf: (thread: number, threads: number) => Order,
  take: (found: Found) => void,
): Promise<void> {
  const threads = Math.min(availableParallelism(), pieces);
  await Promise.all(
    Array.from({ length: threads }, async (_, thread) => {
      const worker = new Worker(program, { workerData: orderOf(thread, threads), resourceLimits: LIMITS });
      await new Promise<void>((resolve, reject) => {
        worker.on('message', take);
        worker.on('error', reject);
        worker.on('exit', () => resolve());
      });
    }),
  );
}
