import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** One line a function logged. */
interface LogLine {
  readonly group: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly text: string;
}

export interface LogsOptions {
  /** Null keeps the lines in memory only. */
  readonly dir: string | null;
  readonly now: () => number;
  /** Lines kept in memory. */
  readonly capacity?: number;
}

/** The CloudWatch Logs stand-in: the last lines in memory, all of them in one file a day. */
export interface Logs {
  append(group: string, text: string): void;
  /** The last lines, oldest first; of one group or of all. */
  recent(group?: string): readonly LogLine[];
  /** Calls `listener` with every new line until the returned function is called. */
  subscribe(listener: (line: LogLine) => void): () => void;
  close(): void;
}

export function openLogs({ dir, now, capacity = 10_000 }: LogsOptions): Logs {
  if (dir !== null) mkdirSync(dir, { recursive: true });
  let ring: LogLine[] = [];
  const listeners = new Set<(line: LogLine) => void>();
  return {
    append(group, text) {
      const line = { group, at: now(), text };
      ring.push(line);
      if (ring.length >= 2 * capacity) ring = ring.slice(-capacity);
      if (dir !== null) {
        const time = new Date(line.at).toISOString();
        appendFileSync(join(dir, `${time.slice(0, 10)}.log`), `${JSON.stringify({ time, group, text })}\n`);
      }
      for (const listener of listeners) listener(line);
    },
    recent: (group) => ring.slice(-capacity).filter((line) => group === undefined || line.group === group),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => listeners.clear(),
  };
}
