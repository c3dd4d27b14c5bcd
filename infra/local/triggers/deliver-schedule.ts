import type { Deliver } from '../scheduler/deliver-fire.ts';
import { CallRefused } from './queue-client.ts';
import type { CallService } from './queue-client.ts';
import type { Credentials } from '../iam/callers.ts';
import type { QueuePlan } from '../template/system-plan.ts';

/** A fire that no retry can deliver. */
class UndeliverableFire extends Error {
  readonly retryable = false;
}

/** Delivers the Scheduler's fires to queues of the template, with the rights of the schedule's role. */
export function scheduleDelivery(
  call: CallService,
  queues: readonly QueuePlan[],
  roles: ReadonlyMap<string, Credentials>,
): Deliver {
  return async ({ arn, roleArn, input, messageGroupId, attributes }) => {
    const queue = queues.find((candidate) => candidate.arn === arn);
    if (queue === undefined) throw new UndeliverableFire(`target ${arn} is no queue of this template`);
    const role = roles.get(roleArn);
    if (role === undefined) throw new UndeliverableFire(`role ${roleArn} is not in this template`);
    const messageAttributes = Object.entries(attributes).map(([name, StringValue]) => [
      name,
      { DataType: 'String', StringValue },
    ]);
    const answer = await call(role.accessKeyId, 'sqs', 'SendMessage', {
      QueueUrl: queue.url,
      MessageBody: input,
      ...(messageGroupId === null ? {} : { MessageGroupId: messageGroupId }),
      ...(messageAttributes.length === 0 ? {} : { MessageAttributes: Object.fromEntries(messageAttributes) }),
    });
    if (answer.status >= 400) throw new CallRefused('SendMessage', answer);
  };
}
