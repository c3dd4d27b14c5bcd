import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { GetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { FunctionLog } from '../../../infra/local/functions/function-host.ts';
import { startRuntime } from '../../../infra/local/runtime.ts';
import type { Runtime } from '../../../infra/local/runtime.ts';
import { PATIENCE_MS } from '../../support/patience.ts';
import { buildFixture } from './fixture/build.ts';

let stack: Awaited<ReturnType<typeof buildFixture>>;
let runtime: Runtime;
const logs: FunctionLog[] = [];
const notices: string[] = [];
let aheadMs = 0;

beforeAll(async () => {
  stack = await buildFixture();
  runtime = await startRuntime({
    stack,
    now: () => Date.now() + aheadMs,
    onLog: (log) => logs.push(log),
    onNotice: (notice) => notices.push(notice),
  });
});
afterAll(() => runtime.close());

const ask = (query: string, init?: RequestInit): Promise<Response> => fetch(`${runtime.url}/v1/things${query}`, init);
const Echo = z.object({
  event: z.looseObject({ headers: z.record(z.string(), z.string()), body: z.string().default('') }),
});
const echoed = async (path: string, init?: RequestInit) =>
  Echo.parse(await (await fetch(runtime.url + path, init)).json()).event;
const clientOptions = () => ({
  endpoint: runtime.gateway.url,
  region: 'us-east-1',
  credentials: { ...runtime.admin },
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`waited in vain; notices: ${notices.join('; ')}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function seen(body: string): Promise<number> {
  const TableName = runtime.plan.tables[0]?.input.TableName;
  const Key = { pk: { S: body }, sk: { S: 'count' } };
  const { Item } = await new DynamoDBClient(clientOptions()).send(
    new GetItemCommand({ TableName, Key, ConsistentRead: true }),
  );
  return Number(Item?.['seen']?.N ?? 0);
}

async function send(queue: string, bodies: readonly string[]): Promise<void> {
  const QueueUrl = runtime.plan.queues.find(({ name }) => name.includes(queue))?.url;
  const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
  await new SQSClient(clientOptions()).send(new SendMessageBatchCommand({ QueueUrl, Entries }));
}

async function count(queue: string): Promise<Readonly<Record<string, string>>> {
  const QueueUrl = runtime.plan.queues.find(({ name }) => name.includes(queue))?.url;
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
  return (await new SQSClient(clientOptions()).send(command)).Attributes ?? {};
}

/** Waits until so many messages are neither deleted nor there to be received, then lets their time pass. */
async function bringBack(messages: number): Promise<void> {
  await until(async () => {
    const { ApproximateNumberOfMessages: free, ApproximateNumberOfMessagesNotVisible: taken } = await count('Work');
    return free === '0' && taken === String(messages);
  });
  aheadMs += 600_000;
}

describe('HTTP API', () => {
  it('hands on a request in payload format 2.0', async () => {
    const event = await echoed('/v1/things/a%20b?x=1&x=2&y=%C3%A9', {
      method: 'GET',
      headers: { 'X-Many': 'one', cookie: 'a=1; b=2' },
    });
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'GET /v1/things/{uid}',
      rawPath: '/v1/things/a b',
      rawQueryString: 'x=1&x=2&y=%C3%A9',
      queryStringParameters: { x: '1,2', y: 'é' },
      pathParameters: { uid: 'a b' },
      cookies: ['a=1', 'b=2'],
      requestContext: { http: { method: 'GET', path: '/v1/things/a b', sourceIp: '127.0.0.1' }, stage: '$default' },
      isBase64Encoded: false,
    });
    expect(event.headers['x-many']).toBe('one');
    expect(event.headers).not.toHaveProperty('cookie');
    expect(event.body).toBe('');
  });

  it('joins headers that come twice by commas', async () => {
    const text = await new Promise<string>((resolve) => {
      const sent = request(`${runtime.url}/v1/things`, { headers: { 'X-Twice': ['one', 'two'] } }, (response) => {
        response.setEncoding('utf8');
        let body = '';
        response.on('data', (chunk: string) => (body += chunk));
        response.on('end', () => resolve(body));
      });
      sent.end();
    });
    expect(JSON.parse(text).event.headers['x-twice']).toBe('one,two');
  });

  it.each([
    ['application/json', '{"é":1}', false],
    ['text/plain', 'words', false],
    ['application/x-www-form-urlencoded', 'a=1', true],
    ['application/octet-stream', 'bytes', true],
  ])('carries a body of type %s as text or in base64', async (type, body, isBase64Encoded) => {
    const event = await echoed('/v1/other', { method: 'POST', headers: { 'content-type': type }, body });
    expect(event.isBase64Encoded).toBe(isBase64Encoded);
    expect(Buffer.from(event.body, isBase64Encoded ? 'base64' : 'utf8').toString()).toBe(body);
  });

  it.each([
    ['GET', '/v1/things/special', 'GET /v1/things/special'],
    ['GET', '/v1/things/other', 'GET /v1/things/{uid}'],
    ['POST', '/v1/things/special', 'ANY /v1/{proxy+}'],
    ['GET', '/v1/things/a/b', 'ANY /v1/{proxy+}'],
    ['GET', '/v1/things/', 'ANY /v1/{proxy+}'],
    ['GET', '/elsewhere', '$default'],
  ])('routes %s %s to %s', async (method, path, routeKey) => {
    expect((await echoed(path, { method })).routeKey).toBe(routeKey);
  });

  it('reads an answer with status, headers, cookies and base64', async () => {
    const answer = await ask('?ask=response');
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-own')).toBe('yes');
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect([...new Uint8Array(await answer.arrayBuffer())]).toEqual([0, 255, 1]);
  });

  it('takes any other answer as the JSON body of a 200', async () => {
    expect(await (await ask('?ask=string')).text()).toBe('plain words');
    const answer = await ask('?ask=object');
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await answer.json()).toEqual({ made: 'of json' });
  });

  it.each([
    ['things', 'throw'],
    ['things', 'exit'],
    ['things', 'bad-response'],
    ['hasty', 'sleep'],
    ['things', 'long'],
  ])('answers 500 in its own shape to: %s, %s', async (path, what) => {
    const answer = await fetch(`${runtime.url}/v1/${path}?ask=${what}`);
    expect(answer.status).toBe(500);
    expect(await answer.json()).toEqual({ message: 'Internal Server Error' });
  });

  it('answers 413 above 10 MB, 500 when the event is above 6 MB, 431 to 10 KB of headers', async () => {
    const post = (bytes: number) =>
      ask('', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x'.repeat(bytes) });
    const large = await post(11_000_000);
    expect([large.status, await large.json()]).toEqual([413, { message: 'Request Entity Too Large' }]);
    expect((await post(6_300_000)).status).toBe(500);
    expect((await post(6_000_000)).status).toBe(200);
    expect((await ask('', { headers: { 'x-long': 'x'.repeat(10_300) } })).status).toBe(431);
  });

  it('answers 503 when the integration’s time is up', async () => {
    const answer = await fetch(`${runtime.url}/v1/quick?ask=sleep`);
    expect([answer.status, await answer.json()]).toEqual([503, { message: 'Service Unavailable' }]);
  });
});

describe('functions', () => {
  it('get the template’s environment, their own key and nothing of this process', async () => {
    const answer: unknown = await (await ask('?ask=environment')).json();
    const { env, left } = z.object({ env: z.record(z.string(), z.string()), left: z.number() }).parse(answer);
    expect(env).toMatchObject({
      AWS_LAMBDA_FUNCTION_NAME: 'fixture-echoDAF23D50',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_ENDPOINT_URL: runtime.gateway.url,
      AWS_ACCESS_KEY_ID: runtime.accessKeyIdOf('echo'),
      TABLE: runtime.plan.tables[0]?.input.TableName,
    });
    expect(env).not.toHaveProperty('PATH');
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(300_000);
  });

  it('are named, with the time, when they run out of it, and start cold afterwards', async () => {
    const coldStarts = () =>
      runtime.meters().invocations.find(({ functionName }) => functionName.includes('hasty'))?.coldStarts ?? 0;
    const outcomes = await Promise.all([1, 2, 3].map(() => runtime.invoke('hasty', { ask: 'spin' })));
    expect(outcomes[0]).toMatchObject({ kind: 'failed', error: { errorType: 'Sandbox.Timedout' } });
    expect(JSON.stringify(outcomes[0])).toMatch(/Task timed out after 1\.00 seconds/);
    const before = coldStarts();
    await runtime.invoke('hasty', {}); // on a busy machine this one may run out of its time too
    expect(coldStarts()).toBe(before + 1);
  });

  it('report what they threw with a stack that names the source', async () => {
    const outcome = await runtime.invoke('echo', { ask: 'throw' });
    expect(outcome).toMatchObject({
      kind: 'failed',
      error: { errorType: 'RangeError', errorMessage: 'asked to throw' },
    });
    expect(JSON.stringify(outcome)).toContain('fixture/echo.ts:');
  });

  it('have what they print captured under their request, records as records', async () => {
    logs.length = 0;
    await runtime.invoke('echo', { ask: 'log' });
    expect(logs.map(({ level, message }) => [level, message])).toEqual([
      ['INFO', 'logged text'],
      ['WARN', { run_uid: 'r-1', answer: 42 }],
      ['ERROR', 'raw'],
    ]);
    expect(new Set(logs.map(({ requestId }) => requestId)).size).toBe(1);
    expect(logs[0]?.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('reach every service under their own role', async () => {
    expect(await (await ask('?ask=object-store&text=hi')).text()).toBe('hi');
    expect(await (await ask('?ask=secret')).text()).toMatch(/^\w{64}$/);
  });

  it('are denied what their role no longer allows, and only that', async () => {
    const key = runtime.accessKeyIdOf('echo');
    const role = runtime.plan.roles.find(({ name }) => name.includes('echo'));
    const statements = role?.statements ?? [];
    runtime.gateway.setStatements(
      key,
      statements.filter(({ Action }) => !String(Action).includes('secretsmanager')),
    );
    const outcome = await runtime.invoke('echo', { ask: 'secret' });
    expect(JSON.stringify(outcome)).toMatch(/AccessDenied.*not authorized to perform: secretsmanager:GetSecretValue/);
    expect((await runtime.invoke('echo', { ask: 'object-store', text: 'x' })).kind).toBe('succeeded');
    runtime.gateway.setStatements(key, statements);
  });
});

describe('event sources', () => {
  it('give a function its messages once and delete them', async () => {
    await send('Work', ['ok 1', 'ok 2', 'ok 3']);
    await until(
      async () => (await seen('ok 3')) === 1 && (await count('Work'))['ApproximateNumberOfMessagesNotVisible'] === '0',
    );
    expect(await Promise.all(['ok 1', 'ok 2', 'ok 3'].map(seen))).toEqual([1, 1, 1]);
  });

  it('bring back the record that failed and not its neighbours', async () => {
    await send('Work', ['fail a', 'ok a']);
    await until(async () => (await seen('fail a')) === 1);
    await bringBack(1);
    await until(async () => (await seen('fail a')) === 2);
    expect(await seen('ok a')).toBe(1);
  });

  it('bring back the whole batch when the function throws', async () => {
    await send('Work', ['ok b', 'throw b']);
    await until(async () => (await seen('throw b')) === 1);
    await bringBack(2);
    await until(async () => (await seen('throw b')) === 2);
    expect(await seen('ok b')).toBe(2);
  });

  it('run several batches at once when there is a backlog', async () => {
    await send('Work', ['meet first']);
    await until(async () => (await seen('meet first')) === 1);
    // The first is busy until this one is counted, which takes a second thread.
    await send('Work', ['meet last']);
    await until(async () => (await seen('meet last')) === 1);
    await until(() => {
      const worker = runtime.meters().invocations.find(({ functionName }) => functionName.includes('worker'));
      return worker?.coldStarts === 2;
    });
  });

  it('cut a message that has been through a function 16 times, and set it aside', async () => {
    await runtime.invoke('echo', { ask: 'loop', text: '0' });
    await until(() => notices.some((notice) => notice.includes('recursive loop')));
    await until(async () => (await count('DeadLetters'))['ApproximateNumberOfMessages'] === '1');
  });
});

describe('timed rules', () => {
  it('fire at the start with the event of EventBridge', () => {
    const swept =
      logs.length > 0 || runtime.services.logs.recent().some(({ text }) => text.includes('swept by Scheduled Event'));
    expect(swept).toBe(true);
  });
});

describe('new code', () => {
  it('is run by the invocations that come after', async () => {
    const file = join(stack.codeDir, 'sweeper/index.mjs');
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, before.replace('swept: true', 'swept: "anew"'));
    runtime.renewCode();
    expect(await runtime.invoke('sweeper', {})).toEqual({ kind: 'succeeded', payload: '{"swept":"anew"}' });
    appendFileSync(file, '\nthrow new Error("broken at load");');
    runtime.renewCode();
    expect(await runtime.invoke('sweeper', {})).toMatchObject({
      kind: 'failed',
      error: { errorMessage: 'broken at load' },
    });
    writeFileSync(file, before);
    expect((await runtime.invoke('sweeper', {})).kind).toBe('succeeded');
  });
});
