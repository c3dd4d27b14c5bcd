import {
  CreateQueueCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClientConfig,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { CreateScheduleCommand } from '@aws-sdk/client-scheduler';
import { afterEach, expect, test } from 'vitest';
import { startGateway } from '../../../infra/local/gateway/gateway.ts';
import { scheduleDelivery } from '../../../infra/local/triggers/deliver-schedule.ts';
import type { Statement } from '../../../infra/local/iam/statement.ts';
import { openScheduler } from '../../../infra/local/scheduler/open-scheduler.ts';
import { openSqs } from '../../../infra/local/services/sqs.ts';
import { connect, scheduleInput } from '../../support/open-test-scheduler.ts';

const START = Date.parse('2026-11-23T10:00:00Z');
const arnOf = (queue: string): string => `arn:aws:sqs:us-east-1:000000000000:${queue}`;
const role = 'arn:aws:iam::000000000000:role/scheduler';
const may = (queue: string): Statement => ({ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: arnOf(queue) });

const open: { close(): void | Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

/** A fire at one past ten from the stand-in of the Scheduler into that of SQS, under a role with these statements. */
async function fire(statements: readonly Statement[], roleArn = role) {
  let now = START;
  const sqs = openSqs({ dir: null, now: () => now });
  const gateway = await startGateway({
    services: { sqs },
    principals: new Map([
      ['AKROLE', { role: 'scheduler', session: 'service', statements }],
      ['AKADMIN', { role: 'admin', session: 'admin', statements: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }],
    ]),
  });
  const config: SQSClientConfig = {
    endpoint: gateway.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKADMIN', secretAccessKey: 'secret' },
  };
  const client = new SQSClient(config);
  const queues = ['control', 'dead-letters'].map((name) => ({
    name,
    arn: arnOf(name),
    url: `${gateway.url}/000000000000/${name}`,
  }));
  for (const { name } of queues) await client.send(new CreateQueueCommand({ QueueName: name }));
  const lost: unknown[] = [];
  const scheduler = openScheduler({
    dir: null,
    now: () => now,
    deliver: scheduleDelivery(
      (...input) => gateway.call(...input),
      queues.map((queue) => ({ ...queue, attributes: {}, deadLetterArn: null })),
      new Map([[role, { accessKeyId: 'AKROLE', secretAccessKey: 'secret' }]]),
    ),
    onLost: (error) => lost.push(error),
  });
  open.push(sqs, gateway, scheduler);
  const input = scheduleInput('a', 'at(2026-11-23T10:01:00)');
  await connect(scheduler).send(
    new CreateScheduleCommand({
      ...input,
      Target: {
        Arn: arnOf('control'),
        RoleArn: roleArn,
        Input: input.Target?.Input,
        RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 3_600 },
        DeadLetterConfig: { Arn: arnOf('dead-letters') },
      },
    }),
  );
  for (let second = 60; second < 90; second += 1) {
    now = START + second * 1_000;
    await scheduler.tick();
  }
  const received = async (url: string): Promise<readonly Message[]> => {
    const asked = { QueueUrl: url, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'], WaitTimeSeconds: 0 };
    return (await client.send(new ReceiveMessageCommand(asked))).Messages ?? [];
  };
  const [control = [], dead = []] = await Promise.all(queues.map(({ url }) => received(url)));
  return { control, dead, lost };
}

test('a fire reaches its queue under the rights of the role of its schedule', async () => {
  const { control, dead, lost } = await fire([may('control'), may('dead-letters')]);
  expect(control.map(({ Body: body }) => body)).toEqual(['{"at":"2026-11-23T10:01:00Z","try":1}']);
  expect([dead, lost]).toEqual([[], []]);
});

test('a fire that the role may not send is tried again, then becomes a dead letter that says why', async () => {
  const { control, dead, lost } = await fire([may('dead-letters')]);
  expect([control, lost]).toEqual([[], []]);
  expect(dead.map(({ Body: body }) => body)).toEqual(['{"at":"2026-11-23T10:01:00Z","try":3}']);
  const attributes = Object.fromEntries(
    Object.entries(dead[0]?.MessageAttributes ?? {}).map(([name, { StringValue: text }]) => [name, text]),
  );
  expect(attributes).toMatchObject({
    EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
    RETRY_ATTEMPTS: '2',
    SCHEDULED_TIME: '2026-11-23T10:01:00Z',
    TARGET_ARN: arnOf('control'),
    ERROR_MESSAGE: expect.stringContaining('AccessDenied'),
  });
});

test.each([
  ['whose role may send nothing', [], role],
  ['whose role is none of the template', [may('control'), may('dead-letters')], `${role}-of-another`],
])('a fire %s is lost, which is reported', async (_, statements, roleArn) => {
  const { control, dead, lost } = await fire(statements, roleArn);
  expect([control, dead]).toEqual([[], []]);
  expect(lost).toHaveLength(1);
});
