import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { citiesOf } from '../support/all-cities.ts';
import { openApiClient } from '../support/api-client.ts';
import type { ApiClient } from '../support/api-client.ts';
import { shareLocalSystem } from '../support/local-system.ts';
import type { LocalTestSystem } from '../support/local-system.ts';
import { openCallbackReceiver } from '../support/receiver.ts';
import type { CallbackReceiver } from '../support/receiver.ts';

const PARAMS = { action: 'search-cities' };
const COUNTRIES = ['MC', 'AD', 'LI', 'SM', 'VA', 'MT'];

let system: LocalTestSystem;
let api: ApiClient;
let receiver: CallbackReceiver;

beforeAll(async () => {
  system = await shareLocalSystem();
  api = openApiClient(system.url, system.apiKey);
  receiver = await openCallbackReceiver(system.signingSecret);
});
afterAll(async () => {
  await receiver.close();
  await system.close();
});

/** Opens an upload and puts a text to it; its uid. */
async function upload(text: string): Promise<string> {
  const { body } = await api.ask('createUpload', { body: {} });
  const put = await fetch(body.url, { method: body.method, headers: body.headers, body: text });
  expect(put.status, await put.text()).toBe(200);
  return body.uid;
}

async function launch(uid: string, more: object = {}) {
  const body = { inputs_upload_uid: uid, callback: { url: receiver.url }, ...more };
  return (await api.ask('runAsync', { params: PARAMS, body })).body;
}

const ended = (runUid: string) => api.ask('getRun', { params: { run_uid: runUid }, query: '?wait=25' });
const line = (country: string): string => JSON.stringify({ country, custom_data: { of: country } });

describe('an upload', () => {
  it('is put once, launched once, and all its results arrive', async () => {
    const ticket = await api.ask('createUpload');
    expect(ticket.body).toMatchObject({ method: 'PUT', headers: { 'If-None-Match': '*' }, max_bytes: 500_000_000 });
    expect(Date.parse(ticket.body.expires_at) - Date.now()).toBeGreaterThan(3_500_000);
    const { uid, url, headers } = ticket.body;
    const early = await api.refused('runAsync', { params: PARAMS, body: { inputs_upload_uid: uid } });
    expect([early.body.error_label, early.body.message]).toEqual([
      'INVALID_STATE',
      expect.stringContaining('has no file yet'),
    ]);
    const text = `\uFEFF${COUNTRIES.map(line).join('\r\n\n')}\r\n`;
    expect((await fetch(url, { method: 'PUT', headers, body: text })).status).toBe(200);
    expect((await fetch(url, { method: 'PUT', headers, body: 'other' })).status).toBe(412);

    const launched = await launch(uid);
    expect([launched.status, launched.inputs.total]).toEqual(['CREATED', null]);
    const callbacks = await receiver.untilComplete(launched.run_uid);
    const { body: run } = await ended(launched.run_uid);
    expect([run.status, run.inputs.total, run.inputs.succeeded]).toEqual(['SUCCEEDED', 6, 6]);
    expect(run.output_count).toBe(COUNTRIES.reduce((sum, country) => sum + citiesOf(country).length, 0));
    const pages = callbacks.filter(({ type }) => type === 'run.page');
    expect(new Set(pages.map(({ input_index: at, custom_data: data }) => `${at} ${String(data?.['of'])}`))).toEqual(
      new Set(COUNTRIES.map((country, at) => `${at} ${country}`)),
    );
    const inputs = await api.all('listRunInputs', { params: { run_uid: launched.run_uid }, query: '?limit=4' });
    expect(inputs.map(({ input_data: input, custom_data: data }) => [input['country'], data?.['of']])).toEqual(
      COUNTRIES.map((country) => [country, country]),
    );
    const outputs = await api.ask('listRunOutputs', {
      params: { run_uid: launched.run_uid },
      query: '?envelope=true&limit=1',
    });
    expect(outputs.body).toMatchObject([{ input_index: 0, custom_data: { of: 'MC' } }]);

    const twice = await api.refused('runAsync', { params: PARAMS, body: { inputs_upload_uid: uid } });
    expect([twice.body.error_label, twice.body.message]).toEqual([
      'INVALID_STATE',
      expect.stringContaining(launched.run_uid),
    ]);
  });

  it('is launched once for an Idempotency-Key, however often it is sent', async () => {
    const body = { inputs_upload_uid: await upload(line('MC')) };
    const asked = { params: PARAMS, body, headers: { 'idempotency-key': randomUUID() } };
    const first = await api.ask('runAsync', asked);
    await ended(first.body.run_uid);
    const again = await api.ask('runAsync', asked);
    expect([again.body, again.headers.get('idempotency-replayed')]).toEqual([first.body, 'true']);
  });

  it('with bad lines makes an INVALID run that says which, and a run.finished', async () => {
    const { run_uid: runUid } = await launch(await upload(`${line('MC')}\n{"country":"Monaco"}\nnot json\n`));
    const [finished] = await receiver.untilComplete(runUid);
    expect(finished).toMatchObject({
      type: 'run.finished',
      run: { status: 'INVALID' },
      error: { params: { invalid_lines: 2 } },
      manifest: { inputs: 3, succeeded: 0, failed: 3, callbacks: 1 },
    });
    const { body: run } = await ended(runUid);
    expect([run.status, run.inputs.total, run.inputs.failed]).toEqual(['INVALID', 3, 3]);
    expect(run.last_error?.validation_errors).toEqual([
      { path: 'inputs[1].country', message: expect.stringContaining('line 2: ') },
      { path: 'inputs[2]', message: expect.stringContaining('line 3: is not valid JSON') },
    ]);
    const inputs = await api.ask('listRunInputs', { params: { run_uid: runUid } });
    expect(inputs.body.map(({ status }) => status)).toEqual(['FAILED', 'FAILED', 'FAILED']);
  });

  it('with bad lines that are skipped runs the others', async () => {
    const uid = await upload(`nothing\n${line('MC')}\n[]`);
    const { run_uid: runUid } = await launch(uid, { on_invalid_input: 'skip' });
    const callbacks = await receiver.untilComplete(runUid);
    expect(callbacks.filter(({ type }) => type === 'run.input_failed').map(({ error }) => error?.error_label)).toEqual([
      'BAD_INPUT',
      'BAD_INPUT',
    ]);
    const { body: run } = await ended(runUid);
    expect([run.status, run.inputs.succeeded, run.inputs.failed]).toEqual(['PARTIAL_SUCCEEDED', 1, 2]);
    const retry = await api.refused('retryRun', { params: { run_uid: runUid } });
    expect(retry.body.error_label).toBe('INVALID_STATE');
  });

  it('of nobody, of another workspace, or beside inputs is refused', async () => {
    const uid = await upload(line('MC'));
    const { apiKey: other } = await system.newKey({ workspace: 'else', scopes: ['run'] });
    const refuse = async (body: object, apiKey = system.apiKey) =>
      (await api.refused('runAsync', { params: PARAMS, body, apiKey })).body;
    const foreign = await refuse({ inputs_upload_uid: uid }, other);
    const unknown = await refuse({ inputs_upload_uid: uid.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) });
    expect([foreign.error_label, unknown.error_label]).toEqual(['NOT_FOUND', 'NOT_FOUND']);
    expect((await refuse({ inputs_upload_uid: uid, inputs: [{ country: 'MC' }] })).message).toContain('either');
    expect((await refuse({})).message).toContain('inputs_upload_uid');
  });
});

describe('a body', () => {
  it('of 100,000 inputs is taken, one more is told of uploads', async () => {
    const inputs = Array.from({ length: 100_000 }, (_, at) => ({ country: 'MC', name: `none ${at}` }));
    const { body: run } = await api.ask('runAsync', { params: PARAMS, body: { inputs } });
    expect(run.inputs.total).toBe(100_000);
    await api.ask('cancelRun', { params: { run_uid: run.run_uid } });
    const { body: stopped } = await ended(run.run_uid);
    expect([stopped.status, stopped.inputs.total]).toEqual(['STOPPED', 100_000]);
    const refused = await api.refused('runAsync', {
      params: PARAMS,
      body: { inputs: [...inputs.map(() => ({ country: 'MC' })), { country: 'MC' }] },
    });
    expect([refused.body.error_label, refused.body.message]).toEqual([
      'PAYLOAD_TOO_LARGE',
      expect.stringMatching(/100000.*POST \/v1\/uploads/),
    ]);
  });
});

describe('a gzip file', () => {
  /** Opens an upload as said, puts bytes to it and launches with it; the run at its end. */
  async function runOf(said: object, bytes: Uint8Array, more: object = {}) {
    const { body } = await api.ask('createUpload', { body: said });
    const put = await fetch(body.url, { method: body.method, headers: body.headers, body: bytes });
    expect(put.status, await put.text()).toBe(200);
    const launched = await launch(body.uid, more);
    await receiver.untilComplete(launched.run_uid);
    return (await ended(launched.run_uid)).body;
  }
  const gzip = { content_encoding: 'gzip' };
  const lines = `${COUNTRIES.map(line).join('\n')}\n`;

  it('that was said to be one is read line by line', async () => {
    const zipped = gzipSync(lines);
    const run = await runOf({ ...gzip, content_length: zipped.length }, zipped);
    expect([run.status, run.inputs.total, run.inputs.succeeded]).toEqual(['SUCCEEDED', 6, 6]);
    const inputs = await api.all('listRunInputs', { params: { run_uid: run.uid } });
    expect(inputs.map(({ input_data: input }) => input['country'])).toEqual(COUNTRIES);
  });

  it('of several members is one file', async () => {
    const [first = '', ...rest] = COUNTRIES.map((country) => `${line(country)}\n`);
    const run = await runOf(gzip, Buffer.concat([gzipSync(first), gzipSync(rest.join(''))]));
    expect([run.status, run.inputs.total]).toEqual(['SUCCEEDED', 6]);
  });

  it.each<[string, object, Uint8Array, string, RegExp]>([
    [
      'that was not said to be one is called by its name',
      {},
      gzipSync(lines),
      'BAD_INPUT',
      /is a gzip file.*content_encoding/,
    ],
    ['that is none says so', gzip, Buffer.from(lines), 'BAD_INPUT', /is not valid gzip/],
    ['that is cut off says so', gzip, gzipSync(lines.repeat(50)).subarray(0, -20), 'BAD_INPUT', /truncated or damaged/],
    [
      'that swells beyond measure is left',
      gzip,
      gzipSync(Buffer.alloc(20 * 1024 * 1024, '\n')),
      'PAYLOAD_TOO_LARGE',
      /more than 250 times/,
    ],
    ['without a line says so', gzip, gzipSync(''), 'BAD_INPUT', /has no lines/],
  ])('%s', async (_, said, bytes, label, message) => {
    const run = await runOf(said, bytes, { on_invalid_input: 'skip' });
    expect(run).toMatchObject({
      status: 'INVALID',
      last_error: { error_label: label, message: expect.stringMatching(message) },
    });
  });
});

describe('an upload whose length was said', () => {
  it('takes no other', async () => {
    const { body } = await api.ask('createUpload', { body: { content_length: 20 } });
    expect(body.headers).toEqual({ 'If-None-Match': '*', 'Content-Length': '20' });
    const headers = { 'If-None-Match': '*' };
    expect((await fetch(body.url, { method: 'PUT', headers, body: `${line('MC')}\n` })).status).toBe(403);
    expect((await fetch(body.url, { method: 'PUT', headers, body: '{"country":     "MC"}'.slice(0, 20) })).status).toBe(
      200,
    );
  });

  it.each<[object, number, RegExp]>([
    [{ content_length: 500_000_001 }, 413, /content_length is over the limit of 500000000/],
    [{ content_length: 0 }, 400, /content_length/],
    [{ content_length: '5' }, 400, /content_length/],
    [{ content_encoding: 'br' }, 400, /content_encoding/],
    [{ size: 5 }, 400, /size: unknown property/],
  ])('is refused as %j', async (said, status, message) => {
    const { body } = await api.refused('createUpload', { body: said });
    expect([body.status_code, body.message]).toEqual([status, expect.stringMatching(message)]);
  });
});
