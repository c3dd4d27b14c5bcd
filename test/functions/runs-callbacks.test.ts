import { beforeAll, describe, expect, it } from 'vitest';
import { callbackUidsOf } from '../../shared/domain/page-callback.ts';
import { deriveUid } from '../../shared/domain/ids.ts';
import { NO_TOTALS } from '../../shared/domain/run.ts';
import { anError, createReadingHarness, type ReadingHarness, START } from './runs-harness.ts';

interface Row {
  readonly uid: string;
  readonly run_uid: string;
  readonly type: string;
  readonly status: string;
  readonly page: number | null;
  readonly part: number | null;
  readonly input_uid: string | null;
}

let harness: ReadingHarness;
let uid: string;
/** The run's callbacks in the order of the contract. */
let expected: readonly (readonly [type: string, input: number | null, page: number | null, status: string])[];

/** A finished run of 34 inputs (two shards) whose callbacks fared in every way. */
beforeAll(async () => {
  harness = await createReadingHarness();
  uid = await harness.createRun({ inputs: 34 });
  await harness.moveRun(uid, 'admit');
  const logged = [];
  await harness.recordPage(uid, 0, { items: [1], parts: 2 });
  logged.push({ input: 0, page: 0, part: 1 }, { input: 0, page: 0, part: 2 });
  await harness.recordPage(uid, 0, { items: [2], last: true });
  await harness.endInput(uid, 0);
  const failed = await harness.recordPage(uid, 1, 'failure');
  await harness.endInput(uid, 1);
  const [failedUid = ''] = callbackUidsOf(failed);
  await harness.createRecord({
    uid: failedUid,
    runUid: uid,
    type: 'run.input_failed',
    input: 1,
    page: 0,
    status: 'FAILED',
    httpStatus: 410,
    error: anError('gone'),
  });
  for (let input = 2; input < 34; input += 1) {
    await harness.recordPage(uid, input, { items: [input], last: true });
    await harness.endInput(uid, input);
    if (input !== 33 && input !== 20) logged.push({ input, page: 0, part: 1 });
  }
  // Tried twice, then delivered; and one whose record lags behind the log.
  const recordOf = (input: number) =>
    ({
      uid: deriveUid(uid, 'page', { input, page: 0, part: 1 }),
      runUid: uid,
      type: 'run.page',
      input,
      page: 0,
      part: 1,
    }) as const;
  await harness.createRecord({
    ...recordOf(20),
    status: 'SUCCESS',
    retryCount: 2,
    httpStatus: 200,
    deliveredAt: START,
  });
  await harness.createRecord({
    ...recordOf(21),
    status: 'PENDING',
    retryCount: 1,
    error: anError('500'),
    nextAttemptAt: START,
  });
  await Promise.all(
    logged.map((place) =>
      harness.core.callbacks.logDelivery({ runUid: uid, httpStatus: 204, at: START, durationMs: 12, ...place }, 1e10),
    ),
  );
  await harness.openWindow(uid, 34, {});
  const totals = { ...NO_TOTALS, succeeded: 33, failed: 1, outputs: 34, callbacks: 36 };
  await harness.moveRun(uid, 'succeedPartly', { totals, finishedAt: START });
  await harness.createRecord({
    uid: deriveUid(uid, 'run_finished', { ending: 1 }),
    runUid: uid,
    type: 'run.finished',
    nextAttemptAt: START,
  });
  const rest = Array.from({ length: 32 }, (_, at) => at + 2);
  expected = [
    ['run.page', 0, 0, 'SUCCESS'],
    ['run.page', 0, 0, 'SUCCESS'],
    ['run.page', 0, 1, 'PENDING'],
    ['run.input_failed', 1, 0, 'FAILED'],
    ...rest.map((input) => ['run.page', input, 0, input === 33 ? 'PENDING' : 'SUCCESS'] as const),
    ['run.finished', null, null, 'PENDING'],
  ];
});

const short = (row: Row): unknown => [row.type, row.input_uid, row.page, row.status];
const wanted = (keep: (status: string) => boolean = () => true): unknown[] =>
  expected
    .filter(([, , , status]) => keep(status))
    .map(([type, input, page, status]) => [
      type,
      input === null ? null : deriveUid(uid, 'input', { input }),
      page,
      status,
    ]);

describe('the callbacks of a run', () => {
  it.each([1, 2, 3, 36, 37, 38, 500])(
    'come by input, page and part, run.finished last, by pages of %i',
    async (limit) => {
      const { rows } = await harness.follow<Row>(`/v1/runs/${uid}/callbacks?limit=${limit}`);
      expect(rows.map(short)).toEqual(wanted());
      const open = await harness.follow<Row>(`/v1/runs/${uid}/callbacks?limit=${limit}&undelivered=true`);
      expect(open.rows.map(short)).toEqual(wanted((status) => status !== 'SUCCESS'));
    },
  );

  it('are each found by their uid, the same', async () => {
    const { rows } = await harness.follow<Row>(`/v1/runs/${uid}/callbacks`);
    expect(new Set(rows.map((row) => row.uid)).size).toBe(expected.length);
    for (const row of rows) expect((await harness.get(`/v1/runs/callbacks/${row.uid}`)).body).toEqual(row);
  });

  it('say how their delivery went', async () => {
    const { rows } = await harness.follow(`/v1/runs/${uid}/callbacks`);
    expect(rows[1]).toEqual({
      uid: deriveUid(uid, 'page', { input: 0, page: 0, part: 2 }),
      parent_uid: null,
      callback_ref_uid: deriveUid(uid, 'page', { input: 0, page: 0, part: 2 }),
      type: 'run.page',
      run_uid: uid,
      batch_uid: deriveUid(uid, 'chunk', { input: 0 }),
      input_uid: deriveUid(uid, 'input', { input: 0 }),
      page: 0,
      part: 2,
      status: 'SUCCESS',
      status_reason: null,
      retry_count: 0,
      http_status: 204,
      http_response: null,
      error: null,
      callback_url: 'https://receiver.example/hook',
      next_attempt_at: null,
      created_at: new Date(START).toISOString(),
      delivered_at: new Date(START).toISOString(),
      workspace_uid: harness.home,
    });
    expect(rows[3]).toMatchObject({ part: null, http_status: 410, error: { message: 'gone' } });
    const retried = rows.find(({ input_uid: input }) => input === deriveUid(uid, 'input', { input: 20 }));
    expect(retried).toMatchObject({ retry_count: 2, http_status: 200 });
  });

  it('are counted on the run', async () => {
    const { body } = await harness.get(`/v1/runs/${uid}`);
    expect(body).toMatchObject({ callbacks: { total: 37, delivered: 33, pending: 3, failed: 1 } });
  });

  it('are those of the end alone where the run asked for no others', async () => {
    const callback = {
      url: 'https://receiver.example/final',
      on: 'final',
      sealedHeaders: null,
      sealedFor: null,
    } as const;
    const final = await harness.createRun({ callback, inputs: 1, createdAt: START - 1 });
    await harness.moveRun(final, 'admit');
    await harness.recordPage(final, 0, { items: [1], last: true, parts: 0 });
    await harness.endInput(final, 0);
    await harness.moveRun(final, 'succeed', { totals: { ...NO_TOTALS, succeeded: 1 } });
    const finished = deriveUid(final, 'run_finished', { ending: 1 });
    await harness.createRecord({ uid: finished, runUid: final, type: 'run.finished', input: 0, status: 'SUCCESS' });
    const { rows } = await harness.follow<Row>(`/v1/runs/${final}/callbacks`);
    expect(rows).toMatchObject([{ uid: finished, batch_uid: deriveUid(final, 'chunk', { input: 0 }) }]);
    expect((await harness.get(`/v1/runs/${final}`)).body).toMatchObject({ callbacks: { total: 1, delivered: 1 } });
    const page = deriveUid(final, 'page', { input: 0, page: 0, part: 1 });
    expect((await harness.get(`/v1/runs/callbacks/${page}`)).status).toBe(404);
  });

  it('are none where the run has no callback', async () => {
    const silent = await harness.createRun({ callback: null, createdAt: START - 2 });
    expect((await harness.follow(`/v1/runs/${silent}/callbacks`)).rows).toEqual([]);
    const none = { total: 0, delivered: 0, pending: 0, failed: 0 };
    expect((await harness.get(`/v1/runs/${silent}`)).body).toMatchObject({ callbacks: none });
  });
});

describe('a callback', () => {
  it('of another workspace, of none, or never called for is unknown in the same words', async () => {
    const said = async (about: string, workspaceUid = harness.home): Promise<string> => {
      const { status, body } = await harness.get(`/v1/runs/callbacks/${about}`, workspaceUid);
      expect(status).toBe(404);
      return JSON.stringify({ ...(body as object), error_ref: '' }).replaceAll(about, '<uid>');
    };
    const real = deriveUid(uid, 'page', { input: 0, page: 0, part: 1 });
    const words = await said(real, harness.away);
    const never = [
      deriveUid(uid, 'page', { input: 0, page: 0, part: 3 }),
      deriveUid(uid, 'page', { input: 0, page: 2, part: 1 }),
      deriveUid(uid, 'page', { input: 1, page: 0, part: 1 }),
      deriveUid(uid, 'input_failed', { input: 1, page: 0, ending: 2 }),
      deriveUid(uid, 'run_finished', { ending: 2 }),
      deriveUid(uid, 'input', { input: 0 }),
      uid,
      '5a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3',
      'nonsense',
    ];
    for (const about of never) expect(await said(about)).toBe(words);
  });
});

describe('the callbacks of a workspace', () => {
  const others: string[] = [];
  beforeAll(async () => {
    for (let at = 1; at <= 3; at += 1) {
      harness.time.now = START + at * 1_000;
      const other = await harness.createRun({ inputs: 2, ...(at === 2 ? { callback: null } : {}) });
      await harness.moveRun(other, 'admit');
      if (at === 2) continue;
      for (const input of [0, 1]) await harness.recordPage(other, input, { items: [at], last: true });
      await harness.openWindow(other, 2, { 0: {}, 1: {} });
      others.push(other);
    }
    await harness.createRun({ mode: 'LIVE', callback: null });
  });

  it.each([1, 2, 3, 20, 100])('come by the creation of their run, by pages of %i', async (limit) => {
    const { rows } = await harness.follow<Row>(`/v1/runs/callbacks?limit=${limit}`);
    const [first = '', third = ''] = others;
    const runs = rows.map(({ run_uid: run }) => run);
    expect([...new Set(runs)].slice(0, 3)).toEqual([third, first, uid]);
    const own = await harness.follow<Row>(`/v1/runs/${uid}/callbacks`);
    expect(rows.filter(({ run_uid: run }) => run === uid)).toEqual(own.rows);
    expect(rows).toHaveLength(own.rows.length + 4 + 1);
    const oldest = await harness.follow<Row>(`/v1/runs/callbacks?limit=${limit}&sort=created_at`);
    expect([...new Set(oldest.rows.map(({ run_uid: run }) => run))].slice(-3)).toEqual([uid, first, third]);
    expect(oldest.rows.map((row) => row.uid).toSorted()).toEqual(rows.map((row) => row.uid).toSorted());
  });

  it.each([1, 3, 100])('filter by status and run, by pages of %i', async (limit) => {
    const failed = await harness.follow<Row>(`/v1/runs/callbacks?limit=${limit}&status=FAILED&status=RUNNING`);
    expect(failed.rows.map(({ type }) => type)).toEqual(['run.input_failed']);
    const [first = '', third = ''] = others;
    const query = `run_uid=${first}&run_uid=${uid}&status=PENDING`;
    const some = await harness.follow<Row>(`/v1/runs/callbacks?limit=${limit}&${query}`);
    expect(some.rows.map(({ run_uid: run }) => run)).toEqual([first, first, uid, uid, uid]);
    const theirs = await harness.follow<Row>(`/v1/runs/callbacks?run_uid=${third}`, harness.away);
    expect(theirs.rows).toEqual([]);
  });
});

describe('what a deployment says of itself', () => {
  it('are its actions, with schemas', async () => {
    const { body } = await harness.get('/v1/actions');
    expect(body).toMatchObject([{ name: 'numbered-pages', pages_by: 'cursor_or_number' }, { name: 'one-record' }]);
    expect((await harness.get('/v1/actions/one-record')).body).toMatchObject({
      name: 'one-record',
      pace: null,
      input_schema: { type: 'object' },
    });
    expect((await harness.get('/v1/actions/nothing')).body).toMatchObject({ error_label: 'ACTION_NOT_FOUND' });
  });

  it('is its document, without a key', async () => {
    expect((await harness.get('/v1/openapi.json', 'nobody')).body).toMatchObject({ openapi: '3.1.0' });
    expect((await harness.get('/v1/runs', 'nobody')).status).toBe(401);
  });

  it('is the secret that signs the workspace’s callbacks', async () => {
    const { body } = await harness.get('/v1/signing-secret');
    const secret = harness.keyring.signingSecret(harness.home, 1, 0).reveal();
    expect(body).toEqual({ secrets: [{ secret, created_at: new Date(START).toISOString(), expires_at: null }] });
  });

  it('is that an unknown path has nothing and a known one its methods', async () => {
    expect((await harness.get('/v1/nothing')).body).toMatchObject({ error_label: 'NOT_FOUND' });
    const { body } = await harness.get('/v1/actions/numbered-pages/run/live');
    expect(body).toMatchObject({ error_label: 'METHOD_NOT_ALLOWED', params: { allow: ['POST'] } });
  });
});

describe('the count of a run all of whose callbacks were delivered', () => {
  it('is told by its own record, however many they were, until a retry calls for more', async () => {
    const uid = await harness.createRun({ inputs: 1_000_000 });
    await harness.moveRun(uid, 'admit');
    const totals = { ...NO_TOTALS, succeeded: 999_999, failed: 1, callbacks: 1_000_000 };
    await harness.moveRun(uid, 'succeedPartly', { totals, finishedAt: START });
    await harness.core.runs.noteDelivered({ uid, epoch: 1 });
    const reader = { ...harness.ports.reader };
    const callbacks = { ...harness.ports.callbacks };
    const looked = () => Promise.reject(new Error('nothing is looked at'));
    Object.assign(harness.ports.reader, { readDeliveryFacts: looked });
    Object.assign(harness.ports.callbacks, { listRecords: looked });
    const counted = () => harness.get(`/v1/runs/${uid}`);
    const all = { total: 1_000_001, delivered: 1_000_001, pending: 0, failed: 0 };
    expect(await counted()).toMatchObject({ body: { callbacks: all } });
    Object.assign(harness.ports.reader, reader);
    Object.assign(harness.ports.callbacks, callbacks);
    await harness.moveRun(uid, 'retry', { newEpoch: true, newAttempt: true, restart: true });
    expect(await counted()).toMatchObject({ body: { callbacks: { delivered: 0 } } });
  });
});
