import type { QueueState } from './queue.ts';

/** Long polls by queue. */
export interface Waiters {
  /**
   * The first non-empty result of `attempt` within `waitMs`; empty when time is up, the caller hangs up or the queues
   * close.
   */
  first<T>(queue: QueueState, waitMs: number, signal: AbortSignal, attempt: () => readonly T[]): Promise<readonly T[]>;
  /** Lets the waiters of a queue try again, after a change of it. */
  wake(queue: QueueState): void;
  close(): void;
}

/** A waiter tries again at least this often: timers do not notice when a test's clock is set. */
const maxNapMs = 500;

export function createWaiters(now: () => number): Waiters {
  const waiting = new Map<string, Set<() => void>>();
  let isClosed = false;
  const nap = (queue: QueueState, ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const ofQueue = waiting.get(queue.name) ?? new Set();
      waiting.set(queue.name, ofQueue);
      const done = (): void => {
        clearTimeout(timer);
        ofQueue.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      ofQueue.add(done);
      signal.addEventListener('abort', done);
    });
  return {
    async first(queue, waitMs, signal, attempt) {
      const until = performance.now() + waitMs;
      for (;;) {
        if (signal.aborted || isClosed) return [];
        const found = attempt();
        const left = until - performance.now();
        if (found.length > 0 || left <= 0) return found;
        const due = (queue.nextDueAt() ?? Number.POSITIVE_INFINITY) - now();
        await nap(queue, Math.max(1, Math.min(left, due, maxNapMs)), signal);
      }
    },
    wake(queue) {
      // The first waiter takes what it can; the others wait again.
      for (const done of waiting.get(queue.name) ?? []) done();
    },
    close() {
      isClosed = true;
      for (const ofQueue of waiting.values()) for (const done of ofQueue) done();
    },
  };
}
