import { closeSync, fstatSync, ftruncateSync, openSync, readSync, renameSync, writeSync } from 'node:fs';

/** A file of JSON lines that survives a killed process: whatever `append` returned for is read back. */
export interface AppendLog<T> {
  /** Throws, and leaves the file as it was, when the disk does not take it. */
  append(records: readonly T[]): void;
  /** Whether the file is much longer than the live records need. */
  isWasteful(liveRecords: number): boolean;
  /** Replaces the file by these records, in one step. */
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
  let { records, bytes } = readBack(path, fd, (record) => replay(record as T)); // The file holds only what append wrote.
  return {
    append(added) {
      if (added.length === 0) return;
      bytes += writeLines(fd, bytes, added);
      records += added.length;
    },
    isWasteful: (liveRecords) => records > minCompactRecords && records > wasteRatio * liveRecords,
    compact(live) {
      const next = openSync(`${path}.next`, 'w');
      records = 0;
      bytes = 0;
      for (const record of live) {
        bytes += writeLines(next, bytes, [record]);
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

/** Writes whole lines or nothing: half a line would damage those after it. Returns the number of bytes. */
function writeLines(fd: number, sizeBefore: number, records: readonly unknown[]): number {
  const data = Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  try {
    for (let written = 0; written < data.length;) written += writeSync(fd, data, written);
  } catch (error) {
    ftruncateSync(fd, sizeBefore);
    throw error;
  }
  return data.length;
}

const pieceBytes = 1_048_576;
const newline = 10;

/** Reads piece by piece: a log may outgrow the longest string. Cuts the file after its last whole line. */
function readBack(
  path: string,
  fd: number,
  replay: (record: unknown) => void,
): { readonly records: number; readonly bytes: number } {
  const piece = Buffer.alloc(pieceBytes);
  let rest = Buffer.alloc(0);
  let records = 0;
  let bytes = 0;
  for (let at = 0; ;) {
    const length = readSync(fd, piece, 0, pieceBytes, at);
    if (length === 0) break;
    at += length;
    const data = Buffer.concat([rest, piece.subarray(0, length)]);
    let start = 0;
    for (let end = data.indexOf(newline); end >= 0; end = data.indexOf(newline, start)) {
      records += 1;
      replayLine(`${path}:${records}`, data.toString('utf8', start, end), replay);
      bytes += end + 1 - start;
      start = end + 1;
    }
    rest = Buffer.from(data.subarray(start));
  }
  if (fstatSync(fd).size > bytes) ftruncateSync(fd, bytes);
  return { records, bytes };
}

function replayLine(where: string, line: string, replay: (record: unknown) => void): void {
  try {
    replay(JSON.parse(line));
  } catch (cause) {
    throw new Error(`${where} is damaged; start with --reset to begin with an empty state`, { cause });
  }
}
