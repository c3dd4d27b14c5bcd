import type { Message } from '../../shared/engine/messages.ts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { settingsOf } from '../../infra/settings.ts';
import { ENV, type EnvKey } from '../../shared/api/env.ts';
import { type FunctionName, variablesOf } from '../../shared/functions.ts';
import { encodeMessage } from '../../shared/aws/messages.ts';
import { formatApiKey } from '../../shared/domain/api-key.ts';
import { deriveUid, runUidOf } from '../../shared/domain/ids.ts';
import { openSilentServer, type SilentServer } from '../support/silent-server.ts';

/** Every service of AWS is this one, which accepts and never answers. */
let silent: SilentServer;
beforeAll(async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined); // each fault is logged, as it should be
  silent = await openSilentServer('nothing');
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: silent.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AK',
    AWS_SECRET_ACCESS_KEY: 'secret',
  });
});
afterAll(() => silent.close());

/** A function reads its environment when it is first called, and takes no other's variables. */
function enterEnvironment(functionName: FunctionName): void {
  const own: readonly EnvKey[] = variablesOf(functionName);
  for (const key of Object.keys(ENV) as EnvKey[]) {
    // keys of a closed literal
    const { name } = ENV[key];
    if (own.includes(key)) process.env[name] = valueOf(name);
    else delete process.env[name];
  }
}

function valueOf(name: string): string {
  if (name.endsWith('_SETTINGS')) return JSON.stringify(settingsOf('dev').runtime);
  if (name.endsWith('_ARN')) return 'arn:aws:sqs:us-east-1:123456789012:x';
  if (name.endsWith('_WORKERS')) return '2';
  return name.endsWith('_URL') ? `${silent.url}/1/q` : 'x';
}

/** As deployed, each with the clients it makes by itself. */
const API = [
  ['live', 'POST', '/v1/actions/search-cities/run/live'],
  ['launch', 'POST', '/v1/actions/search-cities/run/async'],
  ['runs', 'GET', '/v1/runs'],
  ['run', 'GET', '/v1/runs/1e06f8fa-9c6a-8b60-9c59-0b919e5322a8'],
  ['verbs', 'POST', '/v1/runs/1e06f8fa-9c6a-8b60-9c59-0b919e5322a8/cancel'],
  ['schedules', 'GET', '/v1/schedules'],
] as const;

const runUid = runUidOf(Buffer.alloc(10, 1));
const about = { runUid, epoch: 0 } as const;
const page = {
  input: 0,
  place: 0,
  position: 0,
  page: 0,
  cursor: null,
  attempt: 0,
  until: null,
  results: 0,
  callbacks: 0,
  tries: 0,
} as const;
const MESSAGES: readonly (readonly [name: FunctionName, message: Message])[] = [
  ['control', { kind: 'dispatch', ...about }],
  ['intake', { kind: 'intake', ...about }],
  ['callback', { kind: 'callback', uid: deriveUid(runUid, 'page', { input: 0, page: 0, part: 1 }), attempt: 0 }],
  ['page', { kind: 'page', ...about, ...page, cycle: null, again: false }],
];

describe.concurrent('where the table accepts and never answers', () => {
  it.concurrent.each(API)(
    'a caller of %s is told 503 UNAVAILABLE, and when to come back',
    async (name, method, path) => {
      const { handler }: ApiModule = await import(`../../functions/api/${name}.ts`);
      enterEnvironment(name);
      const answer = await handler(requestOf(method, path));
      expect(answer.statusCode).toBe(503);
      expect(answer.headers).toMatchObject({ 'retry-after': '5' });
      expect(JSON.parse(answer.body)).toMatchObject({ error_label: 'UNAVAILABLE', retryable: true });
    },
  );

  it.concurrent.each(MESSAGES)('a message of %s comes again', async (name, message) => {
    const { handler }: WorkerModule = await import(`../../functions/workers/${name}.ts`);
    enterEnvironment(name);
    expect(await handler(eventOf(message))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm' }] });
  });
});

interface ApiModule {
  readonly handler: (event: object) => Promise<{ statusCode: number; headers: object; body: string }>;
}

interface WorkerModule {
  readonly handler: (event: object) => Promise<unknown>;
}

/** What of an event of an HTTP API the handlers look at. */
function requestOf(method: string, path: string) {
  return {
    rawPath: path,
    rawQueryString: '',
    headers: { 'x-api-key': formatApiKey(new Uint8Array(20).fill(1)), 'content-type': 'application/json' },
    requestContext: { requestId: 'r', http: { method, path, sourceIp: '192.0.2.1' } },
    body: method === 'POST' ? '{}' : undefined,
    isBase64Encoded: false,
  };
}

function eventOf(message: Message) {
  return { Records: [{ messageId: 'm', body: encodeMessage(message), attributes: { ApproximateReceiveCount: '1' } }] };
}
