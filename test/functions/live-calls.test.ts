import { beforeEach, describe, expect, it } from 'vitest';
import { type Answer, createReadingHarness, type ReadingHarness } from './runs-harness.ts';

let harness: ReadingHarness;
beforeEach(async () => {
  harness = await createReadingHarness();
});

const PAGES = '/v1/actions/numbered-pages/run/live';
const RECORD = '/v1/actions/one-record/run/live';
const good = { input: { pages: 3, per_page: 2 } };

type Headers = Readonly<Record<string, string>>;
const call = (url: string, body: unknown, headers: Headers = {}): Promise<Answer> =>
  harness.call('POST', url, { body, headers });
const keyed = (body: unknown, key = 'k', url = PAGES): Promise<Answer> => call(url, body, { 'idempotency-key': key });
const labelOf = ({ body }: Answer): unknown => (body as { error_label?: unknown }).error_label; // cast: an error or a page
const runs = async (): Promise<readonly Record<string, unknown>[]> => (await harness.follow('/v1/runs')).rows;

it('gives the bare cursor of its next page beside the URL, and none where the next page has a number', async () => {
  const first = await call(PAGES, good);
  const cursor = encodeURIComponent(String(first.headers['X-Pagination-Cursor']));
  expect((await call(`${PAGES}?cursor=${cursor}`, good)).body).toEqual((await call(first.next ?? '', good)).body);
  const numbered = await call(`${PAGES}?page=1`, good);
  expect(numbered.headers).toHaveProperty('X-Pagination-Next');
  expect(numbered.headers).not.toHaveProperty('X-Pagination-Cursor');
});

/** The link that release 0.1.0 gave for the same call, with the same master secret and workspace. */
const LINK_OF_0_1_0 =
  '/v1/actions/numbered-pages/run/live?cursor=eyJkIjp7ImN1cnNvciI6IjEiLCJwYWdlIjoxfSwiZSI6MTc4MDQwMTYwMDAwMH0.v1-Y8ZTJpjwPd3mXnHDw_r-E-4jCkek8afU5O8Ca9_Bq8Q';

it('takes a link that release 0.1.0 gave, for the body that it gave it for, until the link is a day old', async () => {
  const second = await call(LINK_OF_0_1_0, good);
  expect(second).toMatchObject({ status: 200, body: [{ n: 2 }, { n: 3 }] });
  expect(second.next).not.toBeNull();
  expect((await call(LINK_OF_0_1_0, { ...good, tags: ['new'] })).status).toBe(200);
  const other = await call(LINK_OF_0_1_0, { input: { pages: 4, per_page: 2 } });
  expect([other.status, labelOf(other)]).toEqual([400, 'BAD_INPUT']);
  harness.time.now += 86_400_000;
  expect((await call(LINK_OF_0_1_0, good)).status).toBe(400);
});

it('takes the link of its next page whatever the tags', async () => {
  const first = await call(PAGES, { ...good, tags: ['nightly'] });
  expect(await call(first.next ?? '', good)).toMatchObject({ status: 200, body: [{ n: 2 }, { n: 3 }] });
  const { next } = await call(PAGES, good);
  expect(await call(next ?? '', { ...good, tags: ['weekly'] })).toMatchObject({
    status: 200,
    body: [{ n: 2 }, { n: 3 }],
  });
});

describe('a live call with a key', () => {
  it('runs once, and is answered again by its first answer, to the letter', async () => {
    const first = await keyed(good);
    expect(first).toMatchObject({ status: 200, body: [{ n: 0 }, { n: 1 }] });
    expect(first.headers).toMatchObject({ 'X-Pagination-Next': expect.any(String), 'X-Run-Uid': expect.any(String) });
    harness.time.now += 60_000;
    const again = await keyed({ input: { per_page: 2, pages: 3 } });
    const { 'X-RateLimit-Remaining': _, 'X-RateLimit-Reset': __, ...headers } = first.headers;
    expect(again).toMatchObject({
      status: 200,
      body: first.body,
      headers: { ...headers, 'Idempotency-Replayed': 'true' },
    });
    expect(harness.calls).toHaveLength(1);
    expect(await runs()).toHaveLength(1);
  });

  it('gives a page again that is too large for the table', async () => {
    const input = { pages: 2, per_page: 4_000 };
    const first = await keyed({ input });
    expect(harness.objects.size).toBe(1);
    expect((await keyed({ input })).body).toEqual(first.body);
    expect(harness.calls).toHaveLength(1);
  });

  it('gives the one record of an action that returns an object again', async () => {
    const first = await keyed({ input: { key: 'abc' } }, 'k', RECORD);
    expect(first.body).toEqual({ key: 'abc', length: 3 });
    const again = await keyed({ input: { key: 'abc' } }, 'k', RECORD);
    expect(again).toMatchObject({ body: first.body, headers: { 'Idempotency-Replayed': 'true' } });
    expect(again.headers).not.toHaveProperty('X-Pagination-Page-Size');
  });

  it.each([
    ['permanent', 424, 'ACTION_FAILED'],
    ['no_result', 424, 'NO_RESULT'],
    ['throw', 424, 'ACTION_FAILED'],
    ['rate_limited', 429, 'LIMIT_REACHED'],
  ])('that ends in %s is answered by that again', async (fail_kind, status, label) => {
    const until = harness.time.now + 30_000;
    const body = { input: { pages: 1, per_page: 1, fail_at: 0, fail_kind, until } };
    const first = await keyed(body);
    expect(first).toMatchObject({ status, body: { error_label: label } });
    expect(first.headers['Retry-After']).toBe(status === 429 ? '30' : undefined);
    const again = await keyed(body);
    expect(again).toMatchObject({ status, headers: { 'Idempotency-Replayed': 'true' } });
    expect(again.body).toEqual(first.body);
    expect(harness.calls).toHaveLength(1);
  });

  it('of another body, path or query is refused', async () => {
    await keyed(good);
    expect(labelOf(await keyed({ input: { pages: 3, per_page: 3 } }))).toBe('IDEMPOTENCY_MISMATCH');
    expect(labelOf(await keyed(good, 'k', `${PAGES}?page=1`))).toBe('IDEMPOTENCY_MISMATCH');
  });

  it('that is refused by us leaves the key free, and no run', async () => {
    expect(labelOf(await keyed({ input: { pages: 'many' } }))).toBe('BAD_INPUT');
    expect(labelOf(await keyed({ ...good, parameters: { tag: 1 } }))).toBe('BAD_PARAMETERS');
    expect(await runs()).toEqual([]);
    expect((await keyed(good)).status).toBe(200);
  });

  it('that comes twice at once runs once: the other has its answer, or is told to come back', async () => {
    const answers = await Promise.all([keyed(good), keyed(good), keyed(good)]);
    const late = answers.filter(({ status }) => status !== 200);
    for (const answer of late) {
      expect(answer).toMatchObject({ status: 409, headers: { 'retry-after': '1' } });
      expect(labelOf(answer)).toBe('IDEMPOTENCY_IN_FLIGHT');
    }
    expect(late.length).toBeLessThan(3);
    expect(harness.calls).toHaveLength(1);
  });

  it('that was cut off in the action is carried on under the same uid once its lease has lapsed', async () => {
    const run = harness.ports.runs.recordLive.bind(harness.ports.runs);
    const uids: string[] = [];
    await new Promise<void>((resolve) => {
      harness.ports.runs.recordLive = ({ uid }) => {
        uids.push(uid);
        resolve();
        return new Promise(() => undefined); // the function is gone
      };
      void keyed(good);
    });
    harness.ports.runs.recordLive = run;
    expect(labelOf(await keyed(good))).toBe('IDEMPOTENCY_IN_FLIGHT');
    harness.time.now += 35_000;
    const carried = await keyed(good);
    expect(carried).toMatchObject({ status: 200, headers: { 'X-Run-Uid': uids[0] } });
    expect(harness.calls).toHaveLength(1); // its page was kept
  });

  it('is answered again after the cursor it came with has expired', async () => {
    const first = await call(PAGES, good);
    harness.time.now += 23 * 3_600_000;
    const second = await keyed(good, 'k', first.next ?? '');
    harness.time.now += 2 * 3_600_000;
    expect((await keyed(good, 'k', first.next ?? '')).body).toEqual(second.body);
    expect(labelOf(await keyed(good, 'another', first.next ?? ''))).toBe('BAD_INPUT');
  });
});

describe('a live call without a key', () => {
  it('is one write besides its lot of the rate limit', async () => {
    await call(PAGES, good);
    harness.engine.resetMeter();
    await call(PAGES, good);
    const writes = harness.engine.meter().filter(({ index, writeUnits }) => index === null && writeUnits > 0);
    expect(writes).toMatchObject([{ operation: 'PutItem', calls: 1 }]);
  });

  it('of an error is told the reference its run has', async () => {
    const { body } = await call(PAGES, { input: { pages: 1, per_page: 1, fail_at: 0, fail_kind: 'permanent' } });
    const [run] = await runs();
    expect(run?.['last_error']).toMatchObject({ error_ref: (body as { error_ref: string }).error_ref }); // cast: an error
  });
});

describe('Prefer', () => {
  it.each([
    'wait=0',
    'wait=26',
    'wait=-1',
    'wait=1.5',
    'wait',
    'wait=soon',
    'respond-async, WAIT=99',
    'wait=30, wait=5',
  ])('%j is refused, and says the range', async (prefer) => {
    expect(await call(PAGES, good, { prefer })).toMatchObject({
      status: 400,
      body: {
        error_label: 'BAD_INPUT',
        validation_errors: [{ path: 'Prefer', message: expect.stringMatching(/1 to 25/) }],
      },
    });
    expect(harness.calls).toHaveLength(0);
  });

  it.each(['respond-async', 'handling=lenient; foo="wait=3"', 'x="a, wait=3"', ''])(
    '%j is not for us: the page runs inline',
    async (prefer) => {
      const answer = await call(PAGES, good, { prefer });
      expect(answer.status).toBe(200);
      expect(answer.headers).not.toHaveProperty('Preference-Applied');
      expect(harness.sent).toEqual([]);
    },
  );

  it.each(['wait=10', 'WAIT = 10', 'respond-async, wait="10"; x=y', 'wait=10, wait=99'])(
    '%j queues the page, once for its key',
    async (prefer) => {
      const { messages } = harness.ports;
      messages.send = (message) => {
        harness.sent.push(message);
        return Promise.reject(new Error('that is enough'));
      };
      expect((await call(PAGES, good, { prefer, 'idempotency-key': 'k' })).status).toBe(500);
      expect(harness.sent).toMatchObject([{ kind: 'page', page: 0 }]);
      expect(await runs()).toMatchObject([{ execution_mode: 'LIVE', status: 'RUNNING' }]);
      expect(harness.calls).toHaveLength(0);
    },
  );
});
