import type { EngineError, ErrorRecord } from '../../domain/errors.ts';
import { boundData, bytesOfLine, cutText, LOG_BYTES, type LogEntry, type LogLine } from '../../domain/log-line.ts';
import type { Clock } from '../ports.ts';
import { rejectStaleWorker } from '../stale-worker.ts';
import type { LogStore } from '../stores/log-store.ts';

/** Where the lines of one call of an action belong, and how long they are kept. */
export interface LoggedCall extends Pick<LogEntry, 'runUid' | 'input' | 'page' | 'attempt' | 'by'> {
  /** No call for this input was made before, so there are no lines yet. */
  readonly isFirst: boolean;
  readonly expiresAt: number;
  /** When its worker began, and how long its work may take (ms). Absent: no action was called. */
  readonly work?: { readonly takenAt: number; readonly ownMs: number };
}

/** A failed attempt. */
export type Failure = Pick<ErrorRecord, 'error_label' | 'error_ref' | 'message'>;

/** The log of one call of an action. */
export interface PageLog {
  /** Adds a line, whose texts are masked already. What is over an input's limit is dropped. */
  add(level: LogLine['level'], message: string, data: Readonly<Record<string, unknown>>): void;
  /**
   * Writes the lines, and the call's failure as the last of them; nothing to write costs nothing. It comes before the
   * write that records the attempt, so that a recorded attempt has its lines.
   */
  keep(failure: Failure | null): Promise<void>;
}

/** An empty log for a call that begins now. */
export function openPageLog(
  ports: { readonly clock: Pick<Clock, 'now'>; readonly logs: LogStore },
  call: LoggedCall,
): PageLog {
  const { isFirst, expiresAt, work, ...place } = call;
  const at = ports.clock.now();
  const lines: LogLine[] = [];
  let bytes = 0;

  /** Keeps one line beyond the limit: it shows a reader that something is missing. */
  function append(line: LogLine): void {
    if (bytes > LOG_BYTES) return;
    lines.push(line);
    bytes += bytesOfLine(line);
  }

  return {
    add(level, message, data) {
      if (bytes <= LOG_BYTES)
        append({ at: ports.clock.now(), level, message: cutText(message), data: boundData(data), error: null });
    },
    async keep(failure) {
      if (failure !== null) append(lineOf(ports.clock.now(), failure));
      if (lines.length === 0) return;
      const before = isFirst ? 0 : await ports.logs.readBytes(place.runUid, place.input);
      if (before > LOG_BYTES) return;
      if (work !== undefined) rejectStaleWorker(ports.clock, work.takenAt, work.ownMs);
      await ports.logs.putEntry({ ...place, at, lines, bytes: before + bytes }, expiresAt);
    },
  };
}

/** An attempt that failed and is followed by another. */
export function failureOf(error: EngineError, ref: string): Failure {
  return { error_label: error.label, error_ref: ref, message: error.message };
}

function lineOf(at: number, { error_label: label, error_ref: ref, message }: Failure): LogLine {
  return { at, level: 'error', message: cutText(message), data: null, error: { label, ref } };
}
