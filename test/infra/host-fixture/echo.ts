import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';

const sqs = new SQSClient({ maxAttempts: 1 });
let invocations = 0;

/** Does what the query or the event asks for, and otherwise answers the event it got. */
export async function handler(event: APIGatewayProxyEventV2 & { ask?: string; text?: string }, context: Context) {
  invocations += 1;
  const ask = event.ask ?? event.queryStringParameters?.['ask'];
  const text = event.text ?? event.queryStringParameters?.['text'] ?? '';
  switch (ask) {
    case 'string':
      return 'plain words';
    case 'object':
      return { made: 'of json' };
    case 'response':
      return {
        statusCode: 201,
        headers: { 'X-Own': 'yes', 'content-type': 'application/octet-stream' },
        cookies: ['a=1', 'b=2'],
        body: Buffer.from([0, 255, 1]).toString('base64'),
        isBase64Encoded: true,
      };
    case 'bad-response':
      return { statusCode: 'many', body: 'x' };
    case 'throw':
      throw new RangeError('asked to throw');
    case 'exit':
      return process.exit(7);
    case 'sleep':
      return await new Promise((resolve) => setTimeout(resolve, 60_000));
    case 'spin':
      for (;;);
    case 'long':
      return 'x'.repeat(6_400_000);
    case 'log':
      console.log('logged %s', 'text');
      console.warn({ run_uid: 'r-1', answer: 42 });
      process.stderr.write('raw\n');
      return null;
    case 'send':
      return await sqs.send(new SendMessageCommand({ QueueUrl: process.env['QUEUE_URL'], MessageBody: text }));
    case 'loop':
      return await sqs.send(new SendMessageCommand({ QueueUrl: process.env['LOOP_URL'], MessageBody: text }));
    case 'object-store': {
      const s3 = new S3Client({ forcePathStyle: true });
      const place = { Bucket: process.env['BUCKET'], Key: 'pages/one' };
      await s3.send(new PutObjectCommand({ ...place, Body: text }));
      return await (await s3.send(new GetObjectCommand(place))).Body?.transformToString();
    }
    case 'secret': {
      const secrets = new SecretsManagerClient();
      return (await secrets.send(new GetSecretValueCommand({ SecretId: process.env['SECRET'] }))).SecretString;
    }
    case 'environment':
      return { env: process.env, invocations, left: context.getRemainingTimeInMillis(), id: context.awsRequestId };
    default:
      return { event, invocations };
  }
}
