import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { citiesOf } from '../support/all-cities.ts';
import { openApiClient } from '../support/api-client.ts';
import { openCallbackReceiver } from '../support/receiver.ts';
import type { CallbackReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { openHeldUpstream } from './held-upstream.ts';
import { owner, paste } from './owner-shell.ts';

/** A stage that deploy:try deployed, and a key that its owner's command made. */
const { DEPLOY_TRY_URL: url = '', DEPLOY_TRY_KEY: key = '', DEPLOY_TRY_SIGNING_SECRET: secret = '' } = process.env;

const COUNTRIES = ['IS', 'LU', 'MT', 'EE', 'LV', 'SI', 'UY', 'NZ', 'AD', 'LI'];
const cities = { action: 'search-cities' };
const api = openApiClient(url, key);
let receiver: CallbackReceiver;

beforeAll(async () => {
  receiver = await openCallbackReceiver(secret);
});
afterAll(() => receiver.close());

const countOf = (countries: readonly string[]): number =>
  countries.reduce((sum, country) => sum + citiesOf(country).length, 0);
const readRun = async (runUid: string) => (await api.ask('getRun', { params: { run_uid: runUid } })).body;
const untilStatus = (runUid: string, status: string) =>
  until(`${status} of the run`, async () => {
    const run = await readRun(runUid);
    return run.status === status ? run : null;
  });

describe.concurrent('the deployed stage', () => {
  it('answers a page live, its next page, and one that is waited for', async () => {
    const body = { input: { country: 'LU' } };
    const first = await api.ask('runLive', { params: cities, body });
    const next = first.headers.get('x-pagination-next');
    expect(first.body).toHaveLength(50);
    const second = await api.ask('runLive', { params: cities, body, url: next ?? '' });
    const both = [first.body, second.body].flat().map((city) => JSON.stringify(city));
    expect(new Set(both).size).toBe(both.length);
    const wait = { body, headers: { prefer: 'wait=25' } };
    const waited = await api.send('POST', '/v1/actions/search-cities/run/live', wait);
    expect([200, 202]).toContain(waited.status); // 202 when the machine is slow
    const runUid = waited.headers.get('x-run-uid') ?? '';
    await untilStatus(runUid, 'SUCCEEDED');
    const later = () => api.ask('listRunOutputs', { params: { run_uid: runUid } });
    expect(waited.status === 200 ? waited.body : (await later()).body).toEqual(first.body);
  });

  it('runs 30 inputs async, delivers every page signed, and its manifest agrees', async () => {
    const countries = [...COUNTRIES, ...COUNTRIES, ...COUNTRIES];
    const inputs = countries.map((country, row) => ({ country, custom_data: { row } }));
    const body = { inputs, callback: { url: receiver.url, headers: { 'x-mine': 'sealed' } } };
    const { run_uid: runUid } = (await api.ask('runAsync', { params: cities, body })).body;
    const callbacks = await receiver.untilComplete(runUid);
    const pages = callbacks.filter(({ type }) => type === 'run.page');
    const outputs = countOf(countries);
    expect(callbacks.find(({ type }) => type === 'run.finished')).toMatchObject({
      run: { status: 'SUCCEEDED' },
      manifest: { inputs: 30, succeeded: 30, failed: 0, outputs, callbacks: pages.length + 1 },
    });
    expect(callbacks).toHaveLength(pages.length + 1);
    expect(pages.flatMap(({ results }) => results ?? [])).toHaveLength(outputs);
    expect(new Set(pages.map(({ custom_data: data }) => data?.['row'])).size).toBe(30);
    const sent = receiver.requests.filter(({ body }) => body.includes(runUid));
    expect(new Set(sent.map(({ headers }) => headers['x-mine']))).toEqual(new Set(['sealed']));
    expect(await readRun(runUid)).toMatchObject({ status: 'SUCCEEDED', output_count: outputs });
    const listed = await api.all('listRunOutputs', { params: { run_uid: runUid }, query: '?limit=500' });
    expect(listed).toHaveLength(outputs);
    const found = await until(
      'the run among the runs',
      async () => (await api.all('listRuns')).find(({ uid }) => uid === runUid) ?? null,
    );
    expect(found.status).toBe('SUCCEEDED');
  });

  it('runs the lines of an upload, which is put once', async () => {
    const { uid, url: putUrl, method, headers } = (await api.ask('createUpload', { body: {} })).body;
    const text = COUNTRIES.map((country) => `${JSON.stringify({ country })}\n`).join('');
    const put = () => fetch(putUrl, { method, headers, body: text });
    expect((await put()).status).toBe(200);
    expect((await put()).status).toBe(412);
    const body = { inputs_upload_uid: uid, callback: { url: receiver.url } };
    const { run_uid: runUid } = (await api.ask('runAsync', { params: cities, body })).body;
    await receiver.untilComplete(runUid);
    expect(await readRun(runUid)).toMatchObject({
      status: 'SUCCEEDED',
      inputs: { total: COUNTRIES.length, succeeded: COUNTRIES.length },
      output_count: countOf(COUNTRIES),
    });
  });

  it('stops a run that is cancelled, and takes it up again', async () => {
    await using upstream = await openHeldUpstream();
    const inputs = Array.from({ length: 8 }, (_, row) => ({ url: `${upstream.origin}/${row}` }));
    const launched = await api.ask('runAsync', { params: { action: 'http-request' }, body: { inputs } });
    const params = { run_uid: launched.body.run_uid };
    await until('a page that is asked for', () => (upstream.count() > 0 ? true : null));
    await api.ask('cancelRun', { params });
    await untilStatus(params.run_uid, 'STOPPED');
    upstream.release();
    await api.ask('resumeRun', { params });
    const run = await untilStatus(params.run_uid, 'SUCCEEDED');
    expect(run).toMatchObject({ inputs: { total: 8, succeeded: 8 }, output_count: 8 });
  });

  it('does a launch once, however often it is sent with its Idempotency-Key', async () => {
    const send = (country: string) =>
      api.send('POST', '/v1/actions/search-cities/run/async', {
        body: { inputs: [{ country }] },
        headers: { 'idempotency-key': same },
      });
    const same = randomUUID();
    const first = await send('AD');
    const again = await send('AD');
    expect([first.status, again.status]).toEqual([202, 202]);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await send('LI')).toMatchObject({ status: 409, body: { error_label: 'IDEMPOTENCY_MISMATCH' } });
  });

  it('fires a schedule at its minute, and one for a moment once', async () => {
    const inputs = [{ country: 'AD' }];
    const launch = async (body: object) => (await api.ask('runSchedule', { params: cities, body })).body;
    const moment = await launch({ inputs, schedule_at: new Date(Date.now() + 2_000).toISOString() });
    const minutely = await launch({ inputs, cron: '* * * * *', timezone: 'UTC', callback: { url: receiver.url } });
    const firesOf = async (uid: string) => (await api.ask('listFires', { params: { scheduled_run_uid: uid } })).body;
    const fireOf = (uid: string) => until('a fire', async () => (await firesOf(uid)).at(-1) ?? null);
    const fire = await fireOf(minutely.uid);
    expect(fire).toMatchObject({ cause: 'cron', outcome: 'FIRED', nominal_at: minutely.next_execution_at });
    // The entry in the Scheduler brought it: the sweep would have, but two minutes later.
    expect(Date.parse(fire.at) - Date.parse(fire.nominal_at)).toBeLessThan(60_000);
    await receiver.untilComplete(fire.run_uid ?? '');
    await api.ask('cancelSchedule', { params: { scheduled_run_uid: minutely.uid } });
    expect(await fireOf(moment.uid)).toMatchObject({ cause: 'once', outcome: 'FIRED' });
  });

  it('refuses a key that leaked, within a minute after its owner revoked it', async () => {
    const made = await owner('keys create --workspace witness --json');
    const { apiKey } = JSON.parse(made) as { apiKey: string };
    const leaked = openApiClient(url, apiKey);
    expect((await leaked.send('GET', '/v1/me')).status).toBe(200);
    const names = `WORKSPACE=witness KEY_PREFIX=${apiKey.slice(0, 8)}`;
    await paste('A key has leaked', 0, names);
    await until('a refusal', async () => ((await leaked.send('GET', '/v1/me')).status === 401 ? true : null));
  });
});
