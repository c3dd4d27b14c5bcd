import { beforeEach, expect, it } from 'vitest';
import { createReadingHarness, type ReadingHarness } from './runs-harness.ts';

let harness: ReadingHarness;
beforeEach(async () => {
  harness = await createReadingHarness();
});

const LIVE = '/v1/actions/numbered-pages/run/live';

/** A live call whose page logs so many lines; gives the path of its run's log. */
async function callLive(logs: number, more: object = {}, headers: Readonly<Record<string, string>> = {}) {
  const answer = await harness.call('POST', LIVE, {
    body: { input: { pages: 1, per_page: 1, logs, ...more } },
    headers,
  });
  const { 'X-Run-Uid': named } = answer.headers;
  const uid = typeof named === 'string' ? named : (answer.body as { params: { run_uid: string } }).params.run_uid; // cast: an error
  return { uid, logs: `/v1/runs/${uid}/logs` };
}

it("a live call's lines are listed as they were logged", async () => {
  const { logs } = await callLive(2);
  expect((await harness.get(logs)).body).toEqual(
    [0, 1].map((line) => ({
      at: '2026-06-01T12:00:00.000Z',
      input_index: 0,
      page: 0,
      attempt: 1,
      level: 'info',
      message: `line ${line} of page 0`,
      data: { page: 0 },
      error: null,
    })),
  );
});

it('a failed live call has its error as the last line, under the error_ref that its caller got', async () => {
  const { logs, uid } = await callLive(1, { fail_at: 0, fail_kind: 'permanent' });
  const { rows } = await harness.follow(logs);
  const [run] = (await harness.follow<{ last_error: { error_ref: string } }>(`/v1/runs?uid=${uid}`)).rows;
  expect(rows).toMatchObject([
    { level: 'info', error: null },
    {
      level: 'error',
      message: 'the upstream said never',
      error: { error_label: 'ACTION_FAILED', error_ref: run?.last_error.error_ref },
    },
  ]);
});

it('a repeated call under its key has the lines once', async () => {
  const headers = { 'idempotency-key': 'k' };
  const { logs } = await callLive(1, {}, headers);
  await callLive(1, {}, headers);
  expect((await harness.follow(logs)).rows).toHaveLength(1);
});

it('is paged like other lists: every line once, whatever the limit', async () => {
  const { logs } = await callLive(25);
  const whole = await harness.follow(logs);
  expect(whole).toMatchObject({ calls: 1 });
  for (const limit of [1, 7, 25]) {
    const paged = await harness.follow(`${logs}?limit=${limit}`);
    expect(paged.rows).toEqual(whole.rows);
  }
  expect((await harness.get(`${logs}?limit=25`)).next).toBeNull();
});

it('a run that logged nothing, and an input that the run has not, have no lines', async () => {
  const { logs } = await callLive(0);
  expect(await harness.get(logs)).toMatchObject({ status: 200, body: [], next: null });
  expect(await harness.get(`${logs}?input_index=7`)).toMatchObject({ status: 200, body: [] });
});

it('an index that is none is refused by name', async () => {
  const { logs } = await callLive(0);
  for (const index of ['-1', 'x', '1000000', '']) {
    const { status, body } = await harness.get(`${logs}?input_index=${index}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error_label: 'BAD_INPUT', validation_errors: [{ path: 'input_index' }] });
  }
});

it("another workspace's log cannot be told from one that does not exist", async () => {
  const { logs, uid } = await callLive(1);
  const foreign = await harness.get(logs, harness.away);
  const missing = await harness.get(logs.replace(uid, '0b8f9c1e-2f3a-8b4c-9d5e-6f7a8b9c0d1e'), harness.away);
  expect(foreign.status).toBe(404);
  const plain = (body: unknown) => JSON.stringify(body).replaceAll(/[0-9a-f-]{36}/g, 'uid');
  expect(plain(foreign.body)).toBe(plain(missing.body));
});

it('a cursor of one input is refused for another', async () => {
  const { logs } = await callLive(3);
  const { next } = await harness.get(`${logs}?limit=1&input_index=0`);
  const cursor = new URL(next ?? '', 'https://api.example').searchParams.get('cursor') ?? '';
  expect(await harness.get(`${logs}?limit=1&input_index=1&cursor=${cursor}`)).toMatchObject({ status: 400 });
});
