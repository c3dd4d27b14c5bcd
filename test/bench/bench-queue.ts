import type { SentMessage } from './in-process-aws.ts';
import type { VirtualClock } from './virtual-clock.ts';

export type QueueName = 'control' | 'page' | 'callback';

/** Handlers that take from one queue, each one batch at a time. */
export interface WorkerPool<Handler> {
  readonly name: QueueName;
  readonly handlers: readonly Handler[];
}

/** How long a poller waits to fill a batch, as on the stage `prod`. */
const BATCH_WINDOW_MS = 1_000;

/** Messages in their order, taken from the front. */
export class Queue {
  #messages: SentMessage[] = [];
  #arrival = Promise.withResolvers<void>();

  get size(): number {
    return this.#messages.length;
  }

  push(message: SentMessage): void {
    this.#messages.push(message);
    this.wake();
  }

  take(count: number): readonly SentMessage[] {
    return this.#messages.splice(0, count);
  }

  /** Resolved by the next message, or by {@link wake}. */
  arrival(): Promise<void> {
    return this.#arrival.promise;
  }

  wake(): void {
    this.#arrival.resolve();
    this.#arrival = Promise.withResolvers<void>();
  }

  /** Resolved when a batch is full or the window is over. */
  async filled(count: number, clock: VirtualClock): Promise<void> {
    const window = { isOver: false };
    const cancel = clock.after(BATCH_WINDOW_MS, () => {
      window.isOver = true;
      this.wake();
    });
    while (this.size < count && !window.isOver) await this.arrival();
    cancel();
  }
}

/** Lets every worker take batches from its queue until all queues are empty and nobody works. */
export async function drainQueues<Handler>(
  pools: readonly WorkerPool<Handler>[],
  queues: Readonly<Record<QueueName, Queue>>,
  batchSize: number,
  clock: VirtualClock,
  invoke: (name: QueueName, handler: Handler, batch: readonly SentMessage[]) => Promise<void>,
  /** Messages that were sent with a delay and are not in their queue yet. */
  delayed: () => number,
): Promise<void> {
  const state = { busy: 0, isOver: false };
  const endIfDone = (): void => {
    if (state.busy > 0 || delayed() > 0 || pools.some(({ name }) => queues[name].size > 0)) return;
    state.isOver = true;
    for (const { name } of pools) queues[name].wake();
  };
  async function work(name: QueueName, handler: Handler): Promise<void> {
    const queue = queues[name];
    for (;;) {
      while (queue.size === 0 && !state.isOver) await queue.arrival();
      if (state.isOver) return;
      state.busy += 1;
      await queue.filled(batchSize, clock);
      const batch = queue.take(batchSize);
      if (batch.length > 0) await invoke(name, handler, batch);
      state.busy -= 1;
      endIfDone();
    }
  }
  await Promise.all(pools.flatMap(({ name, handlers }) => handlers.map((handler) => work(name, handler))));
}
