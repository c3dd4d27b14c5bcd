import { beforeEach, describe, expect, it } from 'vitest';
import { deriveUid } from '../../shared/domain/ids.ts';
import { callbackUidsOf } from '../../shared/domain/page-callback.ts';
import { NO_TOTALS } from '../../shared/domain/run.ts';
import { anError, type Answer, createReadingHarness, type ReadingHarness } from './runs-harness.ts';

interface Row {
  readonly uid: string;
  readonly parent_uid: string | null;
  readonly callback_ref_uid: string;
  readonly type: string;
  readonly status: string;
}

let harness: ReadingHarness;
let uid: string;
let pageUid: string;
let failedUid: string;
let finishedUid: string;

/** A finished run of two inputs: a page delivered at once, a failed input and an end that nobody took. */
beforeEach(async () => {
  harness = await createReadingHarness();
  uid = await harness.createRun({ inputs: 2 });
  await harness.moveRun(uid, 'admit');
  await harness.openWindow(uid, 2, {});
  [pageUid = ''] = callbackUidsOf(await harness.recordPage(uid, 0, { items: [1], last: true }));
  await harness.endInput(uid, 0);
  [failedUid = ''] = callbackUidsOf(await harness.recordPage(uid, 1, 'failure'));
  await harness.endInput(uid, 1);
  const about = { runUid: uid, status: 'FAILED', retryCount: 9, error: anError('nobody took it') } as const;
  await harness.createRecord({ ...about, uid: failedUid, type: 'run.input_failed', input: 1, page: 0 });
  finishedUid = deriveUid(uid, 'run_finished', { ending: 1 });
  await harness.createRecord({ ...about, uid: finishedUid, type: 'run.finished' });
  const delivery = { runUid: uid, input: 0, page: 0, part: 1, httpStatus: 204, at: harness.time.now, durationMs: 12 };
  await harness.core.callbacks.logDelivery(delivery, Math.ceil(harness.time.now / 1_000) + 86_400);
  const totals = { ...NO_TOTALS, succeeded: 1, failed: 1, outputs: 1, callbacks: 2 };
  await harness.moveRun(uid, 'succeedPartly', { totals, finishedAt: harness.time.now });
  harness.time.now += 1_000;
});

const rows = async (query = ''): Promise<Row[]> =>
  (await harness.follow<Row>(`/v1/runs/${uid}/callbacks${query}`)).rows;
const replay = (callbackUid: string, headers: Record<string, string> = {}): Promise<Answer> =>
  harness.call('POST', `/v1/runs/callbacks/${callbackUid}/replay`, { headers });
const replayAll = (body?: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  harness.call('POST', `/v1/runs/${uid}/callbacks/replay`, { headers, body });
const uidOf = ({ body }: Answer): string => (body as Row).uid; // cast: checked by the route's schema
const callbacksOfRun = async (): Promise<unknown> =>
  ((await harness.get(`/v1/runs/${uid}`)).body as { callbacks: unknown }).callbacks; // cast: as above
const settle = async (replayed: string, status: 'SUCCESS' | 'FAILED'): Promise<boolean> =>
  harness.core.callbacks.updateRecord(
    replayed,
    { status: 'PENDING', retryCount: 0 },
    { status, retryCount: 0, by: 'me', nextAttemptAt: null, deliveredAt: harness.time.now },
  );

describe('the replay of a callback', () => {
  it.each([
    ['run.page', () => pageUid],
    ['run.input_failed', () => failedUid],
    ['run.finished', () => finishedUid],
  ])('%s is a new record under the same id, found by its uid and listed after its original', async (type, of) => {
    const answer = await replay(of());
    const wanted = { type, parent_uid: of(), callback_ref_uid: of(), status: 'PENDING', retry_count: 0, error: null };
    expect(answer).toMatchObject({ status: 202, body: wanted });
    expect((await harness.get(`/v1/runs/callbacks/${uidOf(answer)}`)).body).toEqual(answer.body);
    expect(harness.sent).toEqual([{ kind: 'callback', uid: uidOf(answer), attempt: 0 }]);
    for (const query of ['?limit=1', '?limit=100']) {
      const listed = (await rows(query)).map((row) => row.uid);
      expect(listed).toHaveLength(4);
      expect(listed[listed.indexOf(of()) + 1]).toBe(uidOf(answer));
    }
    expect((await harness.follow<Row>('/v1/runs/callbacks?status=PENDING')).rows).toEqual([answer.body]);
  });

  it('can be made again and again; with a key once', async () => {
    const [one, other] = [await replay(pageUid), await replay(pageUid)];
    expect(uidOf(one)).not.toBe(uidOf(other));
    const keyed = await replay(pageUid, { 'idempotency-key': 'k' });
    const again = await replay(pageUid, { 'idempotency-key': 'k' });
    expect(again).toMatchObject({ status: 202, headers: { 'Idempotency-Replayed': 'true' } });
    expect(again.body).toEqual(keyed.body);
    expect(harness.sent).toHaveLength(3);
  });

  it('of another workspace’s callback, or of none, is 404', async () => {
    const away = await harness.call('POST', `/v1/runs/callbacks/${pageUid}/replay`, { workspaceUid: harness.away });
    const none = await replay(deriveUid(uid, 'replay', { input: 1 }));
    expect([away.status, none.status]).toEqual([404, 404]);
    expect(harness.sent).toEqual([]);
  });
});

describe('replaying all', () => {
  it('takes those that failed unless told otherwise', async () => {
    expect(await replayAll()).toMatchObject({ status: 202, body: { replayed: 2 } });
    const replays = (await rows()).filter(({ parent_uid: parent }) => parent !== null);
    expect(replays.map((row) => row.callback_ref_uid)).toEqual([failedUid, finishedUid]);
    expect(await replayAll({ status: ['SUCCESS'] })).toMatchObject({ body: { replayed: 1 } });
  });

  it('takes each callback once, by how it fares now', async () => {
    await replayAll();
    expect(await replayAll()).toMatchObject({ body: { replayed: 0 } });
    const [first = '', second = ''] = (await rows()).filter((row) => row.parent_uid !== null).map((row) => row.uid);
    await settle(first, 'SUCCESS');
    await settle(second, 'FAILED');
    harness.time.now += 1_000;
    expect(await replayAll()).toMatchObject({ body: { replayed: 1 } });
    expect((await rows()).at(-1)).toMatchObject({ callback_ref_uid: finishedUid, status: 'PENDING' });
  });

  it('asked for four times at once sends each callback once', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => replayAll({ status: ['SUCCESS', 'FAILED'] })));
    for (const { status, body } of answers) {
      if (status !== 202)
        expect({ status, body }).toMatchObject({ status: 409, body: { error_label: 'INVALID_STATE' } });
    }
    expect(harness.sent).toHaveLength(3);
  });

  it('is refused while another replay of the run is under way, and says until when', async () => {
    const until = harness.time.now + 60_000;
    await harness.core.callbacks.takeReplay(uid, { by: 'another', until }, harness.time.now, until);
    const refused = {
      error_label: 'INVALID_STATE',
      params: { status: 'PARTIAL_SUCCEEDED', until: expect.any(String) },
    };
    expect(await replayAll()).toMatchObject({ status: 409, body: refused });
    expect(harness.sent).toEqual([]);
    harness.time.now = until;
    expect(await replayAll()).toMatchObject({ status: 202, body: { replayed: 2 } });
  });

  it('with a key is done once', async () => {
    await replayAll({ status: ['FAILED', 'SUCCESS'] }, { 'idempotency-key': 'k' });
    const again = await replayAll({ status: ['FAILED', 'SUCCESS'] }, { 'idempotency-key': 'k' });
    expect(again).toMatchObject({ body: { replayed: 3 }, headers: { 'Idempotency-Replayed': 'true' } });
    expect(harness.sent).toHaveLength(3);
  });

  it('refuses what it does not know, and runs that were live', async () => {
    expect((await replayAll({ status: ['LOST'] })).status).toBe(400);
    uid = await harness.createRun({ mode: 'LIVE' });
    expect(await replayAll()).toMatchObject({ status: 409, body: { error_label: 'INVALID_STATE' } });
  });
});

describe('a callback that a replay delivered', () => {
  it('counts as one, delivered, and is not among the undelivered', async () => {
    expect(await callbacksOfRun()).toEqual({ total: 3, delivered: 1, pending: 0, failed: 2 });
    const replayed = uidOf(await replay(failedUid));
    expect(await callbacksOfRun()).toEqual({ total: 3, delivered: 1, pending: 1, failed: 1 });
    await settle(replayed, 'SUCCESS');
    expect(await callbacksOfRun()).toEqual({ total: 3, delivered: 2, pending: 0, failed: 1 });
    expect((await rows('?undelivered=true')).map((row) => row.uid)).toEqual([finishedUid]);
    expect(await rows()).toHaveLength(4);
  });
});
