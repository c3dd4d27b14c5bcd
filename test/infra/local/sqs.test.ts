import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as sqsSdk from '@aws-sdk/client-sqs';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { startGateway } from '../../../infra/local/gateway/gateway.ts';
import { openSqs, type SqsOptions } from '../../../infra/local/services/sqs.ts';
import { startNode } from '../../support/start-node.ts';

const dir = mkdtempSync(join(tmpdir(), 'trireme-sqs-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const open: { close(): void | Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

const dlqArn = 'arn:aws:sqs:us-east-1:000000000000:dead';

/** A queue `jobs` with a dead-letter queue after two receives, and a clock to turn. */
async function start(options: Partial<SqsOptions> = {}) {
  const clock = { now: Date.parse('2026-11-23T09:00:00Z') };
  const sqs = openSqs({ dir: null, now: () => clock.now, ...options });
  const gateway = await startGateway({
    services: { sqs },
    principals: new Map([
      ['AK', { role: 'R', session: 's', statements: [{ Effect: 'Allow', Action: 'sqs:*', Resource: '*' }] }],
    ]),
  });
  const client = new sqsSdk.SQSClient({
    endpoint: gateway.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AK', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
  open.push(sqs, gateway);
  const dead = await client.send(new sqsSdk.CreateQueueCommand({ QueueName: 'dead' }));
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dlqArn, maxReceiveCount: 2 });
  const Attributes = { VisibilityTimeout: '60', RedrivePolicy };
  const { QueueUrl } = await client.send(new sqsSdk.CreateQueueCommand({ QueueName: 'jobs', Attributes }));
  const send = (MessageBody: string, more: Partial<sqsSdk.SendMessageCommandInput> = {}) =>
    client.send(new sqsSdk.SendMessageCommand({ QueueUrl, MessageBody, ...more }));
  const receive = async (more: Partial<sqsSdk.ReceiveMessageCommandInput> = {}) => {
    const command = { QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All' as const], ...more };
    return (await client.send(new sqsSdk.ReceiveMessageCommand(command))).Messages ?? [];
  };
  const remove = (ReceiptHandle: string | undefined) =>
    client.send(new sqsSdk.DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  const passSeconds = (seconds: number) => void (clock.now += seconds * 1000);
  return { client, gateway, QueueUrl, deadUrl: dead.QueueUrl, send, receive, remove, passSeconds };
}

const bodies = (messages: readonly sqsSdk.Message[]) => messages.map(({ Body }) => Body);

describe('SQS', () => {
  test('gives a message back with its attributes, group and counts', async () => {
    const { send, receive } = await start();
    await send('hello', {
      MessageGroupId: 'ws-1',
      MessageAttributes: { kind: { DataType: 'String', StringValue: 'page' } },
    });
    const [message] = await receive({ MessageAttributeNames: ['All'] });
    expect(message).toMatchObject({
      Body: 'hello',
      MessageAttributes: { kind: { StringValue: 'page', DataType: 'String' } },
      Attributes: { MessageGroupId: 'ws-1', ApproximateReceiveCount: '1', SentTimestamp: '1795424400000' },
    });
  });

  test('hands on the trace of the request that sent a message', async () => {
    const { client, send, receive } = await start();
    const trace = 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0;Lineage=a87bd80c:1';
    client.middlewareStack.add(
      (next) => (args) => {
        // The SDK types a request as unknown; at this step it is an HTTP request.
        (args.request as { headers: Record<string, string> }).headers['X-Amzn-Trace-Id'] = trace;
        return next(args);
      },
      { step: 'build' },
    );
    await send('hello');
    const [message] = await receive();
    expect(message).toMatchObject({ Attributes: { AWSTraceHeader: trace } });
  });

  test('gives the messages of quiet groups before those of one that has most of what is in flight', async () => {
    const { send, receive, remove } = await start();
    const of = (MessageGroupId: string) => ({ MessageGroupId });
    for (const name of ['n1', 'n2', 'n3', 'n4', 'n5']) await send(name, of('noisy'));
    const taken = await receive({ MaxNumberOfMessages: 3 });
    expect(bodies(taken)).toEqual(['n1', 'n2', 'n3']);
    await send('q1', of('quiet'));
    await send('n6', of('noisy'));
    await send('q2', of('other'));
    expect(bodies(await receive({ MaxNumberOfMessages: 3 }))).toEqual(['q1', 'q2', 'n4']);
    for (const { ReceiptHandle } of taken) await remove(ReceiptHandle);
    await send('q3', of('quiet'));
    expect(bodies(await receive())).toEqual(['n5', 'n6', 'q3']); // nobody has more than half any more
  });

  test('holds a delayed message until its time', async () => {
    const { send, receive, passSeconds } = await start();
    await send('later', { DelaySeconds: 900 });
    passSeconds(899);
    expect(await receive()).toEqual([]);
    passSeconds(1);
    expect(bodies(await receive())).toEqual(['later']);
  });

  test('hides a received message, shows it again, and forgets a deleted one', async () => {
    const { send, receive, remove, passSeconds } = await start();
    await send('a');
    await receive();
    passSeconds(59);
    expect(await receive()).toEqual([]);
    passSeconds(1);
    const [again] = await receive();
    expect(again?.Attributes?.['ApproximateReceiveCount']).toBe('2');
    await remove(again?.ReceiptHandle);
    passSeconds(60);
    expect(await receive()).toEqual([]);
  });

  test('does not delete by the receipt of an earlier receive', async () => {
    const { deadUrl, send, receive, remove, passSeconds } = await start();
    await send('a');
    const [first] = await receive();
    passSeconds(60);
    await receive();
    await remove(first?.ReceiptHandle);
    passSeconds(60);
    await receive();
    expect(bodies(await receive({ QueueUrl: deadUrl }))).toEqual(['a']);
  });

  test('moves visibility, at most 12 hours from the first receive', async () => {
    const { client, QueueUrl, send, receive, passSeconds } = await start();
    await send('a');
    await receive();
    passSeconds(60);
    const [message] = await receive();
    const change = (VisibilityTimeout: number) =>
      client.send(
        new sqsSdk.ChangeMessageVisibilityCommand({
          QueueUrl,
          ReceiptHandle: message?.ReceiptHandle,
          VisibilityTimeout,
        }),
      );
    await expect(change(43_141)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await change(43_140);
    passSeconds(43_139);
    await expect(change(2)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await change(0);
    await expect(change(10)).rejects.toMatchObject({ name: 'MessageNotInflight' });
  });

  test('moves a message to the dead-letter queue after N receives, and back as a new one', async () => {
    const { client, deadUrl, send, receive, passSeconds } = await start();
    const { MessageId } = await send('poison');
    for (let n = 0; n < 2; n += 1) {
      expect(bodies(await receive())).toEqual(['poison']);
      passSeconds(60);
    }
    expect(await receive()).toEqual([]);
    const [dead] = await receive({ QueueUrl: deadUrl, VisibilityTimeout: 0 });
    expect(dead).toMatchObject({
      MessageId,
      Attributes: {
        SentTimestamp: '1795424400000',
        DeadLetterQueueSourceArn: 'arn:aws:sqs:us-east-1:000000000000:jobs',
      },
    });
    await client.send(new sqsSdk.StartMessageMoveTaskCommand({ SourceArn: dlqArn }));
    const [back] = await receive();
    expect(back).toMatchObject({ Body: 'poison', Attributes: { ApproximateReceiveCount: '1' } });
    expect(back?.MessageId).not.toBe(MessageId);
    expect(await receive({ QueueUrl: deadUrl })).toEqual([]);
  });

  test('wakes a long poll when a message comes', async () => {
    const { send, receive } = await start();
    const poll = receive({ WaitTimeSeconds: 20 });
    await send('now');
    expect(bodies(await poll)).toEqual(['now']);
  });

  test('does not give messages to a poller that has hung up', async () => {
    const { client, QueueUrl, send, receive } = await start();
    const gone = new AbortController();
    const poll = client.send(new sqsSdk.ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }), {
      abortSignal: gone.signal,
    });
    await receive();
    gone.abort();
    await expect(poll).rejects.toMatchObject({ name: 'AbortError' });
    await receive();
    await send('a');
    expect(bodies(await receive())).toEqual(['a']);
  });

  test.each<[string, Partial<sqsSdk.SendMessageCommandInput>, string]>([
    ['a delay over 900 s', { DelaySeconds: 901 }, 'InvalidParameterValue'],
    ['text that XML cannot hold', { MessageBody: 'a\u0000b' }, 'InvalidMessageContents'],
    ['a lone surrogate', { MessageBody: 'a\uFFFE' }, 'InvalidMessageContents'],
    ['more than 1 MiB', { MessageBody: 'é'.repeat(524_289) }, 'InvalidParameterValue'],
    ['an empty body', { MessageBody: '' }, 'MissingParameter'],
    [
      'more than 10 attributes',
      {
        MessageAttributes: Object.fromEntries(
          Array.from({ length: 11 }, (_, n) => [`a${n}`, { DataType: 'String', StringValue: 'x' }]),
        ),
      },
      'InvalidParameterValue',
    ],
    ['an unknown queue', { QueueUrl: 'http://127.0.0.1/000000000000/none' }, 'QueueDoesNotExist'],
  ])('refuses %s', async (_, input, name) => {
    const { send, receive } = await start();
    await expect(send('x', input)).rejects.toMatchObject({ name });
    expect(await receive()).toEqual([]);
  });

  test('fails the bad entries of a batch alone', async () => {
    const { client, QueueUrl, receive } = await start();
    const Entries = [
      { Id: 'good', MessageBody: 'a' },
      { Id: 'bad', MessageBody: 'b', DelaySeconds: 901 },
    ];
    const answer = await client.send(new sqsSdk.SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(answer.Successful).toMatchObject([{ Id: 'good' }]);
    expect(answer.Failed).toMatchObject([{ Id: 'bad', Code: 'InvalidParameterValue', SenderFault: true }]);
    const messages = await receive();
    const receipts = [
      { Id: 'one', ReceiptHandle: messages[0]?.ReceiptHandle },
      { Id: 'two', ReceiptHandle: 'nonsense' },
    ];
    const deleted = await client.send(new sqsSdk.DeleteMessageBatchCommand({ QueueUrl, Entries: receipts }));
    expect(deleted).toMatchObject({
      Successful: [{ Id: 'one' }],
      Failed: [{ Id: 'two', Code: 'ReceiptHandleIsInvalid' }],
    });
  });

  test.each<[string, sqsSdk.SendMessageBatchRequestEntry[], string]>([
    ['of 11', Array.from({ length: 11 }, (_, n) => ({ Id: `${n}`, MessageBody: 'x' })), 'TooManyEntriesInBatchRequest'],
    ['of none', [], 'EmptyBatchRequest'],
    ['over 1 MiB in all', ['a', 'b'].map((Id) => ({ Id, MessageBody: 'x'.repeat(524_289) })), 'BatchRequestTooLong'],
    ['with an id twice', ['a', 'a'].map((Id) => ({ Id, MessageBody: 'x' })), 'BatchEntryIdsNotDistinct'],
  ])('refuses a batch %s', async (_, Entries, name) => {
    const { client, QueueUrl } = await start();
    await expect(client.send(new sqsSdk.SendMessageBatchCommand({ QueueUrl, Entries }))).rejects.toMatchObject({
      name,
    });
  });

  test('drops what is past its retention', async () => {
    const { client, QueueUrl, send, receive, passSeconds } = await start();
    const Attributes = { MessageRetentionPeriod: '60' };
    await client.send(new sqsSdk.SetQueueAttributesCommand({ QueueUrl, Attributes }));
    await send('old');
    passSeconds(60);
    expect(await receive()).toEqual([]);
  });

  test('counts what is visible, delayed and in flight', async () => {
    const { client, QueueUrl, send, receive } = await start();
    await send('a');
    await receive();
    await send('b');
    await send('c', { DelaySeconds: 5 });
    const AttributeNames = ['All' as const];
    expect(
      (await client.send(new sqsSdk.GetQueueAttributesCommand({ QueueUrl, AttributeNames }))).Attributes,
    ).toMatchObject({
      ApproximateNumberOfMessages: '1',
      ApproximateNumberOfMessagesDelayed: '1',
      ApproximateNumberOfMessagesNotVisible: '1',
      VisibilityTimeout: '60',
      QueueArn: 'arn:aws:sqs:us-east-1:000000000000:jobs',
    });
  });

  test('refuses a redrive policy that is none, and a queue made anew with other attributes', async () => {
    const { client } = await start();
    const create = (QueueName: string, Attributes: Record<string, string>) =>
      client.send(new sqsSdk.CreateQueueCommand({ QueueName, Attributes }));
    await expect(create('x', { RedrivePolicy: '{"maxReceiveCount":0}' })).rejects.toMatchObject({
      name: 'InvalidAttributeValue',
    });
    await expect(create('jobs', { VisibilityTimeout: '61' })).rejects.toMatchObject({ name: 'QueueNameExists' });
    await expect(create('x.fifo', { FifoQueue: 'true' })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });
});

describe('SQS in chaos mode', () => {
  test('delivers some messages twice, though deleted, and batches of any size', async () => {
    let seed = 1;
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const chaos = { random, duplicateRate: 0.5, isBatchSizeRandom: true };
    const { client, QueueUrl, receive, remove, passSeconds } = await start({ chaos });
    for (let batch = 0; batch < 10; batch += 1) {
      const Entries = Array.from({ length: 10 }, (_, n) => ({ Id: `${n}`, MessageBody: `${batch}.${n}` }));
      await client.send(new sqsSdk.SendMessageBatchCommand({ QueueUrl, Entries }));
    }
    const seen: (string | undefined)[] = [];
    const sizes = new Set<number>();
    for (let quiet = 0; quiet < 3;) {
      const messages = await receive();
      passSeconds(0.5);
      quiet = messages.length === 0 ? quiet + 1 : 0;
      sizes.add(messages.length);
      seen.push(...bodies(messages));
      for (const { ReceiptHandle } of messages) await remove(ReceiptHandle);
    }
    expect(new Set(seen).size).toBe(100);
    expect(seen.length).toBeGreaterThan(130);
    expect(seen.length).toBeLessThan(170);
    expect(sizes.size).toBeGreaterThan(5);
  });
});

describe('SQS on disk', () => {
  test('loses nothing it has acknowledged to kill -9', async () => {
    const home = join(dir, 'killed');
    const script = `
      import { openSqs } from ${JSON.stringify(new URL('../../../infra/local/services/sqs.ts', import.meta.url).href)};
      import { writeSync } from 'node:fs';
      const sqs = openSqs({ dir: ${JSON.stringify(home)}, now: Date.now });
      const context = { baseUrl: 'http://x', signal: new AbortController().signal, traceHeader: null };
      await sqs.handle('CreateQueue', { QueueName: 'jobs' }, context);
      for (let n = 0; ; n += 1) {
        await sqs.handle('SendMessage', { QueueUrl: 'jobs', MessageBody: 'm' + n + '.'.repeat(600) }, context);
        writeSync(1, n + '\\n');
      }`;
    const child = startNode(['--input-type=module', '-e', script], { faults: 'inherit' });
    let acknowledged = '';
    for await (const chunk of child.stdout) {
      acknowledged += String(chunk);
      if (acknowledged.length > 10_000) child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    const last = Number(acknowledged.split('\n').at(-2));
    appendFileSync(join(home, 'sqs.log'), '{"op":"put","q":"jo');

    const context = { baseUrl: 'http://x', signal: new AbortController().signal, traceHeader: null };
    const seen = new Set<string>();
    for (let restart = 0; restart < 2; restart += 1) {
      const sqs = openSqs({ dir: home, now: Date.now });
      const input = { QueueUrl: 'jobs', MaxNumberOfMessages: 10, VisibilityTimeout: 1000 };
      for (let left = restart === 0 ? 20 : Infinity; left > 0; left -= 1) {
        const answer = JSON.stringify((await sqs.handle('ReceiveMessage', input, context)).body);
        const found = [...answer.matchAll(/"Body":"(m\d+)/g)].map(([, body = '']) => body);
        if (found.length === 0) break;
        for (const body of found) expect(seen.has(body)).toBe(false);
        for (const body of found) seen.add(body);
      }
      sqs.close();
    }
    for (let n = 0; n <= last; n += 1) expect(seen.has(`m${n}`)).toBe(true);
  });

  test('compacts its log once most of it is settled', async () => {
    const home = join(dir, 'compacted');
    const context = { baseUrl: 'http://x', signal: new AbortController().signal, traceHeader: null };
    const call = async (sqs: ReturnType<typeof openSqs>, operation: string, input: object) =>
      (await sqs.handle(operation, { QueueUrl: 'jobs', ...input }, context)).body;
    const sqs = openSqs({ dir: home, now: Date.now });
    await call(sqs, 'CreateQueue', { QueueName: 'jobs' });
    await call(sqs, 'SendMessage', { MessageBody: 'kept', DelaySeconds: 900 });
    for (let n = 0; n < 9_000; n += 1) {
      await call(sqs, 'SendMessage', { MessageBody: 'x' });
      const [, ReceiptHandle] =
        /"ReceiptHandle":"([^"]+)"/.exec(JSON.stringify(await call(sqs, 'ReceiveMessage', {}))) ?? [];
      await call(sqs, 'DeleteMessage', { ReceiptHandle });
    }
    sqs.close();
    expect(readFileSync(join(home, 'sqs.log'), 'utf8').split('\n').length).toBeLessThan(10_000);
    const again = openSqs({ dir: home, now: () => Date.now() + 901_000 });
    expect(await call(again, 'ReceiveMessage', {})).toMatchObject({ Messages: [{ Body: 'kept' }] });
    again.close();
  });
});
