import { randomUUID } from 'node:crypto';
import { asArray, asObject, asString } from '../json-values.ts';
import { AwsServiceError } from '../service.ts';
import { maxDelaySeconds, maxMessageBytes, maxVisibilitySeconds, readNumber } from './limits.ts';
import type { QueueAttributes, QueueState } from './queue.ts';
import type { Queues } from './queues.ts';
import { readRedrive } from './receive.ts';

type Json = Readonly<Record<string, unknown>>;

const numeric: Readonly<Record<string, readonly [number, number]>> = {
  DelaySeconds: [0, maxDelaySeconds],
  MaximumMessageSize: [1024, maxMessageBytes],
  MessageRetentionPeriod: [60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: [0, 20],
  VisibilityTimeout: [0, maxVisibilitySeconds],
  KmsDataKeyReusePeriodSeconds: [60, 86_400],
};
const textual = new Set(['KmsMasterKeyId', 'Policy', 'RedriveAllowPolicy', 'RedrivePolicy', 'SqsManagedSseEnabled']);

/** CreateQueue: repeating it is fine, with other attributes it is QueueNameExists. Standard queues only. */
export function createQueue(queues: Queues, input: Json, now: number): void {
  const q = asString(input['QueueName']);
  if (!/^[\w-]{1,80}$/.test(q)) {
    throw new AwsServiceError('InvalidParameterValue', `QueueName "${q}" must be 1 to 80 letters, digits, - and _.`);
  }
  const attributes = readAttributes(input['Attributes']);
  const existing = queues.find(q);
  if (existing === undefined) queues.commit({ op: 'queue', q, attributes, at: now });
  else if (Object.entries(attributes).some(([name, value]) => existing.attributes[name] !== value)) {
    throw new AwsServiceError('QueueNameExists', 'A queue already exists with the same name and other attributes.');
  }
}

/** SetQueueAttributes: replaces the attributes that are named. */
export function setQueueAttributes(queues: Queues, queue: QueueState, input: Json): void {
  const attributes = { ...queue.attributes, ...readAttributes(input['Attributes']) };
  queues.commit({ op: 'queue', q: queue.name, attributes, at: queue.createdAt });
}

function readAttributes(value: unknown): QueueAttributes {
  const attributes: Record<string, string> = {};
  for (const [name, raw] of Object.entries(asObject(value))) {
    const bounds = numeric[name];
    if (bounds === undefined && !textual.has(name)) {
      throw new AwsServiceError(
        'InvalidAttributeName',
        `Unknown attribute ${name}; the stand-in has standard queues only.`,
      );
    }
    if (name === 'RedrivePolicy') checkRedrive(String(raw));
    attributes[name] = bounds === undefined ? String(raw) : String(readNumber(raw, name, bounds[0], bounds[1], 0));
  }
  return attributes;
}

/** A redrive policy is JSON with a target ARN and a count of 1 to 1,000; '' takes it away. */
function checkRedrive(text: string): void {
  if (text === '') return;
  const refusal = new AwsServiceError(
    'InvalidAttributeValue',
    `RedrivePolicy ${text} must be JSON with deadLetterTargetArn and maxReceiveCount of 1 to 1000.`,
  );
  try {
    const policy = asObject(JSON.parse(text));
    readNumber(policy['maxReceiveCount'], 'maxReceiveCount', 1, 1000, 10);
    if (!asString(policy['deadLetterTargetArn']).startsWith('arn:aws:sqs:')) throw refusal;
  } catch (cause) {
    throw Object.assign(refusal, { cause });
  }
}

/** GetQueueAttributes: settings, ARN and the three approximate counts. */
export function getQueueAttributes(queue: QueueState, arn: string, input: Json, now: number): Json {
  const counts = { visible: 0, delayed: 0, hidden: 0 };
  for (const message of queue.messages.values()) {
    if (message.visibleAt <= now) counts.visible += 1;
    else if (message.receiveCount === 0) counts.delayed += 1;
    else counts.hidden += 1;
  }
  const all: QueueAttributes = {
    DelaySeconds: '0',
    MaximumMessageSize: String(maxMessageBytes),
    MessageRetentionPeriod: '345600',
    ReceiveMessageWaitTimeSeconds: '0',
    VisibilityTimeout: '30',
    ...queue.attributes,
    QueueArn: arn,
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    ApproximateNumberOfMessages: String(counts.visible),
    ApproximateNumberOfMessagesDelayed: String(counts.delayed),
    ApproximateNumberOfMessagesNotVisible: String(counts.hidden),
  };
  const names = asArray(input['AttributeNames']);
  return {
    Attributes: Object.fromEntries(
      Object.entries(all).filter(([name]) => names.includes('All') || names.includes(name)),
    ),
  };
}

/** A finished move of messages out of a dead-letter queue. */
export interface MoveTask {
  readonly SourceArn: string;
  readonly Status: 'COMPLETED';
  readonly ApproximateNumberOfMessagesMoved: number;
  readonly StartedTimestamp: number;
}

/**
 * StartMessageMoveTask: moves the visible messages of a dead-letter queue, at once, to `DestinationArn` or to the queue
 * that each came from. A moved message is new: new id, new enqueue time, no receives.
 */
export function moveMessages(queues: Queues, input: Json, now: number): MoveTask {
  const SourceArn = asString(input['SourceArn']);
  const source = queues.find(SourceArn.split(':').at(-1) ?? '');
  const isDeadLetter = [...queues.all()].some((queue) => readRedrive(queue)?.name === source?.name);
  if (source === undefined) throw new AwsServiceError('ResourceNotFoundException', `There is no queue ${SourceArn}.`);
  if (!isDeadLetter) throw new AwsServiceError('InvalidParameterValue', 'Source queue must be a dead-letter queue.');
  let moved = 0;
  for (const message of [...source.messages.values()].filter(({ visibleAt }) => visibleAt <= now)) {
    const target = queues.find((asString(input['DestinationArn']) || message.deadFrom || '').split(':').at(-1) ?? '');
    if (target === undefined) continue;
    const fresh = {
      id: randomUUID(),
      sentAt: now,
      visibleAt: now,
      deadFrom: null,
      receiveCount: 0,
      firstReceivedAt: null,
    };
    queues.commit(
      { op: 'put', q: target.name, message: { ...message, ...fresh } },
      { op: 'delete', q: source.name, id: message.id },
    );
    moved += 1;
  }
  return { SourceArn, Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: moved, StartedTimestamp: now };
}
