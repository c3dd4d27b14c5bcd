import type { Message } from '../../shared/engine/messages.ts';
import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import type { SQSEvent } from 'aws-lambda';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { functionEnvironment } from '../../infra/local/functions/function-environment.ts';
import { sqsEvent } from '../../infra/local/triggers/sqs-event.ts';
import type { FunctionPlan } from '../../infra/local/template/system-plan.ts';
import type { FunctionName } from '../../shared/functions.ts';
import { decodeMessage, encodeMessage } from '../../shared/aws/messages.ts';
import { routeOf, type Operation } from '../../shared/api/routes.ts';
import { askUnderLambda } from '../support/ask-under-lambda.ts';
import { startLocalSystem } from '../support/local-system.ts';
import type { LocalTestSystem } from '../support/local-system.ts';
import { folderOf } from './bundle-fixture.ts';

const NOBODY = '5e971866-3ad8-8260-be86-92bb9b458e16';

let system: LocalTestSystem;
beforeAll(async () => {
  system = await startLocalSystem();
});
afterAll(() => system.close());

/** An event for a function, and what it answers. */
interface Asked {
  readonly event: () => object;
  readonly answer: unknown;
}

function http(
  operation: Operation,
  params: Readonly<Record<string, string>>,
  statusCode: number,
  body?: object,
): Asked {
  const { method, path } = routeOf(operation);
  const rawPath = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');
  const event = () => ({
    version: '2.0',
    routeKey: `${method} ${path}`,
    rawPath,
    rawQueryString: '',
    headers: { 'x-api-key': system.apiKey, 'content-type': 'application/json', host: 'api.example.com' },
    pathParameters: params,
    requestContext: {
      accountId: '000000000000',
      apiId: 'api',
      domainName: 'api.example.com',
      domainPrefix: 'api',
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'asked' },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: `${method} ${path}`,
      stage: '$default',
      time: '30/Nov/2026:12:00:00 +0000',
      timeEpoch: Date.now(),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    isBase64Encoded: false,
  });
  return { event, answer: { statusCode } };
}

/** A message about a run that is not there. */
function queued(message: Message): Asked {
  const received = {
    MessageId: '0b5f0b9e-4a4e-4f8e-9a55-1d2f3a4b5c6d',
    ReceiptHandle: 'handle',
    Body: encodeMessage(message),
    MD5OfBody: '',
    Attributes: { ApproximateReceiveCount: '1', SentTimestamp: '0', ApproximateFirstReceiveTimestamp: '0' },
    MessageAttributes: {},
  };
  const event = (): SQSEvent => sqsEvent([received], 'arn:aws:sqs:us-east-1:000000000000:queue');
  return { event, answer: { batchItemFailures: [] } };
}

const dispatch: Message = { kind: 'dispatch', runUid: NOBODY, epoch: 1 };
const page = decodeMessage(JSON.stringify({ v: 1, k: 'page', run: NOBODY, ep: 1, i: 0, p: 0 }));

const ASKED: Readonly<Record<FunctionName, Asked>> = {
  live: http('runLive', { action: 'search-cities' }, 200, { input: { country: 'AD' } }),
  launch: http('runAsync', { action: 'search-cities' }, 202, { inputs: [{ country: 'AD' }] }),
  runs: http('listRuns', {}, 200),
  run: http('getRun', { run_uid: NOBODY }, 404),
  verbs: http('cancelRun', { run_uid: NOBODY }, 404),
  schedules: http('listSchedules', {}, 200),
  workspace: http('getMe', {}, 200),
  console: { event: () => ({ ...http('getMe', {}, 200).event(), rawPath: '/console' }), answer: { statusCode: 200 } },
  control: queued(dispatch),
  page: queued(page),
  callback: queued({ kind: 'callback', uid: NOBODY, attempt: 0 }),
  intake: queued({ kind: 'intake', runUid: NOBODY, epoch: 1 }),
  'dead-letters': { ...queued(dispatch), answer: null },
  sweep: {
    event: () => ({ source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} }),
    answer: { seenTo: expect.any(Number) },
  },
};

const functionOf = (name: string): FunctionPlan => {
  const found = system.runtime.plan.functions.find(({ codeDir }) => basename(codeDir) === name);
  if (found === undefined) throw new Error(`The template has no function ${name}`);
  return found;
};

test('every function of the template is asked here', () => {
  const names = system.runtime.plan.functions.map(({ codeDir }) => basename(codeDir));
  expect(names.toSorted()).toEqual(Object.keys(ASKED).toSorted());
});

test.each(Object.entries(ASKED))('%s is loaded and answers under the runtime client of AWS', async (name, asked) => {
  const { admin, gateway } = system.runtime;
  const env = functionEnvironment(functionOf(name), admin, gateway.url);
  const { kind, body, printed } = await askUnderLambda(env, asked.event());
  expect({ kind, body }, printed).toMatchObject({ kind: 'response', body: asked.answer });
});

/** What a function of this code reports of its first event. */
async function reportOf(code: string) {
  const folder = folderOf({ 'index.mjs': code });
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const plan = { ...functionOf('sweep'), codeDir: folder };
  return askUnderLambda(functionEnvironment(plan, system.runtime.admin, system.runtime.gateway.url), {});
}

test.each([
  ['throws as it is loaded', 'throw new RangeError("not today"); export const handler = async () => {};', 'RangeError'],
  ['has no handler', 'export const other = async () => {};', 'Runtime.HandlerNotFound'],
  ['imports what is not there', 'import "nowhere"; export const handler = async () => {};', 'Error'],
])('a function that %s is an init error', async (_, code, errorType) => {
  expect(await reportOf(code)).toMatchObject({ kind: 'init error', body: { errorType } });
});

test('a function that throws is an error', async () => {
  const report = await reportOf('export const handler = async () => { throw new RangeError("not today"); };');
  expect(report).toMatchObject({ kind: 'error', body: { errorType: 'RangeError', errorMessage: 'not today' } });
});
