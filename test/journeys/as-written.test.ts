import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApiClient } from '../support/api-client.ts';
import type { ApiClient } from '../support/api-client.ts';
import { openReceiver, shareLocalSystem } from '../support/local-system.ts';
import type { LocalTestSystem, Receiver } from '../support/local-system.ts';
import { until } from '../support/until.ts';

/** Values that no double holds, and text that UTF-8 does not hold, as a caller and an upstream may write them. */
const ASKED = '{"id":9007199254740993,"big":1e400,"rawJSON":"1","half":"\\ud83d"}';
const KEPT = '{"id":738529527931269425,"list":[0.1000000000000000055,{"tiny":1E-400}],"half \\ude00":"a\\ud83d"}';
const GIVEN = '{"id":12345678901234567890,"rows":[-1e999,2.50],"half":"\\ude00b"}';
const GIVEN_BACK = GIVEN.replace('2.50', '2.5');

let system: LocalTestSystem;
let api: ApiClient;
let upstream: Receiver;
let receiver: Receiver;
let input: string;

beforeAll(async () => {
  system = await shareLocalSystem();
  api = openApiClient(system.url, system.apiKey);
  const headers = { 'content-type': 'application/json' };
  const deep = `{"a":${'['.repeat(9_000)}${']'.repeat(9_000)}}`;
  upstream = await openReceiver(({ path }) => ({ status: 200, headers, body: path.endsWith('/deep') ? deep : GIVEN }));
  receiver = await openReceiver();
  input = `{"url":"${upstream.url}","method":"POST","json":${ASKED},"custom_data":${KEPT}}`;
});
afterAll(async () => {
  await system.close();
  await upstream.close();
  await receiver.close();
});

const params = { action: 'http-request' };
const post = (path: string, body: string, headers: Readonly<Record<string, string>> = {}) =>
  api.send('POST', path, { body, headers });
const callback = (): string => `"callback":{"url":"${receiver.url}"}`;

async function putUpload(text: string): Promise<string> {
  const { body } = await api.ask('createUpload', { body: {} });
  const put = await fetch(body.url, { method: body.method, headers: body.headers, body: text });
  expect(put.status, await put.text()).toBe(200);
  return body.uid;
}

/** Launches with the rest of a body; the run's uid once it has ended. */
async function runToEnd(rest: string): Promise<string> {
  const { body } = await api.ask('runAsync', { params, body: `{${rest},${callback()}}` });
  return ended(body.run_uid);
}

async function ended(runUid: string): Promise<string> {
  const { body: run } = await api.ask('getRun', { params: { run_uid: runUid }, query: '?wait=25' });
  expect(run.status).toBe('SUCCEEDED');
  return runUid;
}

async function expectAllAsWritten(runUid: string): Promise<void> {
  const bodies = (): string[] => receiver.requests.map(({ body }) => body.toString()).filter((b) => b.includes(runUid));
  await receiver.until(() => bodies().length >= 2);
  const page = bodies().find((body) => body.startsWith('{"type":"run.page"'));
  expect(page).toContain(`"json":${ASKED}`);
  expect(page).toContain(`"custom_data":${KEPT}`);
  expect(page).toContain(`"body":${GIVEN_BACK}`);
  const of = async (path: string, accept = 'application/json'): Promise<string> => {
    const answer = await api.send('GET', `/v1/runs/${runUid}/${path}`, { headers: { accept } });
    expect(answer.status).toBe(200);
    return answer.text;
  };
  const inputs = await of('inputs');
  expect(inputs).toContain(`"json":${ASKED}`);
  expect(inputs).toContain(`"custom_data":${KEPT}`);
  const quoted = (text: string): string => text.replaceAll('"', '""');
  for (const type of ['application/json', 'application/x-ndjson', 'text/csv']) {
    const escaped = type === 'text/csv' ? quoted : (text: string): string => text;
    expect(await of('outputs', type)).toContain(escaped(GIVEN_BACK));
    const enveloped = await of('outputs?envelope=true', type);
    expect(enveloped).toContain(escaped(GIVEN_BACK));
    expect(enveloped).toContain(escaped(KEPT));
  }
}

describe('numbers that no double holds and halves of surrogate pairs come back as they were written', () => {
  it('from a launch by its body', async () => {
    await expectAllAsWritten(await runToEnd(`"inputs":[${input}]`));
    expect(upstream.requests.at(-1)?.body.toString()).toBe(ASKED);
  });

  it('from an upload', async () => {
    const uid = await putUpload(`\uFEFF${input}\n`);
    await expectAllAsWritten(await runToEnd(`"inputs_upload_uid":"${uid.toUpperCase()}"`));
  });

  it('from a schedule', async () => {
    const at = new Date(Date.now() + 86_400_000).toISOString().replace(/\.\d+Z$/, '+05:00');
    const { body: schedule } = await api.ask('runSchedule', {
      params,
      body: `{"inputs":[${input}],"schedule_at":"${at}",${callback()}}`,
    });
    expect(schedule.schedule_at).toBe(new Date(at).toISOString());
    const ofSchedule = { scheduled_run_uid: schedule.uid.toUpperCase() };
    expect((await api.ask('listScheduleInputs', { params: ofSchedule })).text).toContain(KEPT);
    expect((await api.ask('getSchedule', { params: ofSchedule })).text).toContain(`"json":${ASKED}`);
    const { body: run } = await api.ask('triggerSchedule', { params: ofSchedule });
    await expectAllAsWritten(await ended(run.uid));
  });

  it('from a live call, once more too', async () => {
    const headers = { 'idempotency-key': 'live' };
    const call = { params, body: `{"input":${input}}`, headers };
    const first = await api.ask('runLive', call);
    expect(first.text).toContain(`"body":${GIVEN_BACK}`);
    expect((await api.ask('runLive', call)).text).toBe(first.text);
  });
});

describe('one rule for a body and an upload', () => {
  const launch = '/v1/actions/http-request/run/async';

  it('two bodies that differ past 2^53 are two, two ways to write a number one', async () => {
    const body = (id: string): string =>
      `{"inputs":[{"url":"${upstream.url}","custom_data":{"id":${id}}}],${callback()}}`;
    const headers = { 'idempotency-key': 'past-2-53' };
    const first = await post(launch, body('9007199254740992'), headers);
    expect(first.status).toBe(202);
    expect(await post(launch, body('9007199254740993'), headers)).toMatchObject({
      status: 409,
      body: { error_label: 'IDEMPOTENCY_MISMATCH' },
    });
    const again = await post(launch, body('9.007199254740992e15'), headers);
    expect(again.text).toBe(first.text);
  });

  it.each([
    ['custom_data', '"custom_data":{"a":[{"__proto__":1}]}', 'custom_data.a[0].__proto__'],
    ['an input', '"json":{"\\u005f_proto__":null}', 'json.__proto__'],
  ])('__proto__ in %s is refused by path', async (_, member, path) => {
    const text = `{"url":"${upstream.url}","method":"POST",${member}}`;
    const byBody = await post(launch, `{"inputs":[${text}]}`);
    expect(byBody).toMatchObject({
      status: 400,
      body: { error_label: 'BAD_INPUT', validation_errors: [{ path: `inputs[0].${path}` }] },
    });
    const uid = await putUpload(text);
    const { body: run } = await api.ask('runAsync', { params, body: { inputs_upload_uid: uid } });
    const { body: invalid } = await api.ask('getRun', { params: { run_uid: run.uid }, query: '?wait=25' });
    expect(invalid).toMatchObject({ status: 'INVALID' });
    expect(JSON.stringify(invalid.last_error)).toContain(`${path}: is not allowed as a property name`);
  });

  it('custom_data: null is none', async () => {
    const text = `{"url":"${upstream.url}","custom_data":null}`;
    const uid = await putUpload(text);
    for (const rest of [`"inputs":[${text}]`, `"inputs_upload_uid":"${uid}"`]) {
      const runUid = await runToEnd(rest);
      expect((await api.ask('listRunInputs', { params: { run_uid: runUid } })).body).toMatchObject([
        { custom_data: null, input_data: { url: upstream.url } },
      ]);
    }
  });

  it('a body that is not UTF-8 names the offset, a line its number too', async () => {
    const bytes = Buffer.from(`{"inputs":[{"url":"\xff"}]}`, 'latin1');
    const refused = await api.refused('runAsync', { params, body: bytes });
    expect(refused.body.message).toContain('not UTF-8: the byte at offset 19 ');
  });
});

describe('text that is kept as text is refused where UTF-8 has no such character', () => {
  const half = '"a\\ud83d"';
  const one = '"inputs":[{"url":"https://example.com/"}]';
  it.each([
    ['the name of a run', '/v1/actions/http-request/run/async', `{${one},"name":${half}}`, 'name'],
    ['a tag', '/v1/actions/http-request/run/async', `{${one},"tags":["b",${half}]}`, 'tags[1]'],
    [
      'a callback',
      '/v1/actions/http-request/run/async',
      `{${one},"callback":{"url":"https://e.org/\\ud83d"}}`,
      'callback.url',
    ],
    ['a schedule', '/v1/actions/http-request/run/schedule', `{${one},"cron":"@daily","name":${half}}`, 'name'],
    ['a key', '/v1/keys', `{"label":${half}}`, 'label'],
    ['notifications', '/v1/notifications', '{"on":["run.failed"],"url":"https://e.org/\\ud83d"}', 'url'],
    ['a filter', '/v1/bulk', `{"action":"cancel","filter":{"name":${half}}}`, 'filter.name'],
    ['a filter of many', '/v1/bulk', `{"action":"cancel","filter":{"tag":["b",${half}]}}`, 'filter.tag[1]'],
  ])('%s', async (_, path, body, where) => {
    const refused = await api.send(path === '/v1/notifications' ? 'PUT' : 'POST', path, { body });
    expect(refused).toMatchObject({
      status: 400,
      body: {
        error_label: 'BAD_INPUT',
        validation_errors: [{ path: where, message: expect.stringContaining('surrogate pair') }],
      },
    });
  });

  it('a note', async () => {
    const body = { inputs: [{ url: upstream.url }], cron: '0 0 1 1 *' };
    const { uid } = (await api.ask('runSchedule', { params, body })).body;
    const refused = await api.refused('pauseSchedule', {
      params: { scheduled_run_uid: uid },
      body: `{"note":${half}}`,
    });
    expect(refused.body.validation_errors).toMatchObject([{ path: 'note' }]);
  });
});

it('a result nested 9,000 levels deep fails its input', async () => {
  const { body: run } = await api.ask('runAsync', { params, body: { inputs: [{ url: `${upstream.url}/deep` }] } });
  const { body: failed } = await api.ask('getRun', { params: { run_uid: run.uid }, query: '?wait=25' });
  expect(failed).toMatchObject({ status: 'FAILED', last_error: { error_label: 'ACTION_FAILED' } });
});

/** Lists read an index, which has a run a little later. */
async function untilListed(query: string, uid: string): Promise<void> {
  await until('the run to be listed', async () => {
    const [listed] = (await api.ask('listRuns', { query: `?${query}` })).body;
    return listed?.uid === uid ? listed : null;
  });
}

it('a uid in capitals is the same uid, a time of any offset the same time, utf8 is UTF-8', async () => {
  const headers = { 'content-type': 'application/json; charset=utf8' };
  const launched = await api.ask('runAsync', { params, headers, body: `{"inputs":[${input}],${callback()}}` });
  const { uid, created_at: createdAt } = launched.body;
  const capitals = uid.toUpperCase();
  const { body: run } = await api.ask('getRun', { params: { run_uid: capitals }, query: '?wait=25' });
  expect(run.uid).toBe(uid);
  await untilListed(`uid=${capitals}`, uid);
  const dependent = { inputs: [{ url: upstream.url }], depends_on: [capitals] };
  expect((await api.ask('runAsync', { params, body: dependent })).body.depends_on).toMatchObject([{ uid }]);
  const [page] = (await api.ask('listRunCallbacks', { params: { run_uid: capitals } })).body;
  const callbackUid = page?.uid ?? '';
  const found = await api.ask('getCallback', { params: { callback_uid: callbackUid.toUpperCase() } });
  expect(found.body.uid).toBe(callbackUid);
  const since = new Date(Date.parse(createdAt) - 1 + 3_600_000).toISOString().replace('Z', '+01:00');
  await untilListed(`uid=${uid}&created_after=${since}`, uid);
  const from = { cron: '0 0 * * *', from: '2027-01-01T01:30:00+02:00', count: 1 };
  expect((await api.ask('previewSchedule', { body: from })).body.fires).toMatchObject([
    { at: '2027-01-01T00:00:00.000Z' },
  ]);
});
