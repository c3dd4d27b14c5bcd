import type { QueueState } from './queue.ts';

/** Long polls: who waits at which queue. */
export interface Waiters {
  /** The first non-empty answer of `attempt` within `waitMs`; empty when time is up, the caller hangs up or we close. */
  first<T>(queue: QueueState, waitMs: number, signal: AbortSignal, attempt: () => readonly T[]): Promise<readonly T[]>;
  /** Tells those who wait at a queue that something in it has changed. */
  wake(queue: QueueState): void;
  close(): void;
}

/** A clock may be turned by hand, unseen by timers: a waiter looks again at least this often. */
const maxNapMs = 500;

export function createWaiters(now: () => number): Waiters {
  const waiting = new Map<string, Set<() => void>>();
  let isClosed = false;
  const nap = (queue: QueueState, ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const here = waiting.get(queue.name) ?? new Set();
      waiting.set(queue.name, here);
      const done = (): void => {
        clearTimeout(timer);
        here.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      here.add(done);
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
      // One arrival may serve one waiter or several: the first to look takes what it can, the others nap again.
      for (const done of waiting.get(queue.name) ?? []) done();
    },
    close() {
      isClosed = true;
      for (const here of waiting.values()) for (const done of here) done();
    },
  };
}
