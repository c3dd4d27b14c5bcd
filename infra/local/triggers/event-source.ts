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
  /** The dead-letter queue, with the service's rights; null: looping messages are dropped. */
  readonly deadLetters: QueueClient | null;
  readonly log: (message: string) => void;
}

/** A running event source mapping. */
export interface EventSource {
  /** Stops receiving and waits for the invocations under way. */
  close(): Promise<void>;
}

const LONG_POLL_SECONDS = 20;
const RECEIVE_MAX = 10;
/** Between tries when the queue refuses: starts at the first and doubles up to the second. */
const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 5_000;

/** Reads a queue for a function: as many invocations at once as the mapping and the function's threads allow. */
export function startEventSource(options: EventSourceOptions): EventSource {
  const { plan, fn, queue, log } = options;
  const maxInvocations = Math.min(plan.maxConcurrency ?? fn.maxConcurrency, fn.maxConcurrency);
  const closing = new AbortController();
  const running = new Set<Promise<void>>();
  const finished = poll();

  async function poll(): Promise<void> {
    let retryMs = FIRST_RETRY_MS;
    let isQueueChecked = false;
    while (!closing.signal.aborted) {
      if (running.size >= maxInvocations) await Promise.race(running);
      try {
        if (!isQueueChecked) await queue.getAttributes();
        isQueueChecked = true;
        const messages = await receiveBatch();
        if (messages.length > 0) begin(messages);
        retryMs = FIRST_RETRY_MS;
      } catch (error) {
        log(`event source of ${fn.plan.name}: ${String(error)}`);
        await pause(retryMs, closing.signal);
        retryMs = Math.min(retryMs * 2, MAX_RETRY_MS);
      }
    }
  }

  /** One batch: the messages of the first receive, and more of them within the batch window. */
  async function receiveBatch(): Promise<readonly ReceivedMessage[]> {
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

  /** Lambda's loop detection: a message whose chain passed this function too often goes to the dead-letter queue. */
  async function withoutLoops(messages: readonly ReceivedMessage[]): Promise<readonly ReceivedMessage[]> {
    if (fn.plan.isRecursionAllowed) return messages;
    const looping = messages.filter((message) => hopsOf(traceOf(message), fn.plan.name) >= MAX_HOPS);
    for (const message of looping) {
      log(
        `${fn.plan.name}: recursive loop of ${MAX_HOPS} passes, message ${message.MessageId} goes to the dead letters`,
      );
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

/** An invocation has one trace: that of the message whose chain is the longest, so that no loop hides in a batch. */
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
