/** Runs in a worker thread: one function's execution environment, as Lambda's Node.js runtime behaves. */
import { join } from 'node:path';
import { setSourceMapsSupport } from 'node:module';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { interceptRequests } from './intercept-requests.ts';
import type {
  FunctionError,
  HostMessage,
  LogLevel,
  NumberedRequest,
  ThreadCall,
  ThreadData,
  ThreadMessage,
} from './thread-messages.ts';

type Handler = (event: unknown, context: object) => unknown;

const data: ThreadData = workerData;
const gate = data.gate === null ? null : new Int32Array(data.gate);
let handled = 0;
let unsent: NumberedRequest[] = [];

/** Sends a message after the requests that were made before it. */
function post(message: ThreadMessage): void {
  sendRequests();
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
  parentPort?.postMessage(message);
}

/** Collects the requests of a turn into one message: a message costs more than what is in it. */
function queueRequest(request: NumberedRequest): void {
  unsent.push(request);
  if (unsent.length === 1) process.nextTick(sendRequests);
}

function sendRequests(): void {
  const requests = unsent;
  if (requests.length === 0) return;
  unsent = [];
  post({ kind: 'requests', requests });
}

/** Sends what is printed to the host, in order with the results, as Lambda's runtime does with its log. */
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

/**
 * Freezes the thread until the host has counted another invocation. The host counts an invocation after it has posted
 * its message, so the one just handled may be counted only now: a count that is not above those handled does not thaw.
 */
function freeze(count: Int32Array): void {
  for (let seen = Atomics.load(count, 0); seen <= handled; seen = Atomics.load(count, 0)) Atomics.wait(count, 0, seen);
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
  if (gate === null) return;
  freeze(gate);
  takeMessages();
}

/**
 * Takes what has come while the thread was frozen at once: the next call goes before the timers that were left behind.
 */
function takeMessages(): void {
  if (parentPort === null) return;
  for (;;) {
    const received = receiveMessageOnPort(parentPort);
    if (received === undefined) return;
    takeMessage(received.message);
  }
}

function takeMessage(message: HostMessage): void {
  if (message.kind === 'invoke') return invoke(message.call);
  for (const { id, answer: given } of message.answers) interceptor?.answer(id, given);
}

delete process.env['NODE_COMPILE_CACHE']; // Node has read it; a function's environment is the template's
setSourceMapsSupport(true, { nodeModules: true, generatedCode: false });
captureOutput();
const interceptor = data.gatewayUrl === null ? null : interceptRequests(data.gatewayUrl, queueRequest);
let invoke = (_call: ThreadCall): void => undefined;
parentPort?.on('message', takeMessage);
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
