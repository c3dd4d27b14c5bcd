import { randomUUID } from 'node:crypto';
import { asObject } from '../json-values.ts';
import { AwsServiceError } from '../service.ts';
import { maxMessageBytes, readDraft, readEntries, type Draft } from './limits.ts';
import { md5Of, md5OfAttributes, type Message } from './message.ts';
import type { QueueEvent, QueueState } from './queue.ts';

type Json = Readonly<Record<string, unknown>>;
type Put = Extract<QueueEvent, { op: 'put' }>;

/** When a message is sent, and the trace of its sender's request, which SQS passes on as `AWSTraceHeader`. */
export interface Origin {
  readonly now: number;
  readonly traceHeader: string | null;
}

/** One message to store, and the answer to its sender. */
export interface Sending {
  readonly event: Put;
  readonly answer: Json;
}

/** SendMessage: throws SQS's refusal. */
export function sendMessage(queue: QueueState, input: Json, origin: Origin): Sending {
  return prepare(queue, readDraft(input, maxBytesOf(queue)), origin);
}

/** SendMessageBatch: a bad entry fails alone, in `Failed[]`; too many bytes refuse the whole. */
export function sendMessageBatch(
  queue: QueueState,
  input: Json,
  origin: Origin,
): { readonly events: readonly Put[]; readonly answer: Json } {
  const sent: Sending[] = [];
  const failed: Json[] = [];
  const successful: Json[] = [];
  let bytes = 0;
  for (const [Id, entry] of readEntries(input['Entries'])) {
    try {
      const draft = readDraft(entry, maxBytesOf(queue));
      bytes += draft.bytes;
      const sending = prepare(queue, draft, origin);
      sent.push(sending);
      successful.push({ Id, ...sending.answer });
    } catch (error) {
      failed.push(failedEntry(Id, error));
    }
  }
  if (bytes > maxMessageBytes) {
    throw new AwsServiceError(
      'BatchRequestTooLong',
      `Batch requests cannot be longer than ${maxMessageBytes} bytes. You have sent ${bytes} bytes.`,
    );
  }
  return { events: sent.map(({ event }) => event), answer: { Successful: successful, Failed: failed } };
}

/** The answer for one entry of a batch that failed. Throws any error but an AwsServiceError. */
export function failedEntry(Id: string, error: unknown): Json {
  if (!(error instanceof AwsServiceError)) throw error;
  return { Id, Code: error.fault.code, Message: error.fault.message, SenderFault: true };
}

function maxBytesOf(queue: QueueState): number {
  return Number(queue.attributes['MaximumMessageSize'] ?? maxMessageBytes);
}

function prepare(queue: QueueState, draft: Draft, { now, traceHeader }: Origin): Sending {
  const delaySeconds = draft.delaySeconds ?? Number(queue.attributes['DelaySeconds'] ?? 0);
  const message: Message = {
    id: randomUUID(),
    body: draft.body,
    attributes: draft.attributes,
    groupId: draft.groupId,
    traceHeader: draft.traceHeader ?? traceHeader,
    senderId: 'AROALOCAL',
    sentAt: now,
    deadFrom: null,
    receiveCount: 0,
    firstReceivedAt: null,
    visibleAt: now + delaySeconds * 1000,
  };
  const md5 = md5OfAttributes(draft.attributes);
  const answer = {
    MessageId: message.id,
    MD5OfMessageBody: md5Of(draft.body),
    ...asObject(md5 === undefined ? undefined : { MD5OfMessageAttributes: md5 }),
  };
  return { event: { op: 'put', q: queue.name, message }, answer };
}
