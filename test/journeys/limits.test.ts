import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../shared/process/system.ts';
import { keys } from '../../shared/storage/keys.ts';
import { LIMITS } from '../../shared/domain/limits.ts';
import { addressOf } from '../../infra/local/start/prepare-access.ts';
import { openStage } from '../../infra/admin/stage-access.ts';
import { type ApiClient, openApiClient } from '../support/api-client.ts';
import { type LocalTestSystem, shareLocalSystem } from '../support/local-system.ts';
import { type CallbackReceiver, openCallbackReceiver } from '../support/receiver.ts';
import { startUpstream, type Upstream } from '../support/start-upstream.ts';
import { until } from '../support/until.ts';

let system: LocalTestSystem;
let api: ApiClient;
let receiver: CallbackReceiver;
let upstream: Upstream;

beforeAll(async () => {
  system = await shareLocalSystem();
  await openStage(addressOf(system.runtime)).limits.set(system.workspaceUid, {
    rates: { launch: { perSecond: 500, burst: 500 } },
  });
  api = openApiClient(system.url, system.apiKey);
  receiver = await openCallbackReceiver(system.signingSecret);
  // /<items>/<bytes of JSON of each>
  upstream = await startUpstream(({ url }) => {
    const [, items = '0', bytes = '0'] = url.pathname.split('/');
    return {
      body: Array.from({ length: Number(items) }, (_, n) => ofBytes((text) => ({ n: n % 10, text }), Number(bytes))),
    };
  });
});
afterAll(async () => {
  await receiver.close();
  await upstream[Symbol.asyncDispose]();
  await system.close();
});

/** What `shape` makes of a text so long that its JSON takes just so many bytes. */
function ofBytes<Value>(shape: (text: string) => Value, bytes: number): Value {
  return shape('x'.repeat(bytes - Buffer.byteLength(JSON.stringify(shape('')))));
}

/** A launch that is accepted and then does nothing: its start lies a month off. */
function postponed(more: object): object {
  return { schedule_at: new Date(systemClock.now() + 30 * 86_400_000).toISOString(), ...more };
}

const cities = { action: 'search-cities' };
const one = { country: 'MT' };
const url = (text: string): string => `http://127.0.0.1:9/${text}`;
const request = (text: string): object => ({ method: 'POST', url: 'http://127.0.0.1:9/', body: text });
const customData = (text: string): object => ({ text });
const withCallback = (more: object): object => postponed({ inputs: [one], callback: { url: url(''), ...more } });
const headers = (count: number): object => Object.fromEntries(Array.from({ length: count }, (_, n) => [`x-${n}`, 'v']));
function nested(depth: number): unknown {
  return depth === 0 ? 1 : { deep: nested(depth - 1) };
}
function bodyOf(bytes: number): string {
  const text = JSON.stringify(postponed({ inputs: [one] }));
  return `${text.slice(0, -1)}${' '.repeat(bytes - text.length)}}`;
}

/** What a launch carries, by a number that may be the limit and no more. */
const LAUNCHES: readonly [
  what: string,
  limit: number,
  body: (size: number) => unknown,
  label: string,
  named: string,
][] = [
  ['bytes of body', LIMITS.bodyBytes, bodyOf, 'PAYLOAD_TOO_LARGE', 'split'],
  [
    'inputs',
    LIMITS.inputsPerLaunch,
    (size) => postponed({ inputs: Array.from({ length: size }, () => one) }),
    'PAYLOAD_TOO_LARGE',
    'upload',
  ],
  [
    'bytes of an input with its custom_data',
    LIMITS.inputBytes,
    (size) => postponed({ inputs: [ofBytes((text) => ({ ...request(text), custom_data: { row: 1 } }), size)] }),
    'PAYLOAD_TOO_LARGE',
    'reference',
  ],
  [
    'bytes of custom_data',
    LIMITS.customDataBytes,
    (size) => postponed({ inputs: [{ ...request(''), custom_data: ofBytes(customData, size) }] }),
    'PAYLOAD_TOO_LARGE',
    'on your side',
  ],
  [
    'levels of JSON', // body, inputs, input, json: four of them
    LIMITS.jsonDepth,
    (size) => postponed({ inputs: [{ method: 'POST', url: url(''), json: nested(size - 3) }] }),
    'BAD_INPUT',
    '32',
  ],
  [
    'characters of a callback URL',
    2_048,
    (size) => withCallback({ url: url('x'.repeat(size - url('').length)) }),
    'PAYLOAD_TOO_LARGE',
    '2048',
  ],
  ['callback headers', 20, (size) => withCallback({ headers: headers(size) }), 'PAYLOAD_TOO_LARGE', '20'],
  [
    'bytes of callback headers',
    4_096,
    (size) => withCallback({ headers: { 'x-one': 'v'.repeat(2_000), 'x-two': 'v'.repeat(size - 2_010) } }),
    'PAYLOAD_TOO_LARGE',
    '4096',
  ],
];

describe.each(LAUNCHES)('%s: %i', (_, limit, body, wanted, named) => {
  const params = { action: 'http-request' };
  const asked = (size: number) => {
    const json = body(size);
    const isCity = typeof json === 'string' || JSON.stringify(json).includes('"country"');
    return { params: isCity ? cities : params, body: json };
  };

  it('are taken', async () => {
    const { body: run } = await api.ask('runAsync', asked(limit));
    expect(run.status).toBe('SCHEDULED');
  });

  it('and one more are refused, with the limit or the way round', async () => {
    const { body: refusal } = await api.refused('runAsync', asked(limit + 1));
    expect([refusal.error_label, refusal.message]).toEqual([wanted, expect.stringContaining(named)]);
  });
});

it('parameters: at 32 KB they are the action’s to judge, a byte more is too large', async () => {
  const body = (size: number): object => ({ inputs: [one], parameters: ofBytes((text) => ({ text }), size) });
  const judged = await api.refused('runAsync', { params: cities, body: body(LIMITS.parametersBytes) });
  expect(judged.body).toMatchObject({ error_label: 'BAD_PARAMETERS' });
  const refused = await api.refused('runAsync', { params: cities, body: body(LIMITS.parametersBytes + 1) });
  expect(refused.body).toMatchObject({ error_label: 'PAYLOAD_TOO_LARGE' });
});

/** Items of a page, and the bytes of JSON of each. */
const PAGES: readonly [what: string, items: number, bytes: number, parts: number][] = [
  ['700 B', 1, 700, 1],
  ['9 KB', 3, 3_000, 1],
  ['500 KB', 10, 50_000, 2],
  ['1 MB', 8, 131_070, 8],
];

describe.each(PAGES)('a page of %s', (_, items, bytes, parts) => {
  const body = (): object => ({ input: { url: `${upstream.origin}/${items}/${bytes}` } });
  const params = { action: 'extract-json-api' };
  const isWhole = (results: readonly unknown[]): void => {
    expect(results).toHaveLength(items);
    for (const item of results) expect(Buffer.byteLength(JSON.stringify(item))).toBe(bytes);
  };

  it('comes live', async () => {
    const { body: results } = await api.ask('runLive', { params, body: body() });
    isWhole(results as unknown[]); // a list action's success is an array
  });

  it(`comes by ${parts} callback(s) and at /outputs, whole`, async () => {
    const { input } = body() as { readonly input: object }; // made just above
    const launch = { inputs: [input], callback: { url: receiver.url } };
    const { run_uid } = (await api.ask('runAsync', { params, body: launch })).body;
    const callbacks = (await receiver.untilComplete(run_uid)).filter(({ type }) => type === 'run.page');
    const told = callbacks.toSorted((first, second) => (first.part ?? 0) - (second.part ?? 0));
    expect(told.map(({ part }) => part)).toEqual(Array.from({ length: parts }, (__, at) => at + 1));
    for (const callback of told) {
      expect(Buffer.byteLength(JSON.stringify(callback))).toBeLessThanOrEqual(LIMITS.callbackBytes);
    }
    isWhole(told.flatMap(({ results }) => results ?? []));
    isWhole(await api.all('listRunOutputs', { params: { run_uid }, query: '?limit=500' }));
  });
});

it.each([
  ['a page over 1 MB', 9, 131_070],
  ['an item over 128 KB', 1, 131_073],
])('%s is 413 live, and fails its input async', async (_, items, bytes) => {
  const input = { url: `${upstream.origin}/${items}/${bytes}` };
  const params = { action: 'extract-json-api' };
  const live = await api.refused('runLive', { params, body: { input } });
  expect([live.status, live.body.error_label]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  const { run_uid } = (await api.ask('runAsync', { params, body: { inputs: [input] } })).body;
  const run = await until('the end of the run', async () => {
    const { body } = await api.ask('getRun', { params: { run_uid }, query: '?wait=5' });
    return body.finished_at === null ? null : body;
  });
  expect(run).toMatchObject({ status: 'FAILED', last_error: { error_label: 'PAYLOAD_TOO_LARGE' } });
});

it('an answer of over 4 MB ends early with the rest at X-Pagination-Next; exports are cut likewise', async () => {
  const inputs = Array.from({ length: 6 }, (_, at) => ({ url: `${upstream.origin}/8/131070?${at}` }));
  const { run_uid } = (await api.ask('runAsync', { params: { action: 'extract-json-api' }, body: { inputs } })).body;
  const params = { run_uid };
  await api.ask('getRun', { params, query: '?wait=25' });
  const first = await api.ask('listRunOutputs', { params, query: '?limit=500' });
  expect(first.body.length).toBeGreaterThan(LIMITS.answerBytes / 131_071 - 2);
  expect(Buffer.byteLength(first.text)).toBeLessThanOrEqual(LIMITS.answerBytes);
  expect(await api.all('listRunOutputs', { params, query: '?limit=500' })).toHaveLength(48);
  const part = await fetch(`${system.url}/v1/runs/${run_uid}/outputs`, {
    headers: { 'x-api-key': system.apiKey, accept: 'application/x-ndjson' },
  });
  expect((await part.arrayBuffer()).byteLength).toBeLessThanOrEqual(LIMITS.answerBytes);
  expect(part.headers.get('x-pagination-next')).not.toBeNull();
});

it.each(['live', 'page'])(
  'the role of %s, which runs actions, cannot write the limits of a workspace',
  async (name) => {
    const { tableName, client } = addressOf(system.runtime);
    const credentials = {
      accessKeyId: system.runtime.accessKeyIdOf(`trireme-local-${name}`),
      secretAccessKey: 'the runtime looks at the id',
    };
    const dynamodb = new DynamoDBClient({ ...client, credentials });
    const write = ({ pk, sk }: { readonly pk: string; readonly sk: string }) =>
      dynamodb.send(
        new UpdateItemCommand({
          TableName: tableName,
          Key: { pk: { S: pk }, sk: { S: sk } },
          UpdateExpression: 'SET runs_at_once = :many',
          ExpressionAttributeValues: { ':many': { N: '999' } },
        }),
      );
    await expect(write(keys.limits(system.workspaceUid))).rejects.toMatchObject({ name: 'AccessDeniedException' });
    // What it may write says nothing of them.
    await write(keys.profile(system.workspaceUid));
    const { limits } = openStage(addressOf(system.runtime));
    expect(await limits.read(system.workspaceUid)).toMatchObject({ runsAtOnce: null });
  },
);
