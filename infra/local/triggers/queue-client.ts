import * as z from 'zod';
import type { ServiceAnswer } from '../services/service.ts';

/** Calls a service through the gateway from within this process: the same IAM, faults and meter as over HTTP. */
export type CallService = (
  accessKeyId: string,
  service: 'dynamodb' | 'sqs' | 'secretsmanager',
  operation: string,
  input: unknown,
  signal?: AbortSignal,
) => Promise<ServiceAnswer>;

const MessageAttribute = z.object({
  DataType: z.string(),
  StringValue: z.string().optional(),
  BinaryValue: z.string().optional(),
});
const Message = z.object({
  MessageId: z.string(),
  ReceiptHandle: z.string(),
  Body: z.string(),
  MD5OfBody: z.string(),
  Attributes: z.record(z.string(), z.string()).default({}),
  MessageAttributes: z.record(z.string(), MessageAttribute).default({}),
  MD5OfMessageAttributes: z.string().optional(),
});
/** A message as ReceiveMessage returns it. */
export type ReceivedMessage = z.output<typeof Message>;
const Received = z.object({ Messages: z.array(Message).default([]) });

/** An AWS call of the host that was refused; `code` is AWS's error code. */
export class CallRefused extends Error {
  readonly code: string;
  constructor(operation: string, answer: ServiceAnswer) {
    const body = z.object({ __type: z.string().default(''), message: z.string().default('') }).safeParse(answer.body);
    const code = answer.headers?.['x-amzn-errortype'] ?? (body.success ? body.data.__type : '');
    super(`${operation}: ${code} ${body.success ? body.data.message : ''}`);
    this.name = 'CallRefused';
    this.code = code;
  }
}

/** A queue, used with one caller's rights. Every call throws CallRefused when it is denied or fails. */
export interface QueueClient {
  receive(max: number, waitSeconds: number, signal: AbortSignal): Promise<readonly ReceivedMessage[]>;
  delete(messages: readonly ReceivedMessage[]): Promise<void>;
  getAttributes(): Promise<void>;
  send(message: ReceivedMessage): Promise<void>;
}

/** Opens a queue for an access key. */
export function queueClient(call: CallService, accessKeyId: string, url: string): QueueClient {
  async function perform(operation: string, input: object, signal?: AbortSignal): Promise<unknown> {
    const answer = await call(accessKeyId, 'sqs', operation, { QueueUrl: url, ...input }, signal);
    if (answer.status >= 400) throw new CallRefused(operation, answer);
    return answer.body;
  }
  return {
    async receive(max, waitSeconds, signal) {
      const input = {
        MaxNumberOfMessages: max,
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      };
      return Received.parse(await perform('ReceiveMessage', input, signal)).Messages;
    },
    async delete(messages) {
      for (let start = 0; start < messages.length; start += 10) {
        const chunk = messages.slice(start, start + 10);
        const Entries = chunk.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
        await perform('DeleteMessageBatch', { Entries });
      }
    },
    async getAttributes() {
      await perform('GetQueueAttributes', { AttributeNames: ['All'] });
    },
    async send({ Body, MessageAttributes }) {
      await perform('SendMessage', { MessageBody: Body, MessageAttributes });
    },
  };
}
