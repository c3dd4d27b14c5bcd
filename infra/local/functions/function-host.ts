import { randomUUID } from 'node:crypto';
import { FunctionThread } from './function-thread.ts';
import type { Outcome, ThreadGateway } from './function-thread.ts';
import { newTrace, traceThrough } from './trace-header.ts';
import type { FunctionPlan } from '../template/system-plan.ts';
import { LOG_LEVELS } from './thread-messages.ts';
import type { FunctionError, LogLevel } from './thread-messages.ts';

/** One log message of a function, or of the host about it. */
export interface FunctionLog {
  readonly functionName: string;
  readonly logGroup: string;
  /** Null outside an invocation. */
  readonly requestId: string | null;
  readonly level: LogLevel;
  /** Text, or the object that was logged. */
  readonly message: unknown;
}

/** What one invocation adds to a meter. */
export interface InvocationReport {
  readonly functionName: string;
  readonly durationMs: number;
  readonly memoryMb: number;
  readonly isColdStart: boolean;
  readonly error: FunctionError | null;
}

export interface FunctionHostOptions {
  readonly plan: FunctionPlan;
  /** The environment of threads that run the code of this folder. */
  readonly envOf: (codeDir: string) => Readonly<Record<string, string>>;
  /** Absent: threads call AWS over HTTP, at the endpoint of their environment. */
  readonly gateway?: ThreadGateway;
  /** Most threads at once; a lower reserved concurrency takes precedence. */
  readonly maxThreads: number;
  readonly isFrozenBetween: boolean;
  readonly hasTimeout: boolean;
  /** A thread that runs nothing for so long is ended. Absent: half a minute. */
  readonly idleMs?: number;
  readonly onLog: (log: FunctionLog) => void;
  readonly onReport: (report: InvocationReport) => void;
}

/** One function: a pool of threads that run its bundle. */
export interface FunctionHost {
  readonly plan: FunctionPlan;
  readonly maxConcurrency: number;
  /** Invokes synchronously; waits for a thread when all are busy. Never rejects. */
  invoke(event: unknown, traceHeader?: string): Promise<Outcome>;
  /** New invocations run the code that is in the folder now, or in another one; those under way end on the old. */
  renewCode(codeDir?: string): void;
  /** Refuses new invocations, gives running ones `graceMs` to end, then kills their threads. */
  close(graceMs: number): Promise<void>;
}

/** Longest event of a synchronous invocation (Lambda: 6 MiB), in bytes of JSON. */
const MAX_REQUEST_BYTES = 6_291_456;
/** Lambda too ends environments that are not used; here each takes some 30 MB and more of the machine's memory. */
const IDLE_MS = 30_000;

/** Makes a function ready; its first thread starts with its first invocation. */
export function hostFunction(options: FunctionHostOptions): FunctionHost {
  const { plan, onLog, onReport, idleMs = IDLE_MS } = options;
  const maxConcurrency = Math.min(options.maxThreads, plan.reservedConcurrency ?? Number.POSITIVE_INFINITY);
  const threads = new Set<FunctionThread>();
  const idle: { readonly thread: FunctionThread; readonly timer: NodeJS.Timeout }[] = [];
  const waiting: ((thread: FunctionThread | null) => void)[] = [];
  let stale = new WeakSet<FunctionThread>();
  let codeDir = plan.codeDir;
  let isClosed = false;

  function startThread(): FunctionThread {
    const thread = new FunctionThread({
      ...options,
      codeDir,
      env: options.envOf(codeDir),
      onLog(requestId, level, message) {
        if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(plan.logLevel)) return;
        onLog({ functionName: plan.name, logGroup: plan.logGroup, requestId, level, message });
      },
    });
    threads.add(thread);
    return thread;
  }

  async function takeThread(): Promise<{ thread: FunctionThread; isColdStart: boolean } | null> {
    if (isClosed) return null;
    // The last one used: under less work the others end.
    const warm = idle.pop();
    if (warm !== undefined) {
      clearTimeout(warm.timer);
      return { thread: warm.thread, isColdStart: false };
    }
    if (threads.size < maxConcurrency) return { thread: startThread(), isColdStart: true };
    const thread = await new Promise<FunctionThread | null>((resolve) => waiting.push(resolve));
    if (thread !== null) return { thread, isColdStart: false };
    return await takeThread();
  }

  /**
   * Gives a thread to the next caller that waits. A dead or outdated one is dropped, and that caller starts its own.
   */
  function release(thread: FunctionThread): void {
    const next = waiting.shift();
    if (thread.isDead || stale.has(thread) || isClosed) {
      threads.delete(thread);
      void thread.kill();
      next?.(null);
    } else if (next === undefined) idle.push({ thread, timer: setTimeout(() => endIdle(thread), idleMs).unref() });
    else next(thread);
  }

  function endIdle(thread: FunctionThread): void {
    const at = idle.findIndex((one) => one.thread === thread);
    if (at === -1) return;
    idle.splice(at, 1);
    threads.delete(thread);
    void thread.kill();
  }

  function releaseIdle(): void {
    for (const { thread, timer } of idle.splice(0)) {
      clearTimeout(timer);
      release(thread);
    }
  }

  async function runOn(
    thread: FunctionThread,
    isColdStart: boolean,
    event: string,
    traceHeader: string,
  ): Promise<Outcome> {
    const startedAt = performance.now();
    const requestId = randomUUID();
    const outcome = await thread.run({ requestId, event, traceHeader: traceThrough(traceHeader, plan.name) });
    release(thread);
    const error = outcome.kind === 'failed' ? outcome.error : null;
    // The thread has logged what the handler threw, with its stack.
    if (error !== null && error.trace === undefined) {
      onLog({ functionName: plan.name, logGroup: plan.logGroup, requestId, level: 'ERROR', message: error });
    }
    const durationMs = performance.now() - startedAt;
    onReport({ functionName: plan.name, durationMs, memoryMb: plan.memoryMb, isColdStart, error });
    return outcome;
  }

  return {
    plan,
    maxConcurrency,
    async invoke(event, traceHeader = newTrace(Date.now())) {
      const text = JSON.stringify(event ?? null);
      const bytes = Buffer.byteLength(text);
      if (bytes > MAX_REQUEST_BYTES) {
        const errorMessage = `Request must be smaller than ${MAX_REQUEST_BYTES} bytes for the InvokeFunction operation; this one has ${bytes}`;
        return { kind: 'failed', error: { errorType: 'RequestTooLargeException', errorMessage } };
      }
      const taken = await takeThread();
      if (taken === null) {
        return {
          kind: 'failed',
          error: { errorType: 'ServiceException', errorMessage: `${plan.name} is being stopped` },
        };
      }
      return await runOn(taken.thread, taken.isColdStart, text, traceHeader);
    },
    renewCode(newDir = codeDir) {
      codeDir = newDir;
      stale = new WeakSet(threads);
      releaseIdle();
    },
    async close(graceMs) {
      isClosed = true;
      releaseIdle();
      for (const next of waiting.splice(0)) next(null);
      const until = performance.now() + graceMs;
      while (threads.size > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
      await Promise.all([...threads].map((thread) => thread.kill()));
    },
  };
}
