import type { LogEntry } from '../../domain/log-line.ts';

/** The lines that actions logged, and failed attempts: one entry for each call of an action that has any. */
export interface LogStore {
  /** How many bytes of lines an input has; may lag writes by about a second. */
  readBytes(runUid: string, input: number): Promise<number>;
  /** Idempotent: a second write of the same call has no effect. */
  putEntry(entry: LogEntry, expiresAt: number): Promise<void>;
}
