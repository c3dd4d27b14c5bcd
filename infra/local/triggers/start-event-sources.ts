import { startEventSource } from './event-source.ts';
import type { EventSource } from './event-source.ts';
import type { FunctionHost } from '../functions/function-host.ts';
import type { Callers } from '../iam/callers.ts';
import { queueClient } from './queue-client.ts';
import type { CallService } from './queue-client.ts';
import type { SystemPlan } from '../template/system-plan.ts';

export interface EventSourcesOptions {
  readonly plan: SystemPlan;
  readonly callers: Callers;
  readonly call: CallService;
  readonly functionOf: (arn: string) => FunctionHost;
  readonly log: (message: string) => void;
}

/** Starts every event source mapping of the plan, each reading with the key of its own function. */
export function startEventSources({
  plan,
  callers,
  call,
  functionOf,
  log,
}: EventSourcesOptions): readonly EventSource[] {
  const queueOf = (arn: string | null) => plan.queues.find((queue) => queue.arn === arn);
  return plan.eventSources.map((source) => {
    const fn = functionOf(source.functionArn);
    const queue = queueOf(source.queueArn);
    const accessKeyId = callers.functions.get(fn.plan.name)?.accessKeyId;
    if (queue === undefined || accessKeyId === undefined) {
      throw new Error(`Event source ${source.id}: ${source.queueArn} is no queue of this template`);
    }
    const deadLetterQueue = queueOf(queue.deadLetterArn);
    return startEventSource({
      plan: source,
      fn,
      queue: queueClient(call, accessKeyId, queue.url),
      deadLetters:
        deadLetterQueue === undefined ? null : queueClient(call, callers.admin.accessKeyId, deadLetterQueue.url),
      log,
    });
  });
}
