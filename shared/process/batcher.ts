import type { Clock } from '../engine/ports.ts';
import type { InFlight } from './in-flight.ts';

/** Gathers what many callers add at about the same time and flushes it together. */
export interface Batcher<Entry> {
  /** Resolved when the entry's flush is done; rejected with the flush's error. */
  add(entry: Entry): Promise<void>;
}

interface Waiting<Entry> {
  readonly entry: Entry;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A batcher that flushes at `maxEntries`, or `maxWaitMs` after the first entry, or as soon as there are as many entries
 * as messages in hand. A flush may name entries that failed by rejecting with a {@link PartialFlushError}; the others of
 * the batch are done.
 */
export function createBatcher<Entry>(
  clock: Pick<Clock, 'after'>,
  options: { readonly maxEntries: number; readonly maxWaitMs: number; readonly inFlight?: InFlight | undefined },
  flush: (entries: readonly Entry[]) => Promise<void>,
): Batcher<Entry> {
  let waiting: Waiting<Entry>[] = [];
  let cancelTimer = (): void => undefined;
  const { inFlight } = options;
  inFlight?.onLeave(settle);

  function isAlone(): boolean {
    return inFlight !== undefined && inFlight.size > 0 && waiting.length >= inFlight.size;
  }

  /** What is added in the same turn goes along. */
  function settle(): void {
    if (waiting.length === 0 || !isAlone()) return;
    queueMicrotask(() => {
      if (waiting.length > 0 && isAlone()) flushNow();
    });
  }

  function flushNow(): void {
    cancelTimer();
    const batch = waiting;
    waiting = [];
    flush(batch.map(({ entry }) => entry)).then(
      () => {
        for (const { resolve } of batch) resolve();
      },
      (error: unknown) => {
        const failed = error instanceof PartialFlushError ? error.failed : null;
        for (const [index, { resolve, reject }] of batch.entries()) {
          if (failed !== null && !failed.has(index)) resolve();
          else reject(error);
        }
      },
    );
  }

  return {
    add: (entry) =>
      new Promise<void>((resolve, reject) => {
        waiting.push({ entry, resolve, reject });
        if (waiting.length >= options.maxEntries) flushNow();
        else {
          if (waiting.length === 1) cancelTimer = clock.after(options.maxWaitMs, flushNow);
          settle();
        }
      }),
  };
}

/** A flush of which only some entries failed, by their index in the batch. */
export class PartialFlushError extends Error {
  override readonly name = 'PartialFlushError';
  readonly failed: ReadonlySet<number>;

  constructor(failed: ReadonlySet<number>, message: string) {
    super(message);
    this.failed = failed;
  }
}
