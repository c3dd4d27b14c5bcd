import { asArray, asObject } from '../json-values.ts';
import { maxVisibilitySeconds, readNumber } from './limits.ts';
import { md5Of, md5OfAttributes, receiptOf, type Message } from './message.ts';
import type { QueueState } from './queue.ts';
import type { Queues } from './queues.ts';

type Json = Readonly<Record<string, unknown>>;

/** What SQS may do and rarely does, drawn from a seed: messages delivered twice, batches smaller than asked for. */
export interface SqsChaos {
  readonly random: () => number;
  /** Share of messages delivered a second time, though they may be deleted already. */
  readonly duplicateRate: number;
  readonly isBatchSizeRandom: boolean;
}

/** A second delivery to come; kept in memory only. */
interface Duplicate {
  readonly at: number;
  readonly message: Message;
}

/** The receiving side of the queues, with the duplicates still to come. */
export interface Receiver {
  /** The messages that can be received now, as ReceiveMessage returns them. */
  receive(queue: QueueState, input: Json): readonly Json[];
}

const maxDuplicateDelayMs = 1_000;
const defaultRetentionSeconds = 345_600;

export function createReceiver(options: {
  readonly queues: Queues;
  readonly now: () => number;
  readonly arnOf: (name: string) => string;
  readonly chaos: SqsChaos | undefined;
}): Receiver {
  const { queues, now, chaos } = options;
  const duplicates = new Map<string, Duplicate[]>();
  return {
    receive(queue, input) {
      const wanted = readNumber(input['MaxNumberOfMessages'], 'MaxNumberOfMessages', 1, 10, 1);
      const max = chaos?.isBatchSizeRandom === true ? 1 + Math.floor(chaos.random() * wanted) : wanted;
      const visibility = Number(queue.attributes['VisibilityTimeout'] ?? 30);
      const seconds = readNumber(input['VisibilityTimeout'], 'VisibilityTimeout', 0, maxVisibilitySeconds, visibility);
      const at = now();
      const repeated = takeDuplicates(duplicates, queue.name, at, max);
      const taken = takeMessages(options, queue, at, max - repeated.length);
      if (taken.length > 0) {
        const ids = taken.map(({ id }) => id);
        queues.commit({ op: 'receive', q: queue.name, ids, at, until: at + seconds * 1000 });
      }
      for (const message of taken) {
        if (chaos === undefined || chaos.random() >= chaos.duplicateRate) continue;
        const due = { at: at + chaos.random() * maxDuplicateDelayMs, message };
        duplicates.set(queue.name, [...(duplicates.get(queue.name) ?? []), due]);
      }
      return [...repeated, ...taken].map((message) => shape(message, input));
    },
  };
}

/** Takes due messages. One past its retention is deleted; one received too often moves to the dead-letter queue. */
function takeMessages(
  { queues, arnOf }: { readonly queues: Queues; readonly arnOf: (name: string) => string },
  queue: QueueState,
  at: number,
  max: number,
): Message[] {
  const redrive = readRedrive(queue);
  const retentionMs = Number(queue.attributes['MessageRetentionPeriod'] ?? defaultRetentionSeconds) * 1000;
  const taken: Message[] = [];
  while (taken.length < max) {
    const message = queue.takeDue(at);
    if (message === undefined) break;
    const target = redrive === undefined ? undefined : queues.find(redrive.name);
    if (message.sentAt + retentionMs <= at) queues.commit({ op: 'delete', q: queue.name, id: message.id });
    else if (redrive !== undefined && target !== undefined && message.receiveCount >= redrive.maxReceiveCount) {
      queues.commit(
        { op: 'put', q: target.name, message: { ...message, visibleAt: at, deadFrom: arnOf(queue.name) } },
        { op: 'delete', q: queue.name, id: message.id },
      );
    } else taken.push(message);
  }
  return taken;
}

/** A queue's dead-letter target and limit; undefined without a redrive policy. */
export function readRedrive(
  queue: QueueState,
): { readonly name: string; readonly maxReceiveCount: number } | undefined {
  const text = queue.attributes['RedrivePolicy'];
  if (text === undefined || text === '') return undefined;
  const policy = asObject(JSON.parse(text));
  const name = String(policy['deadLetterTargetArn']).split(':').at(-1) ?? '';
  return { name, maxReceiveCount: Number(policy['maxReceiveCount']) };
}

function takeDuplicates(duplicates: Map<string, Duplicate[]>, name: string, at: number, max: number): Message[] {
  const waiting = duplicates.get(name) ?? [];
  const due = waiting.filter((duplicate) => duplicate.at <= at).slice(0, max);
  if (due.length > 0)
    duplicates.set(
      name,
      waiting.filter((duplicate) => !due.includes(duplicate)),
    );
  return due.map(({ message }) => message);
}

function shape(message: Message, input: Json): Json {
  const systemNames = [...asArray(input['AttributeNames']), ...asArray(input['MessageSystemAttributeNames'])];
  const names = asArray(input['MessageAttributeNames']);
  const attributes = Object.fromEntries(
    Object.entries(message.attributes).filter(([name]) => names.some((pattern) => namesAttribute(pattern, name))),
  );
  const md5 = md5OfAttributes(attributes);
  const system = Object.entries(systemAttributes(message)).filter(
    ([name, value]) => value !== null && (systemNames.includes('All') || systemNames.includes(name)),
  );
  return {
    MessageId: message.id,
    ReceiptHandle: receiptOf(message),
    MD5OfBody: md5Of(message.body),
    Body: message.body,
    ...(system.length === 0 ? {} : { Attributes: Object.fromEntries(system) }),
    ...(md5 === undefined ? {} : { MessageAttributes: attributes, MD5OfMessageAttributes: md5 }),
  };
}

function namesAttribute(pattern: unknown, name: string): boolean {
  if (pattern === 'All' || pattern === '.*' || pattern === name) return true;
  return typeof pattern === 'string' && pattern.endsWith('.*') && name.startsWith(pattern.slice(0, -2));
}

function systemAttributes(message: Message): Readonly<Record<string, string | null>> {
  return {
    SenderId: message.senderId,
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt ?? message.sentAt),
    MessageGroupId: message.groupId,
    AWSTraceHeader: message.traceHeader,
    DeadLetterQueueSourceArn: message.deadFrom,
  };
}
