import type { ErrorLabel } from './errors.ts';

/** How grave a line of an action's log is. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** One line of an input's log: what the action logged, or how a call of it failed. It holds no secrets. */
export interface LogLine {
  /** Epoch ms. */
  readonly at: number;
  readonly level: LogLevel;
  readonly message: string;
  /** What was logged beside the message; null: nothing. */
  readonly data: Readonly<Record<string, unknown>> | null;
  /** On a failed attempt its error; null: the action logged the line. */
  readonly error: { readonly label: ErrorLabel; readonly ref: string } | null;
}

/** The lines of one call of an action. */
export interface LogEntry {
  readonly runUid: string;
  readonly input: number;
  readonly page: number;
  /** Which attempt at the page the call was, from 1. Calls that only had to wait share a number. */
  readonly attempt: number;
  /** When the call began (epoch ms). */
  readonly at: number;
  /** Short hash of the message whose worker made the call. */
  readonly by: string;
  readonly lines: readonly LogLine[];
  /** Bytes that the input's lines take up to and with these. */
  readonly bytes: number;
}

/** So many bytes of lines are shown of an input. A line counts by its JSON. */
export const LOG_BYTES = 64 * 1024;
/** The most characters of a message, and of the JSON of the data beside it. */
const LOG_TEXT_LENGTH = 2_000;

/** What a line counts: its JSON in UTF-8. */
export function bytesOfLine(line: LogLine): number {
  return Buffer.byteLength(JSON.stringify(line));
}

/** Data as it is kept: as it is, or the beginning of its JSON where that is too long. */
export function boundData(data: Readonly<Record<string, unknown>>): LogLine['data'] {
  const text = JSON.stringify(data);
  if (text === '{}') return null;
  return text.length <= LOG_TEXT_LENGTH ? data : { data: cutText(text) };
}

/** A text of at most {@link LOG_TEXT_LENGTH} characters; one that was cut ends in `…`. */
export function cutText(text: string): string {
  return text.length <= LOG_TEXT_LENGTH ? text : `${text.slice(0, LOG_TEXT_LENGTH).toWellFormed()}…`;
}
