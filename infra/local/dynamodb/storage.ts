import { closeSync, ftruncateSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from './database.ts';
import { lockDirectory } from './lock-file.ts';
import type { LogRecord } from './log-record.ts';
import { readLog, replay, snapshot } from './replay.ts';

/** The log is rewritten when it is over 16 MB and four times as long as after the last rewriting. */
const MIN_COMPACTION_BYTES = 16 * 1024 * 1024;
const COMPACTION_FACTOR = 4;
const WRITE_CHUNK_CHARACTERS = 1024 * 1024;

/** The engine's log on disk. */
export interface Storage {
  /** Fills an empty database from the log, then rewrites the log without what was overwritten. */
  load(db: Database): void;
  append(record: LogRecord): void;
  /** Resolves when all appended records are with the operating system, and so survive this process. */
  flushed(): Promise<void>;
  /** The same, synchronously. */
  flushNow(): void;
  close(): Promise<void>;
  /** Releases the directory without writing anything. */
  release(): void;
}

/** Opens a directory's log for this process alone; the directory is made when absent. */
export function openStorage(dir: string): Storage {
  mkdirSync(dir, { recursive: true });
  const unlock = lockDirectory(dir);
  try {
    return new LogStorage(join(dir, 'dynamodb.log'), unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

class LogStorage implements Storage {
  readonly #path: string;
  readonly #unlock: () => void;
  #file: number;
  #db: Database | null = null;
  #loading = false;
  #lines: string[] = [];
  #flush: Promise<void> | null = null;
  #bytes = 0;
  #compactedBytes = 0;

  constructor(path: string, unlock: () => void) {
    this.#path = path;
    this.#unlock = unlock;
    this.#file = openSync(path, 'a');
  }

  load(db: Database): void {
    this.#db = db;
    this.#loading = true;
    const { records, validBytes, torn } = readLog(this.#path);
    for (const record of records) replay(db, record);
    this.#loading = false;
    this.#bytes = validBytes;
    if (torn) ftruncateSync(this.#file, validBytes);
    if (records.length > 0) this.#compact(db);
  }

  append(record: LogRecord): void {
    if (!this.#loading) this.#lines.push(`${JSON.stringify(record)}\n`);
  }

  flushed(): Promise<void> {
    if (this.#flush !== null) return this.#flush;
    if (this.#lines.length === 0) return Promise.resolve();
    this.#flush = new Promise((resolve, reject) => {
      setImmediate(() => {
        try {
          this.flushNow();
          resolve();
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
    return this.#flush;
  }

  async close(): Promise<void> {
    try {
      await this.flushed();
    } finally {
      this.release();
    }
  }

  release(): void {
    closeSync(this.#file);
    this.#unlock();
  }

  /** One write for all records of a turn. After a failed one the log is incomplete, and `#flush` stays rejected. */
  flushNow(): void {
    this.#bytes += writeAll(this.#file, this.#lines.join(''));
    this.#lines = [];
    this.#flush = null;
    const limit = Math.max(MIN_COMPACTION_BYTES, COMPACTION_FACTOR * this.#compactedBytes);
    if (this.#db !== null && this.#bytes > limit) this.#compact(this.#db);
  }

  /** Writes the live state to a new file and replaces the log by it in one step. */
  #compact(db: Database): void {
    const next = `${this.#path}.next`;
    const file = openSync(next, 'w');
    let bytes = 0;
    let chunk = '';
    for (const record of snapshot(db)) {
      chunk += `${JSON.stringify(record)}\n`;
      if (chunk.length < WRITE_CHUNK_CHARACTERS) continue;
      bytes += writeAll(file, chunk);
      chunk = '';
    }
    bytes += writeAll(file, chunk);
    closeSync(file);
    renameSync(next, this.#path);
    closeSync(this.#file);
    this.#file = openSync(this.#path, 'a');
    this.#bytes = bytes;
    this.#compactedBytes = bytes;
  }
}

/** Writes until nothing is left, since a write may be short. Returns the number of bytes. */
function writeAll(file: number, text: string): number {
  const bytes = Buffer.from(text);
  let written = 0;
  while (written < bytes.length) written += writeSync(file, bytes, written);
  return bytes.length;
}
