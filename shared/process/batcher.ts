import type { Clock } from '../engine/ports.ts';
import type { InFlight } from './in-flight.ts';

/** Collects entries that many callers add at about the same time and flushes them in one call. */
export interface Batcher<Entry> {
  /** Resolves when the entry's flush is done; rejects with the flush's error. */
  add(entry: Entry): Promise<void>;
}

interface Waiting<Entry> {
  readonly entry: Entry;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A batcher that flushes at `maxEntries`, or `maxWaitMs` after the first entry, or as soon as there are as many entries
 * as messages in flight, because no more will come then. If only some entries fail, `flush` rejects with a
 * {@link PartialFlushError} that names them; `add` of the others resolves.
 */
export function createBatcher<Entry>(
  clock: Pick<Clock, 'after'>,
  options: { readonly maxEntries: number; readonly maxWaitMs: number; readonly inFlight?: InFlight | undefined },
  flush: (entries: readonly Entry[]) => Promise<void>,
): Batcher<Entry> {
  let waiting: Waiting<Entry>[] = [];
  let cancelTimer = (): void => undefined;
  const { inFlight } = options;
  inFlight?.onLeave(flushIfComplete);

  /** Whether every message in flight has added an entry. */
  function isComplete(): boolean {
    return inFlight !== undefined && inFlight.size > 0 && waiting.length >= inFlight.size;
  }

  /** Flushes in a microtask, so that entries added in the same turn of the event loop are included. */
  function flushIfComplete(): void {
    if (waiting.length === 0 || !isComplete()) return;
    queueMicrotask(() => {
      if (waiting.length > 0 && isComplete()) flushNow();
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
          flushIfComplete();
        }
      }),
  };
}

/** Only some entries of a flush failed: `failed` has their indexes in the batch. */
export class PartialFlushError extends Error {
  override readonly name = 'PartialFlushError';
  readonly failed: ReadonlySet<number>;

  constructor(failed: ReadonlySet<number>, message: string) {
    super(message);
    this.failed = failed;
  }
}
