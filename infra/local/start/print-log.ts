import type { FunctionLog } from '../functions/function-host.ts';
import { readStack } from './read-stack.ts';

/** Fields left out of a person's line: on one machine there is one caller, and the JSON line has them. */
const LEFT_OUT = new Set(['request_id', 'workspace_uid', 'key_uid']);

/** A log message, taken apart. */
interface Message {
  readonly runUid: string | null;
  readonly text: string;
  /** Null: the message has no stack. */
  readonly stack: string | null;
  /** All other fields. */
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * A log message for a person. One line says when, where, which run and what; of an error that a caller or an action
 * caused it also says the error and the line of code. A fault of the engine has its stack, on lines of its own.
 */
export function humanLine(log: FunctionLog, at: Date): string {
  const { runUid, text, stack, details } = readMessage(log.message);
  const isEngineFault = (log.level === 'ERROR' || log.level === 'FATAL') && details['logged_by'] !== 'action';
  const line = [
    `${at.toISOString().slice(11, 23)} ${shortName(log.functionName)}:`,
    ...(log.level === 'INFO' ? [] : [log.level]),
    ...(runUid === null ? [] : [`[${runUid}]`]),
    text,
    ...(stack === null || isEngineFault ? [] : [`(${causeOf(text, stack)})`]),
    ...Object.entries(details).flatMap(([name, value]) => (LEFT_OUT.has(name) ? [] : [`${name}=${valueText(value)}`])),
  ].join(' ');
  return stack !== null && isEngineFault ? `${line}\n${stack.replaceAll(/^/gm, '  ')}` : line;
}

/** The same as one line of JSON, with everything that was logged. */
export function jsonLine(log: FunctionLog, at: Date): string {
  const { runUid } = readMessage(log.message);
  return JSON.stringify({
    time: at.toISOString(),
    level: log.level,
    function: shortName(log.functionName),
    ...(log.requestId === null ? {} : { request_id: log.requestId }),
    ...(runUid === null ? {} : { run_uid: runUid }),
    message: log.message,
  });
}

/** A message is text or a record; a record may come as its own JSON text. */
function readMessage(message: unknown): Message {
  const record = typeof message === 'string' ? recordOf(message) : message;
  if (typeof record !== 'object' || record === null) {
    return { runUid: null, text: String(message), stack: null, details: {} };
  }
  const { run_uid: runUid, message: text, stack, ...details } = Object.fromEntries(Object.entries(record));
  if (typeof text !== 'string') return { runUid: null, text: JSON.stringify(record), stack: null, details: {} };
  return {
    runUid: typeof runUid === 'string' ? runUid : null,
    text: text.replaceAll(/\s*\n\s*/g, ' '),
    stack: stackText(stack),
    details,
  };
}

/** A stack, or those of an error and its causes, as one text. */
function stackText(stack: unknown): string | null {
  if (typeof stack === 'string') return stack;
  return Array.isArray(stack) ? stack.map(String).join('\n') : null;
}

/** The error and the line of code that threw it; without the error where the message says it already. */
function causeOf(text: string, stack: string): string {
  const { error, place } = readStack(stack);
  const isNew = !text.includes(error.replace(/^\w+: /, ''));
  return [...(isNew ? [error] : []), ...(place === null ? [] : [`at ${place}`])].join(', ');
}

/** A value as logfmt writes it: in quotes only where it has to be. */
function valueText(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}

function recordOf(text: string): unknown {
  if (!text.startsWith('{')) return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** `trireme-local-page` is `page` to a person. */
function shortName(functionName: string): string {
  return functionName.split('-').at(-1) ?? functionName;
}
