import type { FunctionHost } from '../functions/function-host.ts';
import { hopsOf, MAX_HOPS, newTrace } from '../functions/trace-header.ts';
import type { QueueClient, ReceivedMessage } from './queue-client.ts';
import { finishedMessages, sqsEvent } from './sqs-event.ts';
import type { EventSourcePlan } from '../template/system-plan.ts';

export interface EventSourceOptions {
  readonly plan: EventSourcePlan;
  readonly fn: FunctionHost;
  /** The queue with the function's own rights. */
  readonly queue: QueueClient;
  /** The dead-letter queue, with the service's rights; null: what loops is dropped. */
  readonly deadLetters: QueueClient | null;
  readonly log: (message: string) => void;
}

/** A running event source mapping. */
export interface EventSource {
  /** Receives no more and waits for the invocations under way. */
  close(): Promise<void>;
}

const LONG_POLL_SECONDS = 20;
const RECEIVE_MAX = 10;
/** Between tries when the queue refuses: doubled from the first to the second. */
const RETRY_MS = [250, 5_000] as const;

/** Reads a queue for a function: as many invocations at once as the mapping and the function's threads allow. */
export function startEventSource(options: EventSourceOptions): EventSource {
  const { plan, fn, queue, log } = options;
  const width = Math.min(plan.maxConcurrency ?? fn.maxConcurrency, fn.maxConcurrency);
  const closing = new AbortController();
  const running = new Set<Promise<void>>();
  const finished = poll();

  async function poll(): Promise<void> {
    let retryMs: number = RETRY_MS[0];
    let isChecked = false;
    while (!closing.signal.aborted) {
      if (running.size >= width) await Promise.race(running);
      try {
        if (!isChecked) await queue.getAttributes();
        isChecked = true;
        const messages = await collect();
        if (messages.length > 0) begin(messages);
        retryMs = RETRY_MS[0];
      } catch (error) {
        log(`event source of ${fn.plan.name}: ${String(error)}`);
        await pause(retryMs, closing.signal);
        retryMs = Math.min(retryMs * 2, RETRY_MS[1]);
      }
    }
  }

  /** One batch: what the first receive gives, and more within the batch window. */
  async function collect(): Promise<readonly ReceivedMessage[]> {
    const { batchSize, batchWindowMs } = plan;
    const max = Math.min(batchSize, RECEIVE_MAX);
    const messages = [...(await queue.receive(max, LONG_POLL_SECONDS, closing.signal))];
    const until = performance.now() + batchWindowMs;
    while (messages.length > 0 && messages.length < batchSize && !closing.signal.aborted) {
      const left = until - performance.now();
      if (left <= 0) break;
      const wanted = Math.min(batchSize - messages.length, RECEIVE_MAX);
      messages.push(
        ...(await queue.receive(
          wanted,
          Math.ceil(left / 1000),
          AbortSignal.any([closing.signal, AbortSignal.timeout(left)]),
        )),
      );
    }
    return messages;
  }

  function begin(messages: readonly ReceivedMessage[]): void {
    const work = handle(messages)
      .catch((error: unknown) => log(`event source of ${fn.plan.name}: ${String(error)}`))
      .finally(() => running.delete(work));
    running.add(work);
  }

  async function handle(received: readonly ReceivedMessage[]): Promise<void> {
    const messages = await withoutLoops(received);
    if (messages.length === 0) return;
    const outcome = await fn.invoke(sqsEvent(messages, plan.queueArn), longestTrace(messages, fn.plan.name));
    // A failed batch comes back by itself when its visibility ends.
    if (outcome.kind === 'failed') return;
    await queue.delete(plan.reportsBatchItemFailures ? finishedMessages(outcome.payload, messages) : messages);
  }

  /** Lambda's loop detection: what has been through this function too often goes to the dead-letter queue. */
  async function withoutLoops(messages: readonly ReceivedMessage[]): Promise<readonly ReceivedMessage[]> {
    if (fn.plan.isRecursionAllowed) return messages;
    const looping = messages.filter((message) => hopsOf(traceOf(message), fn.plan.name) >= MAX_HOPS);
    for (const message of looping) {
      log(`${fn.plan.name}: recursive loop of ${MAX_HOPS} hops cut, message ${message.MessageId} set aside`);
      await options.deadLetters?.send(message);
      await queue.delete([message]);
    }
    return messages.filter((message) => !looping.includes(message));
  }

  return {
    async close() {
      closing.abort();
      await finished;
      await Promise.allSettled(running);
    },
  };
}

function traceOf(message: ReceivedMessage): string {
  return message.Attributes['AWSTraceHeader'] ?? '';
}

/** An invocation has one trace: that of the record whose chain is the longest, so that no loop hides in a batch. */
function longestTrace(messages: readonly ReceivedMessage[], functionName: string): string {
  const traces = messages.map(traceOf).filter((trace) => trace !== '');
  return traces.sort((a, b) => hopsOf(b, functionName) - hopsOf(a, functionName))[0] ?? newTrace(Date.now());
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
