import { setTimeout as pause } from 'node:timers/promises';
import { DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';

const dynamodb = new DynamoDBClient({ maxAttempts: 1 });

const TableName = process.env['TABLE'];
const keyOf = (body: string) => ({ pk: { S: body }, sk: { S: 'count' } });

/**
 * Counts each message under its body; `fail` fails alone once, `throw` fails its batch once, `slow` takes 50 ms, `meet`
 * takes until `meet last` is counted.
 */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const { body, messageId, attributes } of event.Records) {
    const [verb = ''] = body.split(' ');
    const isFirst = attributes.ApproximateReceiveCount === '1';
    if (verb === 'slow') await pause(50);
    await dynamodb.send(
      new UpdateItemCommand({
        TableName,
        Key: keyOf(body),
        UpdateExpression: 'ADD seen :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
      }),
    );
    if (verb === 'meet') await untilCounted('meet last');
    if (verb === 'throw' && isFirst) throw new Error('asked to throw');
    if (verb === 'fail' && isFirst) batchItemFailures.push({ itemIdentifier: messageId });
  }
  return { batchItemFailures };
}

async function untilCounted(body: string): Promise<void> {
  const look = new GetItemCommand({ TableName, Key: keyOf(body), ConsistentRead: true });
  while ((await dynamodb.send(look)).Item === undefined) await pause(20);
}
