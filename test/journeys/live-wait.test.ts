import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { citiesOf } from '../support/all-cities.ts';
import { openApiClient } from '../support/api-client.ts';
import type { Answer, ApiClient, Asked } from '../support/api-client.ts';
import { openReceiver, shareLocalSystem } from '../support/local-system.ts';
import type { LocalTestSystem, Receiver } from '../support/local-system.ts';
import { until } from '../support/until.ts';

let system: LocalTestSystem;
let api: ApiClient;
let upstream: Receiver;

/** Three pages of two items; the first takes its time where the path says so. */
beforeAll(async () => {
  system = await shareLocalSystem();
  api = openApiClient(system.url, system.apiKey);
  upstream = await openReceiver(({ path }) => {
    const { pathname, searchParams } = new URL(path, 'http://upstream');
    if (pathname.endsWith('/missing')) return { status: 404 };
    const page = Number(searchParams.get('page') ?? '1');
    const items = page > 3 ? [] : [`${page}a`, `${page}b`].map((id) => ({ id }));
    const afterMs = pathname.includes('/slow') && page === 1 ? 3_000 : 0;
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(items), afterMs };
  });
});
afterAll(async () => {
  await system.close();
  await upstream.close();
});

type Headers = Readonly<Record<string, string>>;
const cities = (input: object, headers: Headers): Asked => ({
  params: { action: 'search-cities' },
  body: { input },
  headers,
});
const list = (path: string, headers: Headers): Asked => ({
  params: { action: 'extract-json-api' },
  body: { input: { url: `${upstream.url}${path}`, pagination: { kind: 'page', param: 'page' } } },
  headers,
});
/** A queue may deliver a page twice at once; its record is one. */
const QUEUED = 2;
const LIVE = '/v1/actions/extract-json-api/run/live';
const post = (asked: Asked): Promise<Answer<unknown>> => api.send('POST', LIVE, asked);
const requestsTo = (path: string): number => upstream.requests.filter((one) => one.path.includes(path)).length;
const ids = (...pages: number[]): object[] => pages.flatMap((page) => [{ id: `${page}a` }, { id: `${page}b` }]);
const handedOver = z.looseObject({
  run_uid: z.string(),
  execution_mode: z.literal('ASYNC'),
  status: z.literal('RUNNING'),
});

async function ended(runUid: string) {
  return await until('the end of the run', async () => {
    const { body } = await api.ask('getRun', { params: { run_uid: runUid } });
    return body.finished_at === null ? null : body;
  });
}

describe('Prefer: wait', () => {
  it('gives in time what an inline call gives', async () => {
    const inline = await api.ask('runLive', cities({ country: 'EE' }, {}));
    const waited = await api.ask('runLive', cities({ country: 'EE' }, { prefer: 'respond-async, wait=20' }));
    expect(waited.body).toEqual(inline.body);
    expect(waited.headers.get('preference-applied')).toBe('wait=20');
    expect(waited.headers.get('x-pagination-page-size')).toBe('50');
    const run_uid = waited.headers.get('x-run-uid') ?? '';
    const run = await api.ask('getRun', { params: { run_uid } });
    expect(run.body).toMatchObject({
      execution_mode: 'LIVE',
      status: 'SUCCEEDED',
      output_count: 50,
      next_page_url: null,
    });
    expect((await api.refused('listRunOutputs', { params: { run_uid } })).body.error_label).toBe('INVALID_STATE');
    expect((await api.refused('cancelRun', { params: { run_uid } })).status).toBe(409);
  });

  it('pages through a whole list, call by call', async () => {
    expect(await api.all('runLive', cities({ country: 'EE' }, { prefer: 'wait=20' }))).toEqual(citiesOf('EE'));
  });

  it('gives in time the error an inline call gives', async () => {
    const waited = await api.refused('runLive', list('/missing', { prefer: 'wait=20' }));
    expect(waited.body).toMatchObject({ error_label: 'ACTION_FAILED', params: { run_uid: expect.any(String) } });
    expect(waited.headers.get('preference-applied')).toBe('wait=20');
    const run = await api.ask('getRun', { params: { run_uid: waited.headers.get('x-run-uid') ?? '' } });
    expect(run.body).toMatchObject({ execution_mode: 'LIVE', status: 'FAILED' });
    expect(run.body.last_error?.error_ref).toBe(waited.body.error_ref);
  });

  it('past its time gives the run, whose page comes at /outputs and whose next page is a live call', async () => {
    const late = await post(list('/slow', { prefer: 'wait=1' }));
    expect(late.status).toBe(202);
    const { run_uid } = handedOver.parse(late.body);
    const run = await ended(run_uid);
    expect(run).toMatchObject({ execution_mode: 'ASYNC', status: 'SUCCEEDED', output_count: 2, attempt: 1 });
    expect((await api.ask('listRunOutputs', { params: { run_uid } })).body).toEqual(ids(1));
    expect(requestsTo('/slow')).toBeLessThanOrEqual(QUEUED);
    const listed = await api.all('listRuns', { query: `?uid=${run_uid}` });
    expect(listed).toMatchObject([{ next_page_url: expect.any(String) }]);
    const rest = await api.all('runLive', { ...list('/slow', {}), url: run.next_page_url ?? '' });
    expect(rest).toEqual(ids(2, 3));
    const other = { ...list('/slower', {}), url: run.next_page_url ?? '' };
    expect((await api.refused('runLive', other)).body.validation_errors).toMatchObject([{ path: 'cursor' }]);
  });

  it('out of range is refused', async () => {
    const { status, body } = await api.refused('runLive', list('/x', { prefer: 'wait=26' }));
    expect([status, body.validation_errors?.[0]?.path]).toEqual([400, 'Prefer']);
  });
});

describe('Idempotency-Key on a live call', () => {
  it.each([
    ['inline', 'results', ''],
    ['inline', 'missing', ''],
    ['waited for', 'results', 'wait=20'],
    ['waited for', 'missing', 'wait=20'],
  ])('%s gives its answer (%s) again, and asks the upstream once', async (_, what, prefer) => {
    const path = `/keyed-${prefer}/${what}`;
    const asked = list(path, { 'idempotency-key': path, ...(prefer === '' ? {} : { prefer }) });
    const first = await post(asked);
    expect(first.status).toBe(what === 'missing' ? 424 : 200);
    const again = await post(asked);
    expect(again).toMatchObject({ status: first.status, text: first.text });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    for (const name of ['x-run-uid', 'x-pagination-next', 'x-pagination-page-size', 'preference-applied']) {
      expect(again.headers.get(name)).toBe(first.headers.get(name));
    }
    expect(requestsTo(path)).toBeLessThanOrEqual(prefer === '' ? 1 : QUEUED);
    const mismatch = await api.refused('runLive', { ...asked, body: { input: { url: `${upstream.url}/else` } } });
    expect(mismatch.body.error_label).toBe('IDEMPOTENCY_MISMATCH');
  });

  it('starts nothing twice: while one waits the other is told to come back, past it both have the run', async () => {
    const asked = list('/slow/twice', { prefer: 'wait=1', 'idempotency-key': 'twice' });
    const waiting = post(asked);
    await until('the page is on its way', () => (requestsTo('/slow/twice') > 0 ? true : null));
    const inFlight = await post(asked);
    const first = await waiting;
    expect(first.status).toBe(202);
    if (inFlight.status === 409) expect(inFlight.headers.get('retry-after')).toBe('1');
    else expect(inFlight.text).toBe(first.text);
    const { run_uid } = handedOver.parse(first.body);
    await ended(run_uid);
    const again = await post(asked);
    expect(again).toMatchObject({ status: 202, text: first.text });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(requestsTo('/slow/twice')).toBeLessThanOrEqual(QUEUED);
  });
});
