import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';

const dynamodb = new DynamoDBClient({ maxAttempts: 1 });

/** Counts each message under its body; `fail` fails alone once, `throw` fails its batch once, `slow` takes 50 ms. */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const { body, messageId, attributes } of event.Records) {
    const [verb = ''] = body.split(' ');
    const isFirst = attributes.ApproximateReceiveCount === '1';
    if (verb === 'slow') await new Promise((resolve) => setTimeout(resolve, 50));
    await dynamodb.send(
      new UpdateItemCommand({
        TableName: process.env['TABLE'],
        Key: { pk: { S: body }, sk: { S: 'count' } },
        UpdateExpression: 'ADD seen :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
      }),
    );
    if (verb === 'throw' && isFirst) throw new Error('asked to throw');
    if (verb === 'fail' && isFirst) batchItemFailures.push({ itemIdentifier: messageId });
  }
  return { batchItemFailures };
}
