import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FunctionPlan } from '../template/system-plan.ts';
import type {
  CallAnswer,
  CallRequest,
  FunctionError,
  HostMessage,
  LogLevel,
  NumberedRequest,
  ThreadCall,
  ThreadData,
  ThreadMessage,
} from './thread-messages.ts';

/** How an invocation ended; a payload is JSON. */
export type Outcome =
  | { readonly kind: 'succeeded'; readonly payload: string }
  | { readonly kind: 'failed'; readonly error: FunctionError };

/** The gateway, for requests that threads send as messages. */
export interface ThreadGateway {
  readonly url: string;
  /** Never rejects; the signal ends a long poll. */
  answer(request: CallRequest, signal: AbortSignal): Promise<CallAnswer>;
}

export interface ThreadOptions {
  readonly plan: FunctionPlan;
  readonly codeDir: string;
  /** The whole environment of the thread; nothing of this process's own. */
  readonly env: Readonly<Record<string, string>>;
  readonly isFrozenBetween: boolean;
  /** False while a debugger may hold the thread. */
  readonly hasTimeout: boolean;
  /** Absent: the thread's requests are plain HTTP. */
  readonly gateway?: ThreadGateway;
  readonly onLog: (requestId: string | null, level: LogLevel, message: unknown) => void;
}

/** Longest answer of a synchronous invocation (Lambda: 6 MiB and 100 bytes), in bytes of JSON. */
const MAX_RESPONSE_BYTES = 6_291_556;
/**
 * Heap for short-lived objects. V8's default grows with the machine to 48 MB and more a thread, which gains nothing
 * here.
 */
const MAX_YOUNG_MB = 8;
/** Lambda gives the init phase 10 s. */
const INIT_TIMEOUT_MS = 10_000;
/** A day: nobody holds a breakpoint longer. */
const NO_TIMEOUT_MS = 86_400_000;

/** One execution environment: a thread that runs one invocation at a time until it dies. */
export class FunctionThread {
  readonly #worker: Worker;
  readonly #options: ThreadOptions;
  readonly #gate: SharedArrayBuffer | null;
  readonly #ready: Promise<FunctionError | null>;
  /** Ends the invocation under way; null between invocations. */
  #resolve: ((outcome: Outcome) => void) | null = null;
  #requestId: string | null = null;
  #isDead = false;
  #answers: Extract<HostMessage, { kind: 'answered' }>['answers'][number][] = [];
  /** Aborts the requests under way when the thread ends. */
  readonly #ending = new AbortController();

  constructor(options: ThreadOptions) {
    const { plan, codeDir, env } = options;
    this.#options = options;
    this.#gate = options.isFrozenBetween ? new SharedArrayBuffer(4) : null;
    const workerData: ThreadData = {
      codeDir,
      handler: plan.handler,
      functionName: plan.name,
      functionArn: plan.arn,
      memoryMb: plan.memoryMb,
      logGroup: plan.logGroup,
      gatewayUrl: options.gateway?.url ?? null,
      gate: this.#gate,
    };
    this.#worker = new Worker(new URL('./thread-main.ts', import.meta.url), {
      name: plan.name,
      workerData,
      // What one thread has compiled the next one reads: it starts in two thirds of the time.
      env: { ...env, NODE_COMPILE_CACHE: join(codeDir, '../.compile-cache') },
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: plan.memoryMb, maxYoungGenerationSizeMb: MAX_YOUNG_MB },
    });
    this.#worker.unref();
    this.#ready = this.#listen();
  }

  /** True when it can take no further invocation. */
  get isDead(): boolean {
    return this.#isDead;
  }

  /** Runs one invocation. Never rejects: a thread that dies or runs out of time is a failed outcome. */
  async run(call: Omit<ThreadCall, 'deadlineAt'>): Promise<Outcome> {
    this.#worker.ref();
    this.#requestId = call.requestId;
    try {
      const failure = await this.#ready;
      if (failure !== null) return { kind: 'failed', error: failure };
      return await this.#runReady(call);
    } finally {
      this.#requestId = null;
      this.#worker.unref();
    }
  }

  /** Ends the thread, busy or not. */
  async kill(): Promise<void> {
    this.#isDead = true;
    this.#ending.abort();
    await this.#worker.terminate();
  }

  async #runReady(call: Omit<ThreadCall, 'deadlineAt'>): Promise<Outcome> {
    const { plan, hasTimeout } = this.#options;
    const timeoutMs = hasTimeout ? plan.timeoutMs : NO_TIMEOUT_MS;
    const outcome = new Promise<Outcome>((resolve) => (this.#resolve = resolve));
    const timer = setTimeout(() => this.#fail(timedOut(call.requestId, plan.timeoutMs)), timeoutMs);
    // Posted before the thread is thawed, so that it finds the call before the timers it left behind.
    this.#post({ kind: 'invoke', call: { ...call, deadlineAt: Date.now() + timeoutMs } });
    if (this.#gate !== null) {
      const count = new Int32Array(this.#gate);
      Atomics.add(count, 0, 1);
      Atomics.notify(count, 0);
    }
    const result = await outcome;
    clearTimeout(timer);
    this.#resolve = null;
    return result;
  }

  #post(message: HostMessage): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
    this.#worker.postMessage(message);
  }

  async #answerRequest({ id, request }: NumberedRequest): Promise<void> {
    const answer = await this.#options.gateway?.answer(request, this.#ending.signal);
    if (answer === undefined) return;
    this.#answers.push({ id, answer });
    if (this.#answers.length === 1) process.nextTick(() => this.#sendAnswers());
  }

  #sendAnswers(): void {
    const answers = this.#answers;
    this.#answers = [];
    if (!this.#isDead) this.#post({ kind: 'answered', answers });
  }

  #listen(): Promise<FunctionError | null> {
    return new Promise((resolve) => {
      const limitMs = this.#options.hasTimeout ? INIT_TIMEOUT_MS : NO_TIMEOUT_MS;
      const timer = setTimeout(() => {
        resolve(
          this.#fail({ errorType: 'Sandbox.Timedout', errorMessage: 'Init phase timed out after 10.00 seconds' }),
        );
      }, limitMs);
      timer.unref();
      const started = (failure: FunctionError | null): void => {
        clearTimeout(timer);
        resolve(failure);
      };
      this.#worker.on('message', (message: ThreadMessage) => {
        if (message.kind === 'ready') started(null);
        else if (message.kind === 'initFailed') started(this.#fail(message.error));
        else this.#handle(message);
      });
      this.#worker.on('error', (error: unknown) => {
        const failure = crashed(this.#requestId, error);
        this.#options.onLog(this.#requestId, 'FATAL', error instanceof Error ? error.stack : String(error));
        started(this.#fail(failure));
      });
      this.#worker.on('exit', (code) => {
        started(
          this.#fail({
            errorType: 'Runtime.ExitError',
            errorMessage: `${prefix(this.#requestId)}Runtime exited with exit status ${code}`,
          }),
        );
      });
    });
  }

  #handle(message: Exclude<ThreadMessage, { kind: 'ready' | 'initFailed' }>): void {
    if (message.kind === 'requests') {
      for (const request of message.requests) void this.#answerRequest(request);
      return;
    }
    if (message.kind === 'log') return this.#options.onLog(this.#requestId, message.level, message.message);
    if (message.requestId !== this.#requestId) return;
    if (message.kind === 'failed') return this.#resolve?.({ kind: 'failed', error: message.error });
    const bytes = Buffer.byteLength(message.payload);
    if (bytes <= MAX_RESPONSE_BYTES) return this.#resolve?.({ kind: 'succeeded', payload: message.payload });
    const errorMessage = `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`;
    this.#resolve?.({ kind: 'failed', error: { errorType: 'Function.ResponseSizeTooLarge', errorMessage } });
  }

  #fail(error: FunctionError): FunctionError {
    this.#isDead = true;
    this.#ending.abort();
    void this.#worker.terminate();
    this.#resolve?.({ kind: 'failed', error });
    return error;
  }
}

function prefix(requestId: string | null): string {
  return requestId === null ? '' : `RequestId: ${requestId} Error: `;
}

function timedOut(requestId: string, timeoutMs: number): FunctionError {
  const seconds = (timeoutMs / 1000).toFixed(2);
  return { errorType: 'Sandbox.Timedout', errorMessage: `${prefix(requestId)}Task timed out after ${seconds} seconds` };
}

function crashed(requestId: string | null, error: unknown): FunctionError {
  const isMemory = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  if (isMemory)
    return { errorType: 'Runtime.OutOfMemory', errorMessage: `${prefix(requestId)}Runtime ran out of memory` };
  const message = error instanceof Error ? error.message : String(error);
  return { errorType: 'Runtime.UncaughtException', errorMessage: `${prefix(requestId)}${message}` };
}
