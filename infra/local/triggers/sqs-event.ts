import type { SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import { LOCAL_REGION } from '../account.ts';
import type { ReceivedMessage } from './queue-client.ts';

/** The event of a batch, as Lambda's event source mapping makes it. */
export function sqsEvent(messages: readonly ReceivedMessage[], queueArn: string): SQSEvent {
  return { Records: messages.map((message) => recordOf(message, queueArn)) };
}

function recordOf(message: ReceivedMessage, queueArn: string): SQSRecord {
  const { ApproximateReceiveCount = '1', SentTimestamp = '0', SenderId = '', ...rest } = message.Attributes;
  const { ApproximateFirstReceiveTimestamp = '0', ...others } = rest;
  const attributes = Object.entries(message.MessageAttributes).map(([name, { DataType, StringValue, BinaryValue }]) => {
    const value = {
      ...(StringValue === undefined ? {} : { stringValue: StringValue }),
      ...(BinaryValue === undefined ? {} : { binaryValue: BinaryValue }),
      stringListValues: [],
      binaryListValues: [],
      dataType: DataType,
    };
    return [name, value] as const;
  });
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: { ApproximateReceiveCount, SentTimestamp, SenderId, ApproximateFirstReceiveTimestamp, ...others },
    messageAttributes: Object.fromEntries(attributes),
    md5OfBody: message.MD5OfBody,
    ...(message.MD5OfMessageAttributes === undefined ? {} : { md5OfMessageAttributes: message.MD5OfMessageAttributes }),
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: LOCAL_REGION,
  };
}

const PartialFailure = z
  .object({
    batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish(),
  })
  .nullable();

/**
 * The messages that a successful invocation leaves to be deleted. The answers null, `{}` and an empty list mean all of
 * them; an answer of another shape, or an id that is not in the batch, means none (AWS: "Success and failure
 * conditions").
 */
export function finishedMessages(payload: string, messages: readonly ReceivedMessage[]): readonly ReceivedMessage[] {
  const parsed = PartialFailure.safeParse(payload === '""' ? null : JSON.parse(payload));
  if (!parsed.success) return [];
  const failed = new Set((parsed.data?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier));
  const isKnown = [...failed].every((id) => messages.some(({ MessageId }) => MessageId === id));
  return isKnown ? messages.filter(({ MessageId }) => !failed.has(MessageId)) : [];
}
