import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { CLIENT_SETTINGS, stripped } from './aws-clients.ts';

let warming: Promise<void> | null = null;

/** The SDK imports parts of itself when first used, in real time; once that is behind, a call takes none. */
export function warmUp(): Promise<void> {
  warming ??= callBoth();
  return warming;
}

async function callBoth(): Promise<void> {
  const body = Buffer.from('{}');
  const response = { statusCode: 200, headers: { 'content-type': 'application/x-amz-json-1.0' }, body };
  const requestHandler = { handle: async () => ({ response }) };
  const dynamodb = stripped(new DynamoDBClient({ ...CLIENT_SETTINGS, endpoint: 'http://dynamodb', requestHandler }));
  await dynamodb.send(new GetItemCommand({ TableName: 'warm', Key: {} }));
  const sqs = stripped(new SQSClient({ ...CLIENT_SETTINGS, endpoint: 'http://sqs', md5: false, requestHandler }));
  await sqs.send(new SendMessageBatchCommand({ QueueUrl: 'http://sqs/warm', Entries: [] }));
}
