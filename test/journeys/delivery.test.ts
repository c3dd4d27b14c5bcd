import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { citiesOf } from '../support/all-cities.ts';
import { openApiClient } from '../support/api-client.ts';
import type { ApiClient } from '../support/api-client.ts';
import { startLocalSystem } from '../support/local-system.ts';
import type { LocalTestSystem, ScriptedAnswer } from '../support/local-system.ts';
import { manifestIn, openCallbackReceiver } from '../support/receiver.ts';
import type { Callback, CallbackReceiver } from '../support/receiver.ts';
import { startUpstream } from '../support/start-upstream.ts';
import type { Upstream, UpstreamAnswer, UpstreamRequest } from '../support/start-upstream.ts';
import { until } from '../support/until.ts';

let system: LocalTestSystem;
let api: ApiClient;
let receiver: CallbackReceiver;
let upstream: Upstream;
let aheadMs = 0;
let answerCallback: (path: string) => ScriptedAnswer = () => ({ status: 204 });

beforeAll(async () => {
  system = await startLocalSystem({ now: () => Date.now() + aheadMs });
  api = openApiClient(system.url, system.apiKey);
  receiver = await openCallbackReceiver(system.signingSecret, ({ path }) => answerCallback(path));
  upstream = await startUpstream(answerUpstream);
});
afterAll(async () => {
  await receiver.close();
  await upstream[Symbol.asyncDispose]();
  await system.close();
});

const BIG_TEXT = randomBytes(30_000).toString('base64'); // random bytes do not compress: S3 from 8 KB on
const HUGE_TEXT = 'x'.repeat(60_000);

function answerUpstream({ url }: UpstreamRequest): UpstreamAnswer {
  const seen = upstream.requests.filter((request) => request.url.href === url.href).length;
  const page = Number(url.searchParams.get('page') ?? '0');
  const more = (last: number): Record<string, string> =>
    page < last ? { link: `<${url.origin}${url.pathname}?page=${page + 1}>; rel="next"` } : {};
  switch (url.pathname) {
    case '/three-pages':
      return {
        headers: more(2),
        body: [
          { page, item: 0 },
          { page, item: 1 },
        ],
      };
    case '/big':
      return {
        headers: more(1),
        body: [
          { page, text: BIG_TEXT },
          { page, text: 'small' },
        ],
      };
    case '/fails-once':
      return seen === 1 ? { status: 500 } : { body: [{ seen }] };
    case '/limits-once':
      return seen === 1 ? { status: 429, headers: { 'retry-after': '1' } } : { body: [{ seen }] };
    case '/page-too-large':
      return { body: Array.from({ length: 20 }, () => ({ text: HUGE_TEXT })) };
    case '/no-json':
      return { body: 'plain words' };
    case '/always-500':
      return { status: 500 };
    case '/same-cursor':
      return { body: { next: 'again', items: [{ seen }] } };
    default:
      return { status: 404 };
  }
}

const link = { pagination: { kind: 'link_header' } };
const cursor = { items_path: 'items', pagination: { kind: 'cursor', cursor_path: 'next', cursor_param: 'c' } };
const from = (path: string, more: object = {}): object => ({ url: `${upstream.origin}${path}`, ...more });

async function extract(inputs: readonly object[], more: object = {}): Promise<string> {
  const body = { inputs, callback: { url: receiver.url }, ...more };
  return (await api.ask('runAsync', { params: { action: 'extract-json-api' }, body })).body.run_uid;
}

const read = async (runUid: string) => (await api.ask('getRun', { params: { run_uid: runUid } })).body;
const errorsByInput = (callbacks: readonly Callback[]) =>
  callbacks
    .filter(({ type }) => type === 'run.input_failed')
    .map(({ input_index: index, error }) => [index ?? -1, error?.error_label] as const)
    .toSorted(([a], [b]) => a - b);

describe('failing inputs', () => {
  it('end with their label while the others give their pages: PARTIAL_SUCCEEDED', async () => {
    const runUid = await extract([
      from('/three-pages', link),
      from('/no-json'),
      from('/big', link),
      from('/same-cursor', cursor),
      from('/page-too-large'),
      from('/fails-once'),
      from('/limits-once'),
      from('/always-500'),
      from('/nowhere'),
    ]);
    const callbacks = await receiver.untilComplete(runUid);
    expect(errorsByInput(callbacks)).toEqual([
      [1, 'ACTION_FAILED'],
      [3, 'ACTION_FAILED'],
      [4, 'PAYLOAD_TOO_LARGE'],
      [7, 'UPSTREAM_ERROR'],
      [8, 'ACTION_FAILED'],
    ]);
    const run = await read(runUid);
    expect(run).toMatchObject({ status: 'PARTIAL_SUCCEEDED', inputs: { total: 9, succeeded: 4, failed: 5 } });
    expect(manifestIn(callbacks)).toEqual({
      inputs: 9,
      succeeded: 4,
      failed: 5,
      outputs: run.output_count,
      callbacks: callbacks.length,
    });
    const inputs = await api.all('listRunInputs', { params: { run_uid: runUid } });
    expect(inputs.map(({ last_error }) => last_error?.error_label ?? null)).toEqual([
      null,
      'ACTION_FAILED',
      null,
      'ACTION_FAILED',
      'PAYLOAD_TOO_LARGE',
      null,
      null,
      'UPSTREAM_ERROR',
      'ACTION_FAILED',
    ]);
    expect([inputs[5]?.retry_count, inputs[7]?.retry_count]).toEqual([1, 2]);
    const big = callbacks.filter(({ input_index: index }) => index === 2).flatMap(({ results }) => results ?? []);
    expect(big).toHaveLength(4);
    expect(big).toContainEqual({ page: 1, text: BIG_TEXT });
    const outputs = await api.all('listRunOutputs', { params: { run_uid: runUid } });
    expect(outputs).toHaveLength(run.output_count);
    expect(outputs.filter((item) => JSON.stringify(item).includes(BIG_TEXT))).toHaveLength(2);
  });

  it('and nothing else make a run FAILED', async () => {
    const runUid = await extract([from('/nowhere', { headers: { accept: 'application/json' } })]);
    const callbacks = await receiver.untilComplete(runUid);
    expect(new Map(callbacks.map(({ type, results }) => [type, results]))).toEqual(
      new Map([
        ['run.finished', null],
        ['run.input_failed', null],
      ]),
    );
    expect(await read(runUid)).toMatchObject({
      status: 'FAILED',
      output_count: 0,
      last_error: { error_label: 'ACTION_FAILED' },
    });
  });
});

describe('inputs the action refuses', () => {
  it('are told by index and path, and nothing is created', async () => {
    const body = { name: 'rejected', inputs: [from('/three-pages'), { url: 'nonsense' }] };
    const { body: error } = await api.refused('runAsync', { params: { action: 'extract-json-api' }, body });
    expect(error).toMatchObject({ error_label: 'BAD_INPUT', params: { invalid_inputs: 1 } });
    expect(error.validation_errors?.map(({ path }) => path)).toContain('inputs[1].url');
    expect((await api.ask('listRuns', { query: '?name=rejected' })).body).toEqual([]);
  });

  it('are left out with on_invalid_input: skip, and fail as BAD_INPUT', async () => {
    const runUid = await extract([{ url: 'nonsense' }, from('/three-pages', link)], { on_invalid_input: 'skip' });
    const callbacks = await receiver.untilComplete(runUid);
    expect(errorsByInput(callbacks)).toEqual([[0, 'BAD_INPUT']]);
    expect(await read(runUid)).toMatchObject({ status: 'PARTIAL_SUCCEEDED', output_count: 6 });
  });

  it('and none good make a run INVALID, which is told', async () => {
    const runUid = await extract([{ url: 'nonsense' }], { on_invalid_input: 'skip' });
    const callbacks = await receiver.untilComplete(runUid);
    expect(callbacks).toMatchObject([{ type: 'run.finished', run: { status: 'INVALID' } }]);
    expect(await read(runUid)).toMatchObject({ status: 'INVALID', last_error: { error_label: 'BAD_INPUT' } });
  });
});

/** What /troubled answers, attempt by attempt: 503 with Retry-After stands for the 5 min that follow a second 500. */
const TROUBLES: readonly ScriptedAnswer[] = [
  { status: 500, body: 'not now' },
  { status: 503, headers: { 'retry-after': '1' } },
];

it('a receiver that fails twice, then answers 200, gets the same bytes three times, and the record reads SUCCESS', async () => {
  let calls = 0;
  answerCallback = (path) => (path.endsWith('/troubled') ? (TROUBLES[calls++] ?? { status: 200 }) : { status: 200 });
  const runUid = await extract([from('/three-pages')], { callback: { url: `${receiver.url}/troubled`, on: 'final' } });
  const attempts = () => receiver.requests.filter(({ path }) => path.endsWith('/troubled'));
  await receiver.until(() => attempts().length === 3);
  const done = await until('a success on record', async () => {
    const [record] = await api.all('listRunCallbacks', { params: { run_uid: runUid } });
    return record?.status === 'SUCCESS' ? record : null;
  });
  expect(done).toMatchObject({ type: 'run.finished', retry_count: 2, http_status: 200, next_attempt_at: null });
  const [first, second, third] = attempts();
  for (const again of [second, third]) {
    expect(again?.body.equals(first?.body ?? Buffer.of())).toBe(true);
    expect(again?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
  }
  // 5 s ±20 %, with room for clocks that do not tick together
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(3_900);
  expect((await read(runUid)).callbacks).toEqual({ total: 1, delivered: 1, pending: 0, failed: 0 });
});

it('the value of a callback header goes to the receiver and is nowhere else', async () => {
  const value = `token-${randomBytes(12).toString('hex')}`;
  const answers: string[] = [];
  const launched = await api.ask('runAsync', {
    params: { action: 'search-cities' },
    body: { inputs: [{ country: 'MT' }], callback: { url: receiver.url, headers: { 'x-token': value } } },
  });
  const params = { run_uid: launched.body.run_uid };
  await receiver.untilComplete(params.run_uid);
  const carried = receiver.requests.filter(({ headers }) => headers['x-token'] === value);
  expect(carried.length).toBeGreaterThanOrEqual(2);
  for (const operation of ['getRun', 'getRunStatus', 'listRunInputs', 'listRunOutputs', 'listRunCallbacks'] as const) {
    answers.push((await api.ask(operation, { params })).text);
  }
  answers.push(launched.text, (await api.ask('listRuns')).text, (await api.ask('listCallbacks')).text);
  const TableName = system.runtime.plan.tables[0]?.input.TableName;
  const { body: table } = await system.runtime.services.dynamodb.handle('Scan', { TableName, ConsistentRead: true });
  const everything = JSON.stringify([answers, table, system.logs, system.notices]);
  expect(everything).toContain(params.run_uid);
  for (const form of [value, Buffer.from(value).toString('base64').slice(0, 20)])
    expect(everything).not.toContain(form);
});

it('a permission taken from the page function is denied, that call and no other; given back, nothing is lost', async () => {
  const { runtime } = system;
  const key = runtime.accessKeyIdOf('trireme-local-page');
  const fn = runtime.plan.functions.find(({ name }) => name === 'trireme-local-page');
  const statements = runtime.plan.roles.find(({ arn }) => arn === fn?.roleArn)?.statements ?? [];
  runtime.gateway.setStatements(key, [...statements, { Effect: 'Deny', Action: 'dynamodb:PutItem', Resource: '*' }]);
  const noticedBefore = system.notices.length;
  const loggedBefore = system.logs.length;
  const wanted = citiesOf('LU');
  const body = { inputs: [{ country: 'LU' }], callback: { url: receiver.url } };
  const runUid = (await api.ask('runAsync', { params: { action: 'search-cities' }, body })).body.run_uid;
  const told = await until('a denial in the log', () => {
    const lines = system.logs.slice(loggedBefore).map((line) => JSON.stringify(line));
    const denials = lines.filter((line) => line.includes('AccessDenied'));
    return denials.length > 0 ? denials : null;
  });
  for (const line of told) expect(line).toContain('dynamodb:PutItem');
  expect(
    system.notices.slice(noticedBefore).filter((notice) => /denied/i.test(notice) && !notice.includes('PutItem')),
  ).toEqual([]);
  expect((await read(runUid)).output_count).toBe(0);
  runtime.gateway.setStatements(key, statements);
  aheadMs += 400_000; // past the queue's visibility
  const callbacks = await receiver.untilComplete(runUid);
  expect(manifestIn(callbacks)).toMatchObject({ outputs: wanted.length });
  expect(await api.all('listRunOutputs', { params: { run_uid: runUid } })).toEqual(wanted);
});
