/** Runs in a worker thread: one function's execution environment, as Lambda's Node.js runtime behaves. */
import { join } from 'node:path';
import { setSourceMapsSupport } from 'node:module';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { carryRequests } from './carry-requests.ts';
import type {
  CarriedCall,
  FunctionError,
  HostMessage,
  LogLevel,
  ThreadCall,
  ThreadData,
  ThreadMessage,
} from './thread-messages.ts';

type Handler = (event: unknown, context: object) => unknown;

const data: ThreadData = workerData;
const gate = data.gate === null ? null : new Int32Array(data.gate);
let handled = 0;
let unsent: CarriedCall[] = [];

/** Requests that are on their way go first: what was asked for before an answer was asked for. */
function post(message: ThreadMessage): void {
  sendRequests();
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
  parentPort?.postMessage(message);
}

/** A message costs the thread and the host more than what is in it: the requests of a turn are one. */
function carry(call: CarriedCall): void {
  unsent.push(call);
  if (unsent.length === 1) process.nextTick(sendRequests);
}

function sendRequests(): void {
  const calls = unsent;
  if (calls.length === 0) return;
  unsent = [];
  post({ kind: 'requests', calls });
}

/** Lambda's runtime replaces the console; here its lines travel in order with the results. */
function captureOutput(): void {
  const levels = { log: 'INFO', info: 'INFO', debug: 'DEBUG', trace: 'TRACE', warn: 'WARN', error: 'ERROR' } as const;
  for (const [method, level] of Object.entries(levels)) {
    Object.assign(console, { [method]: (...values: unknown[]) => log(level, values) });
  }
  for (const [stream, level] of [
    ['stdout', 'INFO'],
    ['stderr', 'ERROR'],
  ] as const) {
    process[stream].write = (chunk: string | Uint8Array): boolean => {
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      post({ kind: 'log', level, message: text.replace(/\n$/, '') });
      return true;
    };
  }
}

/** A single object stays an object, as in Lambda's JSON log format; all else becomes text. */
function log(level: LogLevel, values: readonly unknown[]): void {
  const [first] = values;
  const isRecord = values.length === 1 && typeof first === 'object' && first !== null && !(first instanceof Error);
  post({ kind: 'log', level, message: isRecord ? plain(first) : format(...values) });
}

function plain(value: object): unknown {
  try {
    return JSON.parse(JSON.stringify(value));
  } catch (error) {
    return `${format(value)} (not JSON: ${String(error)})`;
  }
}

function describeError(error: unknown): FunctionError {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: format(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

async function loadHandler(): Promise<Handler> {
  const [module = '', name = ''] = data.handler.split(/\.(?=\w+$)/);
  const loaded: Record<string, unknown> = await import(pathToFileURL(join(data.codeDir, `${module}.mjs`)).href);
  const handler = loaded[name];
  if (typeof handler !== 'function') throw new TypeError(`${data.handler} is undefined or not exported`);
  return (event, context): unknown => handler(event, context);
}

async function answer(handler: Handler, call: ThreadCall): Promise<void> {
  const { requestId, deadlineAt, traceHeader } = call;
  process.env['_X_AMZN_TRACE_ID'] = traceHeader;
  const context = {
    functionName: data.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: data.functionArn,
    memoryLimitInMB: String(data.memoryMb),
    awsRequestId: requestId,
    logGroupName: data.logGroup,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, deadlineAt - Date.now()),
  };
  try {
    const result = await handler(JSON.parse(call.event), context);
    post({ kind: 'succeeded', requestId, payload: JSON.stringify(result ?? null) ?? 'null' });
  } catch (error) {
    const described = describeError(error);
    post({
      kind: 'log',
      level: 'ERROR',
      message: error instanceof Error ? (error.stack ?? error.message) : format(error),
    });
    post({ kind: 'failed', requestId, error: described });
  }
  handled += 1;
  if (gate !== null) Atomics.wait(gate, 0, handled);
}

setSourceMapsSupport(true, { nodeModules: true, generatedCode: false });
captureOutput();
const carrier = data.gatewayUrl === null ? null : carryRequests(data.gatewayUrl, carry);
let invoke = (_call: ThreadCall): void => undefined;
parentPort?.on('message', (message: HostMessage) => {
  if (message.kind === 'invoke') return invoke(message.call);
  for (const { id, answer } of message.answers) carrier?.settle(id, answer);
});
try {
  const handler = await loadHandler();
  invoke = (call) => void answer(handler, call);
  post({ kind: 'ready' });
} catch (error) {
  post({ kind: 'initFailed', error: describeError(error) });
  post({
    kind: 'log',
    level: 'FATAL',
    message: error instanceof Error ? (error.stack ?? error.message) : format(error),
  });
  parentPort?.close();
}
