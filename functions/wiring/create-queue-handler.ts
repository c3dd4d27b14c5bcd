import type { SQSBatchItemFailure, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { decodeMessage } from '../../shared/aws/messages.ts';
import type { InFlight } from '../../shared/process/in-flight.ts';
import { readUid, shortHash } from '../../shared/domain/ids.ts';
import type { Log } from '../../shared/engine/ports.ts';
import type { Message, Receipt } from '../../shared/engine/messages.ts';
import { settleAll } from '../../shared/engine/settle-all.ts';

export interface QueueHandlerPorts {
  readonly log: Log;
  /** Counts the messages in hand; absent if the function has no batcher. */
  readonly inFlight?: InFlight;
}

/**
 * The Lambda handler of a queue. Each record is handled on its own, and only the failed ones are reported, so that only
 * they come again. Their errors are logged with the message id and not thrown: that would fail the whole batch and make
 * the event source slow down.
 */
export function createQueueHandler(
  { log, inFlight }: QueueHandlerPorts,
  handle: (message: Message, receipt: Receipt) => Promise<void>,
): (event: SQSEvent) => Promise<SQSBatchResponse> {
  return async (event) => {
    const inHand = event.Records.map((record) => ({ record, leave: inFlight?.enter() }));
    const failures = await settleAll(
      inHand.map(({ record, leave }) => handleRecord(log, record, handle).finally(() => leave?.())),
    );
    return { batchItemFailures: failures.filter((failure) => failure !== null) };
  };
}

async function handleRecord(
  log: Log,
  record: SQSRecord,
  handle: (message: Message, receipt: Receipt) => Promise<void>,
): Promise<SQSBatchItemFailure | null> {
  const { messageId, body, attributes } = record;
  let subject = {};
  try {
    const message = decodeMessage(body);
    subject = subjectOf(message);
    const receipt = { by: shortHash(messageId), count: Number(attributes.ApproximateReceiveCount) };
    await handle(message, receipt);
    return null;
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log.error('a message could not be handled and will come again', { message_id: messageId, ...subject, body, stack });
    return { itemIdentifier: messageId };
  }
}

/** The uids of what a message is about, by the names under which logs are searched. */
function subjectOf(message: Message): Readonly<Record<string, string>> {
  if ('scheduleUid' in message) return { schedule_uid: message.scheduleUid };
  if ('workspaceUid' in message) return { workspace_uid: message.workspaceUid };
  if ('bulkUid' in message) return { bulk_uid: message.bulkUid };
  if ('runUid' in message) return { run_uid: message.runUid };
  const runUid = readUid(message.uid)?.runUid;
  return { callback_uid: message.uid, ...(runUid === undefined ? {} : { run_uid: runUid }) };
}
