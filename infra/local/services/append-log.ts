import { closeSync, ftruncateSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';

/** A file of JSON lines that survives a killed process: whatever `append` returned for is read back. */
export interface AppendLog<T> {
  append(records: readonly T[]): void;
  /** Whether the file has grown past what its records are worth. */
  isWasteful(liveRecords: number): boolean;
  /** Replaces the file, at once, by these records. */
  compact(records: Iterable<T>): void;
  close(): void;
}

const wasteRatio = 4;
const minCompactRecords = 20_000;

/**
 * Opens the log at `path` and hands each whole record to `replay`; a last line cut short by a kill is dropped.
 * A null path keeps nothing. Throws when a line before the last is damaged.
 */
export function openAppendLog<T>(path: string | null, replay: (record: T) => void): AppendLog<T> {
  if (path === null) {
    return { append: () => undefined, isWasteful: () => false, compact: () => undefined, close: () => undefined };
  }
  let fd = openSync(path, 'a+');
  let records = readBack(path, fd, (record) => replay(record as T)); // The file holds only what append wrote.
  return {
    append(added) {
      if (added.length === 0) return;
      writeSync(fd, added.map((record) => `${JSON.stringify(record)}\n`).join(''));
      records += added.length;
    },
    isWasteful: (liveRecords) => records > minCompactRecords && records > wasteRatio * liveRecords,
    compact(live) {
      const next = openSync(`${path}.next`, 'w');
      records = 0;
      for (const record of live) {
        writeSync(next, `${JSON.stringify(record)}\n`);
        records += 1;
      }
      renameSync(`${path}.next`, path);
      closeSync(fd);
      closeSync(next);
      fd = openSync(path, 'a+');
    },
    close: () => closeSync(fd),
  };
}

function readBack(path: string, fd: number, replay: (record: unknown) => void): number {
  if (statSync(path).size === 0) return 0;
  const text = readFileSync(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) ftruncateSync(fd, Buffer.byteLength(whole));
  const lines = whole.split('\n').slice(0, -1);
  for (const [index, line] of lines.entries()) {
    try {
      replay(JSON.parse(line));
    } catch (cause) {
      throw new Error(`${path}:${index + 1} is damaged; remove the data folder with --reset`, { cause });
    }
  }
  return lines.length;
}
