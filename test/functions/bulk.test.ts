import { beforeEach, describe, expect, it } from 'vitest';
import { stepBulk } from '../../shared/engine/bulk/step-bulk.ts';
import { createReadingHarness, type ReadingHarness } from './runs-harness.ts';

interface Bulk {
  readonly uid: string;
  readonly status: string;
}

const URL = '/v1/bulk';
const UNKNOWN = '04b480fa-0534-88e9-b770-f9db391ce272';

let harness: ReadingHarness;
beforeEach(async () => {
  harness = await createReadingHarness();
});

const create = (body: unknown, headers: Readonly<Record<string, string>> = {}, workspaceUid = harness.home) =>
  harness.call('POST', URL, { body, headers, workspaceUid });

/** Creates a bulk and does all its steps; its view afterwards. */
async function finish(body: unknown): Promise<unknown> {
  const { uid } = (await create(body)).body as Bulk; // cast: the route's schema
  for (;;) {
    const bulk = await harness.ports.bulks.readBulk(uid);
    if (bulk === null || bulk.finishedAt !== null) return (await harness.get(`${URL}/${uid}`)).body;
    const message = { kind: 'bulk', bulkUid: uid, step: bulk.step, dueAt: null } as const;
    await stepBulk(harness.ports, message, { by: '', count: 1 });
  }
}

describe('a bulk', () => {
  it('is accepted, begins when lists have caught up, and is checked until it is over', async () => {
    const { status, body } = await create({ action: 'cancel', filter: { status: 'RUNNING', tag: ['a', 'b'] } });
    expect([status, body]).toEqual([
      202,
      expect.objectContaining({
        action: 'cancel',
        filter: { status: ['RUNNING'], tag: ['a', 'b'] },
        dry_run: false,
        status: 'QUEUED',
        matched: null,
        done: 0,
        failed: 0,
        failures: [],
      }),
    ]);
    const { uid } = body as Bulk; // cast: the route's schema
    expect(harness.sent).toEqual([{ kind: 'bulk', bulkUid: uid, step: 0, dueAt: null }]);
    expect((await harness.get(`${URL}/${uid.toUpperCase()}`)).body).toEqual(body);
  });

  it.each([
    ['an empty filter', { action: 'cancel', filter: {} }, 'filter'],
    ['no filter', { action: 'cancel' }, 'filter'],
    ['an unknown action', { action: 'delete', filter: { name: 'x' } }, 'action'],
    ['an unknown filter', { action: 'cancel', filter: { nam: 'x' } }, 'filter.nam'],
    ['an unknown status', { action: 'cancel', filter: { status: ['DONE'] } }, 'filter.status'],
    ['a list without a value', { action: 'cancel', filter: { name: [] } }, 'filter.name'],
    ['a time without an offset', { action: 'cancel', filter: { created_after: '2030-01-01' } }, 'filter.created_after'],
  ])('is refused for %s', async (_, body, path) => {
    const answer = await create(body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      error_label: 'BAD_INPUT',
      validation_errors: expect.arrayContaining([
        expect.objectContaining({ path: expect.stringMatching(new RegExp(`^${path.replace('.', String.raw`\.`)}`)) }),
      ]),
    });
    expect(harness.sent).toEqual([]);
  });

  it.each<[string, object, number[]]>([
    ['status', { status: ['CREATED'] }, [0, 2]],
    ['action', { action_name: 'one-record' }, [2, 3]],
    ['name', { name: ['first', 'fourth'] }, [0, 3]],
    ['tag, of which one is enough', { tag: ['red', 'blue'] }, [0, 1]],
    ['status and tag', { status: 'QUEUED', tag: 'blue' }, [1]],
  ])('is about the runs that the list of runs shows by %s', async (_, filter, wanted) => {
    const uids = [
      await harness.createRun({ name: 'first', tags: ['red'] }),
      await harness.createRun({ name: 'second', tags: ['blue', 'green'] }),
      await harness.createRun({ name: 'third', actionName: 'one-record' }),
      await harness.createRun({ name: 'fourth', actionName: 'one-record' }),
    ];
    for (const index of [1, 3]) await harness.moveRun(uids[index] ?? '', 'admit');
    await harness.createRun({ workspaceUid: harness.away, name: 'first', tags: ['red'] });
    expect(await finish({ action: 'cancel', filter })).toMatchObject({
      status: 'FINISHED',
      matched: wanted.length,
      done: wanted.length,
    });
    const stopped = await harness.follow<{ uid: string }>('/v1/runs?status=STOPPED');
    const found = stopped.rows.map(({ uid }) => uids.indexOf(uid)).toSorted((a, b) => a - b);
    expect(found).toEqual(wanted);
  });

  it('says which runs it could not do, and why', async () => {
    const live = await harness.createRun({ mode: 'LIVE' });
    await harness.createRun();
    expect(await finish({ action: 'cancel', filter: { created_after: '2000-01-01T00:00:00Z' } })).toMatchObject({
      matched: 2,
      done: 1,
      failed: 1,
      failures: [{ run_uid: live, error_label: 'INVALID_STATE', message: expect.stringContaining('a live run') }],
    });
  });

  it('counts only, with dry_run', async () => {
    await harness.createRun({ name: 'x' });
    const body = { action: 'cancel', filter: { name: 'x' }, dry_run: true };
    expect(await finish(body)).toMatchObject({ dry_run: true, status: 'FINISHED', matched: 1, done: 0 });
    expect((await harness.follow('/v1/runs?status=STOPPED')).rows).toEqual([]);
  });

  it('is created once for an Idempotency-Key', async () => {
    const body = { action: 'cancel', filter: { name: 'x' } };
    const key = { 'idempotency-key': 'k' };
    const first = await create(body, key);
    await harness.call('POST', `${URL}/${(first.body as Bulk).uid}/cancel`); // cast: the route's schema
    const again = await create(body, key);
    expect([again.status, again.body, again.headers['Idempotency-Replayed']]).toEqual([202, first.body, 'true']);
    const other = await create({ ...body, action: 'retry' }, key);
    expect([other.status, other.body]).toEqual([409, expect.objectContaining({ error_label: 'IDEMPOTENCY_MISMATCH' })]);
    expect(harness.sent).toHaveLength(1);
  });

  it('can be cancelled until it is over, also twice', async () => {
    const { uid } = (await create({ action: 'cancel', filter: { name: 'x' } })).body as Bulk; // cast: the route's schema
    const cancel = () => harness.call('POST', `${URL}/${uid}/cancel`);
    expect(await cancel()).toMatchObject({ status: 200, body: { status: 'CANCELLED', matched: null } });
    expect(await cancel()).toMatchObject({ status: 200, body: { status: 'CANCELLED' } });
    const done = (await finish({ action: 'cancel', filter: { name: 'x' } })) as Bulk; // cast: the route's schema
    const late = await harness.call('POST', `${URL}/${done.uid}/cancel`);
    expect([late.status, late.body]).toEqual([
      409,
      expect.objectContaining({ error_label: 'INVALID_STATE', params: { status: 'FINISHED' } }),
    ]);
  });

  it('is another workspace’s to nobody', async () => {
    const { uid } = (await create({ action: 'cancel', filter: { name: 'x' } }, {}, harness.away)).body as Bulk; // cast: the route's schema
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/cancel'],
    ] as const) {
      const [foreign, unknown] = await Promise.all(
        [uid, UNKNOWN].map(async (wanted) => {
          const { status, body } = await harness.call(method, `${URL}/${wanted}${path}`);
          return [status, JSON.stringify(body).replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'uid')];
        }),
      );
      expect(foreign).toEqual(unknown);
      expect(foreign?.[0]).toBe(404);
    }
    expect(await harness.ports.bulks.readBulk(uid)).toMatchObject({ status: 'QUEUED' });
  });
});
