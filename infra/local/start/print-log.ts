import type { FunctionLog } from '../functions/function-host.ts';

/** A log line for a person: time, function, run if it names one, and the text; a stack keeps its lines. */
export function humanLine(log: FunctionLog, at: Date): string {
  const { runUid, text } = readMessage(log.message);
  const level = log.level === 'INFO' ? '' : `${log.level} `;
  const run = runUid === null ? '' : `[${runUid}] `;
  return `${at.toISOString().slice(11, 23)} ${shortName(log.functionName)}: ${level}${run}${text}`;
}

/** The same as one line of JSON. */
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
function readMessage(message: unknown): { readonly runUid: string | null; readonly text: string } {
  const record = typeof message === 'string' ? recordOf(message) : message;
  if (typeof record !== 'object' || record === null) return { runUid: null, text: String(message) };
  const { run_uid: runUid, message: words, ...rest } = Object.fromEntries(Object.entries(record));
  const details = Object.keys(rest).length === 0 ? '' : ` ${JSON.stringify(rest)}`;
  const text = typeof words === 'string' ? `${words}${details}` : JSON.stringify(record);
  return { runUid: typeof runUid === 'string' ? runUid : null, text };
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
