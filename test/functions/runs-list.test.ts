import { beforeAll, describe, expect, it } from 'vitest';
import { createReadingHarness, type ReadingHarness, START } from './runs-harness.ts';

interface Row {
  readonly uid: string;
  readonly status: string;
  readonly created_at: string;
}

let harness: ReadingHarness;
/** Runs by the order of their creation, two in the same millisecond. */
const uids: string[] = [];
const actionOf = (at: number): string => (at % 3 === 0 ? 'one-record' : 'numbered-pages');

beforeAll(async () => {
  harness = await createReadingHarness();
  for (let at = 0; at < 12; at += 1) {
    harness.time.now = START + Math.floor(at / 2) * 1_000;
    const mode = at === 5 ? 'LIVE' : 'ASYNC';
    const name = at % 4 === 0 ? `batch ${at}` : null;
    const tags = [...(at % 3 === 1 ? ['daily'] : []), ...(at % 5 === 0 ? ['vip', 'a,b'] : [])];
    const inputs = mode === 'LIVE' ? 1 : 2;
    const uid = await harness.createRun({ actionName: actionOf(at), mode, name, tags, inputs });
    if (at % 2 === 0) await harness.moveRun(uid, 'admit');
    uids.push(uid);
  }
  await harness.createRun({ workspaceUid: harness.away });
  harness.time.now = START + 60_000;
});

const listed = async (query: string): Promise<string[]> =>
  (await harness.follow<Row>(`/v1/runs?${query}`)).rows.map(({ uid }) => uid);

describe('the list of runs', () => {
  it('holds the newest first, all of the workspace and nothing else', async () => {
    const { rows } = await harness.follow<Row>('/v1/runs?limit=100');
    expect(rows.map(({ created_at: at }) => at)).toEqual(
      rows
        .map(({ created_at: at }) => at)
        .toSorted()
        .toReversed(),
    );
    expect(rows.map(({ uid }) => uid).toSorted()).toEqual(uids.toSorted());
  });

  it.each([1, 2, 3, 5, 11, 12, 13])('gives the same rows by pages of %i', async (limit) => {
    const whole = await listed('limit=100');
    expect(await listed(`limit=${limit}`)).toEqual(whole);
    expect(await listed(`limit=${limit}&sort=created_at`)).toEqual(whole.toReversed());
    const [some, all] = [uids.slice(2, 9), new Set(uids.slice(2, 9))];
    const byUid = some.map((uid) => `uid=${uid}`).join('&');
    expect(await listed(`limit=${limit}&${byUid}`)).toEqual(whole.filter((uid) => all.has(uid)));
  });

  it('ends exactly: the last full page has no next', async () => {
    const { calls } = await harness.follow('/v1/runs?limit=4');
    expect(calls).toBe(3);
  });

  it('gives the bare cursor of the next page, good for the same query with its uids in any case', async () => {
    const query = `${uids
      .slice(2, 9)
      .map((uid) => `uid=${uid}`)
      .join('&')}&limit=3`;
    const first = await harness.get(`/v1/runs?${query}`);
    const cursor = encodeURIComponent(String(first.headers['X-Pagination-Cursor']));
    const second = await harness.get(
      `/v1/runs?${query.toUpperCase().replaceAll('UID=', 'uid=').replace('LIMIT', 'limit')}&cursor=${cursor}`,
    );
    const whole = (await harness.get(`/v1/runs?${query.replace('limit=3', 'limit=6')}`)).body;
    expect([first.body, second.body].flat()).toEqual(whole);
    expect((await harness.get('/v1/runs?limit=100')).headers).not.toHaveProperty('X-Pagination-Cursor');
  });

  const indices = (keep: (at: number) => boolean): string[] => uids.filter((_, at) => keep(at)).toSorted();
  it.each<[string, (at: number) => boolean]>([
    ['status=QUEUED', (at) => at % 2 === 0],
    ['status=QUEUED&status=SUCCEEDED', (at) => at % 2 === 0 || at === 5],
    ['status=FAILED', () => false],
    ['action_name=one-record', (at) => at % 3 === 0],
    ['action_name=one-record&action_name=numbered-pages', () => true],
    ['execution_mode=LIVE', (at) => at === 5],
    ['name=batch%204&name=batch%208', (at) => at === 4 || at === 8],
    ['action_name=one-record&status=CREATED', (at) => at % 3 === 0 && at % 2 === 1],
    ['tag=daily', (at) => at % 3 === 1],
    ['tag=daily&tag=vip', (at) => at % 3 === 1 || at % 5 === 0],
    ['tag=a%2Cb&status=QUEUED', (at) => at % 10 === 0],
    ['tag=a', () => false],
    ['tag=VIP', () => false],
    ['created_after=2026-06-01T12:00:02Z', (at) => at >= 6],
    ['created_before=2026-06-01T12:00:02Z', (at) => at < 4],
    ['created_after=2026-06-01T12:00:01Z&created_before=2026-06-01T12:00:03.5Z', (at) => at >= 4 && at < 8],
    ['created_after=2026-06-01T12:00:03Z&created_before=2026-06-01T12:00:01Z', () => false],
    ['created_after=9999-01-01T00:00:00Z', () => false],
    ['created_before=0001-01-01T00:00:00Z', () => false],
    ['created_before=9999-01-01T00:00:00Z', () => true],
    ['scheduled_run_uid=5a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3', () => false],
  ])('filters by %s', async (query, keep) => {
    expect((await listed(`limit=2&${query}`)).toSorted()).toEqual(indices(keep));
  });

  it('filters uids together with everything else, and gives nobody another workspace’s', async () => {
    const both = `uid=${uids[0]}&uid=${uids[1]}&uid=5a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3`;
    expect(await listed(both)).toEqual(uids.slice(0, 2).toSorted().toReversed());
    expect(await listed(`${both}&status=QUEUED`)).toEqual([uids[0]]);
    expect(await listed(`${both}&tag=daily`)).toEqual([uids[1]]);
    expect(await listed(`${both}&created_after=2026-06-01T12:00:00Z`)).toEqual([]);
    expect((await harness.follow(`/v1/runs?${both}`, harness.away)).rows).toEqual([]);
  });

  it('shows a live run with its totals', async () => {
    const { rows } = await harness.follow('/v1/runs?execution_mode=LIVE');
    expect(rows).toMatchObject([{ status: 'SUCCEEDED', output_count: 3, inputs: { total: 1, succeeded: 1 } }]);
  });
});

describe('a cursor', () => {
  const errorOf = async (url: string, workspaceUid?: string): Promise<unknown> =>
    (await harness.get(url, workspaceUid)).body;
  const refused = { error_label: 'BAD_INPUT', validation_errors: [{ path: 'cursor' }] };

  it('works with another limit, and only for its own query and workspace', async () => {
    const { next } = await harness.get('/v1/runs?limit=2&status=QUEUED');
    if (next === null) throw new Error('there is no second page');
    expect((await harness.get(next.replace('limit=2', 'limit=3'))).status).toBe(200);
    expect(await errorOf(next.replace('QUEUED', 'CREATED'))).toMatchObject(refused);
    expect(await errorOf(next.replace('status=QUEUED&', ''))).toMatchObject(refused);
    expect(await errorOf(next, harness.away)).toMatchObject(refused);
    expect(await errorOf(next.replace('/v1/runs?', '/v1/runs/callbacks?').replace('status=QUEUED&', ''))).toMatchObject(
      refused,
    );
  });

  it('is refused when altered, and after a day', async () => {
    const { next } = await harness.get('/v1/runs?limit=2');
    if (next === null) throw new Error('there is no second page');
    expect(next).toMatch(/^https:\/\/api\.example\/v1\/runs\?limit=2&cursor=/);
    expect(await errorOf(next.replace(/cursor=e/, 'cursor=f'))).toMatchObject(refused);
    expect(await errorOf('/v1/runs?cursor=nonsense')).toMatchObject(refused);
    harness.time.now += 24 * 3_600_000;
    expect(await errorOf(next)).toMatchObject(refused);
    harness.time.now -= 24 * 3_600_000;
  });
});

describe('runs past their time', () => {
  it('are hidden though still stored', async () => {
    const before = harness.time.now;
    harness.time.now = START + 30 * 86_400_000 + 3_500;
    expect((await listed('limit=100')).toSorted()).toEqual(uids.slice(8).toSorted());
    expect((await harness.get(`/v1/runs/${uids[0]}`)).status).toBe(404);
    expect((await harness.get(`/v1/runs/${uids[8]}`)).status).toBe(200);
    harness.time.now = before;
  });
});

describe('work for one call', () => {
  it('is bounded: a filter that lets little through gives pages without rows', async () => {
    const own = await createReadingHarness();
    for (let at = 0; at < 450; at += 1) {
      await own.createRun({ name: at === 0 ? 'needle' : null });
      own.time.now += 1;
    }
    const first = await own.get('/v1/runs?name=needle');
    expect(first).toMatchObject({ status: 200, body: [] });
    expect(first.next).not.toBeNull();
    expect((await own.follow('/v1/runs?name=needle')).rows).toHaveLength(1);
  });
});
