import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';

const sqs = new SQSClient({ maxAttempts: 1 });

/** Sends each message on to its own queue, one higher. */
export async function handler(event: SQSEvent): Promise<void> {
  for (const { body } of event.Records) {
    const MessageBody = String(Number(body) + 1);
    await sqs.send(new SendMessageCommand({ QueueUrl: process.env['LOOP_URL'], MessageBody }));
  }
}
