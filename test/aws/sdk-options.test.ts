import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createLargeObjects } from '../../shared/aws/large-objects.ts';
import { sdkOptions } from '../../shared/aws/sdk-options.ts';
import { asUnavailable } from '../../shared/aws/service-away.ts';
import { createUploadObjects } from '../../shared/aws/upload-objects.ts';
import { openSilentServer } from '../support/silent-server.ts';

const CREDENTIALS = { accessKeyId: 'AK', secretAccessKey: 'secret' };

function optionsTo(endpoint: string) {
  return { ...sdkOptions(), endpoint, region: 'us-east-1', credentials: CREDENTIALS };
}

/** One call of each client that a function has, to one endpoint. */
const CALLS: Readonly<Record<string, (endpoint: string) => Promise<unknown>>> = {
  DynamoDB: (url) => new DynamoDBClient(optionsTo(url)).send(new GetItemCommand({ TableName: 't', Key: {} })),
  SQS: (url) =>
    new SQSClient(optionsTo(url)).send(
      new SendMessageBatchCommand({ QueueUrl: `${url}/1/q`, Entries: [{ Id: '0', MessageBody: 'm' }] }),
    ),
  Scheduler: (url) => new SchedulerClient(optionsTo(url)).send(new GetScheduleCommand({ Name: 'n' })),
  'Secrets Manager': (url) =>
    new SecretsManagerClient(optionsTo(url)).send(new GetSecretValueCommand({ SecretId: 's' })),
  'S3, a page': (url) => objectsOf(url).get('pages/k'),
  'S3, a page put': (url) => objectsOf(url).put('pages/k', Buffer.alloc(100_000)),
  'S3, an upload': (url) => {
    const { config } = new DynamoDBClient(optionsTo(url));
    return createUploadObjects(config, 'bucket', { AWS_ENDPOINT_URL: url }).readBytes(
      'w',
      { uid: 'u', etag: 'e', bytes: 9 },
      0,
      9,
    );
  },
};

function objectsOf(url: string) {
  return createLargeObjects(new DynamoDBClient(optionsTo(url)).config, 'bucket', { AWS_ENDPOINT_URL: url });
}

it.each(['nothing', 'a beginning'] as const)(
  'a service that accepts and says %s is waited for once, for five seconds, and is taken for away',
  async (says) => {
    const calls = Object.entries(CALLS).map(async ([name, callTo]) => {
      const server = await openSilentServer(says);
      onTestFinished(() => server.close());
      const error: unknown = await callTo(server.url).then(
        () => 'an answer',
        (thrown: unknown) => thrown,
      );
      return { name, error, asked: server.asked() };
    });
    for (const { name, error, asked } of await Promise.all(calls)) {
      expect(error, name).toMatchObject({ name: 'TimeoutError' });
      expect(asked, name).toBe(1);
      expect(asUnavailable(error), name).toMatchObject({ label: 'UNAVAILABLE', details: { retryAfterSeconds: 5 } });
    }
  },
);

it('a connection may take a second, an answer five, and each part of it', () => {
  expect(sdkOptions().requestHandler).toEqual({
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    socketTimeout: 5_000,
    throwOnRequestTimeout: true,
  });
});

it('what fails at once is tried again, up to three times', async () => {
  let asked = 0;
  const server = createServer((_, answer) => {
    asked += 1;
    answer.writeHead(asked % 4 === 0 ? 200 : 500, { 'content-type': 'application/x-amz-json-1.0' }).end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo; // cast: it listens on a port
  const client = new DynamoDBClient(optionsTo(`http://127.0.0.1:${port}`));
  onTestFinished(() => client.destroy());
  expect(await client.send(new GetItemCommand({ TableName: 't', Key: {} }))).toMatchObject({
    $metadata: { attempts: 4 },
  });
  expect(asked).toBe(4);
});

it('a client puts the steps of a command together once, and calls made at once do not mix', async () => {
  const url = await serveEcho();
  const dynamodb = new DynamoDBClient(optionsTo(url));
  const sqs = new SQSClient(optionsTo(url));
  onTestFinished(() => [dynamodb, sqs].forEach((client) => client.destroy()));
  const resolved = [GetItemCommand, SendMessageBatchCommand].map((Command) =>
    vi.spyOn(Command.prototype, 'resolveMiddleware'),
  );
  onTestFinished(() => void vi.restoreAllMocks());
  const calls = Array.from({ length: 24 }, async (_, n) => {
    const id = String(n);
    const { Item } = await dynamodb.send(new GetItemCommand({ TableName: 't', Key: { id: { S: id } } }));
    const QueueUrl = `${url}/1/q${n % 3}`;
    const entry = { Id: id, MessageBody: 'm' };
    const { Successful } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: [entry] }));
    expect([Item?.['id']?.S, Successful?.[0]?.Id, Successful?.[0]?.MessageId]).toEqual([id, id, QueueUrl]);
  });
  await Promise.all(calls);
  expect(resolved.map((spy) => spy.mock.calls.length)).toEqual([1, 1]);
});

/** Answers a get with its own key, and a send with its queue as the message's id. */
async function serveEcho(): Promise<string> {
  const server = createServer(async (request, answer) => {
    const { Key, QueueUrl, Entries = [] } = JSON.parse(await text(request));
    const MD5OfMessageBody = createHash('md5').update('m').digest('hex');
    const Successful = Entries.map(({ Id }: { Id: string }) => ({ Id, MessageId: QueueUrl, MD5OfMessageBody }));
    answer.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
    answer.end(JSON.stringify({ Item: Key, Successful, Failed: [] }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo; // cast: it listens on a port
  return `http://127.0.0.1:${port}`;
}

it('a fault of ours is none of a service', () => {
  const denied = Object.assign(new Error('denied'), {
    name: 'AccessDeniedException',
    $metadata: { httpStatusCode: 400 },
  });
  for (const thrown of [denied, new TypeError('x'), 'text', null]) expect(asUnavailable(thrown)).toBe(thrown);
});
