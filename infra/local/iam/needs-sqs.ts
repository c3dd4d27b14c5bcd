import { asObject, asString } from '../services/json-values.ts';
import type { Need, NeedsContext } from './need.ts';

/** Operation → IAM action; the batch forms have none of their own (AWS: SQS API permissions). */
const actions: Readonly<Record<string, string>> = {
  ChangeMessageVisibility: 'ChangeMessageVisibility',
  ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
  CreateQueue: 'CreateQueue',
  DeleteMessage: 'DeleteMessage',
  DeleteMessageBatch: 'DeleteMessage',
  DeleteQueue: 'DeleteQueue',
  GetQueueAttributes: 'GetQueueAttributes',
  GetQueueUrl: 'GetQueueUrl',
  ListMessageMoveTasks: 'ListMessageMoveTasks',
  PurgeQueue: 'PurgeQueue',
  ReceiveMessage: 'ReceiveMessage',
  SendMessage: 'SendMessage',
  SendMessageBatch: 'SendMessage',
  SetQueueAttributes: 'SetQueueAttributes',
};

/** Permissions of an SQS request. */
export function needsOfSqs(operation: string, body: unknown, context: NeedsContext): readonly Need[] | undefined {
  const input = asObject(body);
  const need = (action: string, resource: string): Need => ({ action: `sqs:${action}`, resource, conditionKeys: {} });
  if (operation === 'ListQueues') return [need('ListQueues', '*')];
  if (operation === 'StartMessageMoveTask') return moveTaskNeeds(input, need);
  const action = Object.hasOwn(actions, operation) ? actions[operation] : undefined;
  if (action === undefined) return undefined;
  if (operation === 'ListMessageMoveTasks') return [need(action, asString(input['SourceArn']))];
  const name = asString(input['QueueName']) || asString(input['QueueUrl']).split('/').at(-1) || '';
  return [need(action, `arn:aws:sqs:${context.region}:${context.account}:${name}`)];
}

/** Moving messages reads and deletes at the source and, where the caller names one, sends to the destination. */
function moveTaskNeeds(
  input: Readonly<Record<string, unknown>>,
  need: (action: string, resource: string) => Need,
): readonly Need[] {
  const source = asString(input['SourceArn']);
  const destination = asString(input['DestinationArn']);
  const needs = ['StartMessageMoveTask', 'ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'];
  return [
    ...needs.map((action) => need(action, source)),
    ...(destination === '' ? [] : [need('SendMessage', destination)]),
  ];
}
