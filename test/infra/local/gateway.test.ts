import { DynamoDBClient, PutItemCommand, QueryCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, test } from 'vitest';
import { openDynamoDb } from '../../../infra/local/dynamodb/engine.ts';
import { startGateway, type Gateway } from '../../../infra/local/gateway/gateway.ts';
import type { Principal } from '../../../infra/local/iam/authorizer.ts';
import type { Statement } from '../../../infra/local/iam/statement.ts';
import type { AllowedCall, GatewayOptions } from '../../../infra/local/gateway/call-pipeline.ts';
import { openScheduler } from '../../../infra/local/scheduler/open-scheduler.ts';
import { openS3 } from '../../../infra/local/services/s3.ts';
import type { AwsFault } from '../../../infra/local/services/service.ts';
import { openSqs } from '../../../infra/local/services/sqs.ts';

const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/runs';
const queueArn = 'arn:aws:sqs:us-east-1:000000000000:jobs';
const role = 'arn:aws:iam::000000000000:role/fires';

const statements: Statement[] = [
  {
    Sid: 'Table',
    Effect: 'Allow',
    Action: ['dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
    Resource: table,
  },
  { Sid: 'Index', Effect: 'Allow', Action: 'dynamodb:Query', Resource: `${table}/index/*` },
  {
    Sid: 'Queue',
    Effect: 'Allow',
    Action: ['sqs:CreateQueue', 'sqs:SendMessage', 'sqs:ReceiveMessage'],
    Resource: queueArn,
  },
  { Sid: 'Bucket', Effect: 'Allow', Action: ['s3:PutObject', 's3:GetObject'], Resource: 'arn:aws:s3:::pages/*' },
  { Sid: 'Schedules', Effect: 'Allow', Action: 'scheduler:CreateSchedule', Resource: '*' },
  {
    Sid: 'Pass',
    Effect: 'Allow',
    Action: 'iam:PassRole',
    Resource: role,
    Condition: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
  },
];

const worker: Principal = { role: 'WorkerRole', session: 'worker', statements };

const open: { close(): void | Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

async function start(options: Partial<GatewayOptions> = {}): Promise<Gateway> {
  const sqs = openSqs({ dir: null, now: Date.now });
  const s3 = openS3({ dir: null, now: Date.now, buckets: ['pages'] });
  const dynamodb = openDynamoDb({ dir: null, now: Date.now });
  dynamodb.createTable({
    TableName: 'runs',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'due',
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  });
  const scheduler = openScheduler({ dir: null, now: Date.now, deliver: () => Promise.resolve() });
  const gateway = await startGateway({
    services: { dynamodb, sqs, s3, scheduler },
    principals: new Map([['AKWORKER', worker]]),
    ...options,
  });
  open.push(sqs, dynamodb, scheduler, gateway);
  return gateway;
}

function settings(gateway: Gateway, accessKeyId = 'AKWORKER') {
  const credentials = { accessKeyId, secretAccessKey: 'secret' };
  return { endpoint: gateway.url, region: 'us-east-1', credentials, maxAttempts: 1 };
}

function put(gateway: Gateway, accessKeyId?: string) {
  const client = new DynamoDBClient(settings(gateway, accessKeyId));
  return client.send(new PutItemCommand({ TableName: 'runs', Item: { pk: { S: 'a' } } }));
}

describe('the gateway', () => {
  test('lets through what the statements allow, for each service', async () => {
    const gateway = await start();
    const sqs = new SQSClient(settings(gateway));
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'jobs' }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }));
    const s3 = new S3Client(settings(gateway));
    await s3.send(new PutObjectCommand({ Bucket: 'pages', Key: 'a/b', Body: 'x' }));
    const schedules = new SchedulerClient(settings(gateway));
    const target = { Arn: queueArn, RoleArn: role };
    const FlexibleTimeWindow = { Mode: 'OFF' as const };
    const schedule = { Name: 'n', ScheduleExpression: 'rate(1 minute)', Target: target, FlexibleTimeWindow };
    await put(gateway);
    expect(QueueUrl).toBe(`${gateway.url}/000000000000/jobs`);
    expect(await schedules.send(new CreateScheduleCommand(schedule))).toMatchObject({
      ScheduleArn: 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/n',
    });
  });

  test('denies a removed permission in the words of AWS: that call and no other', async () => {
    const gateway = await start();
    gateway.setStatements(
      'AKWORKER',
      statements.map((s) => (s.Sid === 'Table' ? { ...s, Action: 'dynamodb:PutItem' } : s)),
    );
    const client = new DynamoDBClient(settings(gateway));
    const query = {
      TableName: 'runs',
      KeyConditionExpression: 'pk = :p',
      ExpressionAttributeValues: { ':p': { S: 'a' } },
    };
    await put(gateway);
    await client.send(new QueryCommand({ ...query, IndexName: 'due' }));
    await expect(client.send(new QueryCommand(query))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message:
        'User: arn:aws:sts::000000000000:assumed-role/WorkerRole/worker is not authorized to perform: dynamodb:Query ' +
        `on resource: ${table} because no identity-based policy allows the dynamodb:Query action`,
    });
    expect(gateway.meter().filter(({ denied }) => denied > 0)).toMatchObject([
      { operation: 'Query', calls: 2, denied: 1 },
    ]);
  });

  test('tells conditions the region, the role and the partition key', async () => {
    const gateway = await start({ partitionKeyOf: () => 'pk' });
    const allow = (pattern: string) => {
      const Condition = {
        StringEquals: { 'aws:RequestedRegion': 'us-east-1' },
        ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/Worker*' },
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': pattern },
      };
      gateway.setStatements('AKWORKER', [{ Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: '*', Condition }]);
    };
    allow('a*');
    await put(gateway);
    allow('b*');
    await expect(put(gateway)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('denies a transaction for one item of it', async () => {
    const gateway = await start();
    const client = new DynamoDBClient(settings(gateway));
    const Put = { TableName: 'runs', Item: { pk: { S: 'a' } } };
    const Delete = { TableName: 'runs', Key: { pk: { S: 'b' } } };
    await client.send(new TransactWriteItemsCommand({ TransactItems: [{ Put }] }));
    const both = client.send(new TransactWriteItemsCommand({ TransactItems: [{ Put }, { Delete }] }));
    await expect(both).rejects.toThrow('dynamodb:DeleteItem');
  });

  test('denies in the shape of S3, SQS and Scheduler', async () => {
    const gateway = await start();
    gateway.setStatements('AKWORKER', []);
    const s3 = new S3Client(settings(gateway)).send(new GetObjectCommand({ Bucket: 'pages', Key: 'k' }));
    await expect(s3).rejects.toMatchObject({ name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
    const QueueUrl = `${gateway.url}/000000000000/jobs`;
    const sqs = new SQSClient(settings(gateway)).send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    await expect(sqs).rejects.toMatchObject({ name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } });
    const schedule = new SchedulerClient(settings(gateway)).send(
      new CreateScheduleCommand({
        Name: 'n',
        ScheduleExpression: 'x',
        Target: undefined,
        FlexibleTimeWindow: undefined,
      }),
    );
    await expect(schedule).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('not authorized'),
    });
  });

  test('denies a schedule that passes another role', async () => {
    const gateway = await start();
    const Target = { Arn: queueArn, RoleArn: `${role}2` };
    const schedule = new SchedulerClient(settings(gateway)).send(
      new CreateScheduleCommand({ Name: 'n', ScheduleExpression: 'x', Target, FlexibleTimeWindow: undefined }),
    );
    await expect(schedule).rejects.toThrow(`iam:PassRole on resource: ${role}2`);
  });

  test('refuses a key nobody has', async () => {
    const gateway = await start();
    await expect(put(gateway, 'AKNOBODY')).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
    const s3 = new S3Client(settings(gateway, 'AKNOBODY')).send(new GetObjectCommand({ Bucket: 'pages', Key: 'k' }));
    await expect(s3).rejects.toMatchObject({ name: 'InvalidAccessKeyId', $metadata: { httpStatusCode: 403 } });
  });

  test('refuses an unsigned request and an unknown operation', async () => {
    const warnings: string[] = [];
    const gateway = await start({ log: (message) => warnings.push(message) });
    expect((await fetch(gateway.url)).status).toBe(403);
    const authorization = 'AWS4-HMAC-SHA256 Credential=AKWORKER/20261123/us-east-1/dynamodb/aws4_request, Signature=0';
    const headers = { authorization, 'x-amz-target': 'DynamoDB_20120810.ExecuteStatement' };
    const answer = await fetch(gateway.url, { method: 'POST', headers, body: '{}' });
    expect(await answer.text()).toContain('AccessDeniedException');
    expect(warnings).toEqual(['gateway: unknown operation dynamodb:ExecuteStatement by worker']);
  });

  test('gives an injected fault instead of the answer', async () => {
    const throttled = { status: 400, code: 'ProvisionedThroughputExceededException', message: 'slow down' };
    const seen: string[] = [];
    const intercept = ({ service, operation, principal }: AllowedCall): AwsFault | undefined => {
      seen.push(`${principal.session} ${service}:${operation}`);
      return operation === 'PutItem' ? throttled : undefined;
    };
    const gateway = await start({ intercept });
    await expect(put(gateway)).rejects.toMatchObject({
      name: 'ProvisionedThroughputExceededException',
      message: 'slow down',
    });
    expect(seen).toEqual(['worker dynamodb:PutItem']);
    expect(gateway.meter()).toMatchObject([{ operation: 'PutItem', calls: 1, failed: 1, writeUnits: 0 }]);
  });

  test('meters calls and units without showing units nobody asked for', async () => {
    const gateway = await start();
    expect((await put(gateway)).ConsumedCapacity).toBeUndefined();
    await put(gateway);
    expect(gateway.meter()).toEqual([
      {
        principal: 'worker',
        service: 'dynamodb',
        operation: 'PutItem',
        calls: 2,
        denied: 0,
        failed: 0,
        readUnits: 0,
        writeUnits: 3,
      },
    ]);
    gateway.resetMeter();
    expect(gateway.meter()).toEqual([]);
  });

  test('lists the statements and actions no call needed', async () => {
    const gateway = await start();
    await put(gateway);
    const unused = gateway.unusedStatements().map(({ statement, unusedActions }) => [statement.Sid, unusedActions]);
    expect(unused).toEqual([
      ['Table', ['dynamodb:Query', 'dynamodb:UpdateItem']],
      ['Index', ['dynamodb:Query']],
      ['Queue', ['sqs:CreateQueue', 'sqs:SendMessage', 'sqs:ReceiveMessage']],
      ['Bucket', ['s3:PutObject', 's3:GetObject']],
      ['Schedules', ['scheduler:CreateSchedule']],
      ['Pass', ['iam:PassRole']],
    ]);
  });

  test('takes calls in process under the same statements', async () => {
    const gateway = await start();
    await gateway.call('AKWORKER', 'sqs', 'CreateQueue', { QueueName: 'jobs' });
    const QueueUrl = `http://anywhere/000000000000/jobs`;
    await gateway.call('AKWORKER', 'sqs', 'SendMessage', { QueueUrl, MessageBody: 'hello' });
    const received = await gateway.call('AKWORKER', 'sqs', 'ReceiveMessage', { QueueUrl });
    expect(received).toMatchObject({ status: 200, body: { Messages: [{ Body: 'hello' }] } });
    expect(await gateway.call('AKWORKER', 'sqs', 'PurgeQueue', { QueueUrl })).toMatchObject({ status: 403 });
  });

  test('closes at once while a long poll waits', async () => {
    const gateway = await start();
    const sqs = new SQSClient(settings(gateway));
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'jobs' }));
    const poll = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    const ended = Promise.allSettled([poll]); // answered, or cut on a machine that has no time to send the answer
    await new Promise((resolve) => setTimeout(resolve, 50));
    const slow = new Promise((resolve) => setTimeout(resolve, 10_000, 'slow').unref());
    expect(await Promise.race([Promise.all([gateway.close(), ended]), slow])).not.toBe('slow');
  });
});
