import { asString } from '../json-values.ts';
import { AwsServiceError } from '../service.ts';
import { invalidParameter, maxVisibilitySeconds, readEntries, readNumber } from './limits.ts';
import { readReceipt, type Message } from './message.ts';
import type { QueueState } from './queue.ts';
import type { Queues } from './queues.ts';
import { failedEntry } from './send.ts';

type Json = Readonly<Record<string, unknown>>;

/** Deletes a message by its latest receipt. A stale receipt is accepted without effect, as SQS may do. */
export function deleteMessage(queues: Queues, queue: QueueState, input: Json): void {
  const { message } = resolve(queue, input);
  if (message !== undefined) queues.commit({ op: 'delete', q: queue.name, id: message.id });
}

/** Sets until when a message is hidden: at most 12 hours from its first receive. */
export function changeVisibility(queues: Queues, queue: QueueState, input: Json, now: number): void {
  const seconds = readNumber(input['VisibilityTimeout'], 'VisibilityTimeout', 0, maxVisibilitySeconds, -1);
  if (seconds < 0) throw new AwsServiceError('MissingParameter', 'The request must contain VisibilityTimeout.');
  const { message } = resolve(queue, input);
  if (message === undefined || message.visibleAt <= now) {
    throw new AwsServiceError('MessageNotInflight', 'The message referred to is not in flight.');
  }
  const until = now + seconds * 1000;
  if (until - (message.firstReceivedAt ?? now) > maxVisibilitySeconds * 1000) {
    throw invalidParameter(
      `Total VisibilityTimeout for the message is beyond the limit [${maxVisibilitySeconds} seconds]`,
    );
  }
  queues.commit({ op: 'hide', q: queue.name, id: message.id, until });
}

/** Runs one of the above over a batch's entries; a refused entry fails alone. */
export function answerBatch(input: Json, settle: (entry: Json) => void): Json {
  const successful: Json[] = [];
  const failed: Json[] = [];
  for (const [Id, entry] of readEntries(input['Entries'])) {
    try {
      settle(entry);
      successful.push({ Id });
    } catch (error) {
      failed.push(failedEntry(Id, error));
    }
  }
  return { Successful: successful, Failed: failed };
}

function resolve(queue: QueueState, input: Json): { readonly message: Message | undefined } {
  const receipt = asString(input['ReceiptHandle']);
  const read = readReceipt(receipt);
  if (read === undefined) {
    throw new AwsServiceError('ReceiptHandleIsInvalid', `The input receipt handle "${receipt}" is not valid.`, 404);
  }
  const message = queue.messages.get(read.id);
  return { message: message?.receiveCount === read.receive ? message : undefined };
}
