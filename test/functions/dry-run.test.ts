import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TABLE_NAME } from '../support/open-table.ts';
import { createPacedAction } from '../support/paced-action.ts';
import { createReadingHarness, type ReadingHarness, START } from './runs-harness.ts';

const ASYNC = '/v1/actions/numbered-pages/run/async';
const SCHEDULE = '/v1/actions/numbered-pages/run/schedule';
const GOOD = { pages: 3, per_page: 10 };
const BAD = { pages: -1, per_page: 10 };

let harness: ReadingHarness;
beforeEach(async () => {
  harness = await createReadingHarness({ 'paced.ts': createPacedAction({ calls: 10, perMs: 60_000 }).action });
});

const dry = (body: object, url = ASYNC, headers: Readonly<Record<string, string>> = {}) =>
  harness.call('POST', `${url}?dry_run=true`, { body, headers });

/** Everything that is stored, but for what each call may write: tokens of rate limits, and the day a key was used. */
async function stored(): Promise<string[]> {
  const { body } = await harness.engine.handle('Scan', { TableName: TABLE_NAME });
  const { Items } = body as { Items: { sk: { S: string } }[] }; // cast: a Scan's answer
  return Items.filter(({ sk }) => !/^(RATE#|USED$)/.test(sk.S)).map((item) => JSON.stringify(item));
}

describe('a dry run of a launch', () => {
  let before: string[];
  beforeEach(async () => {
    before = await stored();
  });
  afterEach(async () => {
    expect(harness.sent).toEqual([]);
    expect(await stored()).toEqual(before);
    expect(harness.calls).toEqual([]);
  });

  it.each(['reject', 'skip'])('counts inputs that the action refuses (on_invalid_input: %s)', async (policy) => {
    const body = { inputs: [GOOD, BAD, GOOD], parameters: { max_results: 25 }, on_invalid_input: policy };
    expect(await dry(body)).toMatchObject({
      status: 200,
      body: {
        valid: 2,
        invalid: 1,
        validation_errors: [{ path: 'inputs[1].pages', message: expect.any(String) }],
        estimate: { pages: 6, seconds: null, usd: expect.any(Number) },
        would_wait: null,
      },
    });
  });

  it('lists a hundred faults, and costs nothing where nothing is valid', async () => {
    const { status, body } = await dry({ inputs: Array.from({ length: 150 }, () => BAD) });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      valid: 0,
      invalid: 150,
      estimate: { pages: 0, seconds: 0, usd: 0 },
      would_wait: null,
    });
    expect((body as { validation_errors: unknown[] }).validation_errors).toHaveLength(100); // cast: the route's schema
  });

  it('has the seconds of the action’s pace, and the warning that a launch would have', async () => {
    const inputs = Array.from({ length: 31 }, () => ({}));
    const paced = '/v1/actions/paced-pages/run/async';
    expect((await dry({ inputs, parameters: { max_results: 50 }, deadline_seconds: 120 }, paced)).body).toMatchObject({
      estimate: { pages: 31, seconds: 180 },
      warnings: [{ code: 'DEADLINE_TOO_SHORT' }],
    });
  });

  it('costs more with callbacks than without, and least per page in a large run', async () => {
    const inputs = Array.from({ length: 100 }, () => GOOD);
    const usd = async (body: object): Promise<number> =>
      ((await dry({ parameters: { max_results: 10 }, ...body })).body as { estimate: { usd: number } }).estimate.usd; // cast: the route's schema
    const alone = await usd({ inputs });
    expect(await usd({ inputs, callback: { url: 'https://receiver.example/' } })).toBeGreaterThan(alone);
    expect(await usd({ inputs: [GOOD] })).toBeGreaterThan(alone / 20);
  });

  it.each([
    ['an unknown action', '/v1/actions/no-such/run/async', {}, 404, 'ACTION_NOT_FOUND'],
    ['parameters that the action refuses', ASYNC, { parameters: { tag: 7 } }, 400, 'BAD_PARAMETERS'],
    ['an unknown field', ASYNC, { inputz: [] }, 400, 'BAD_INPUT'],
    [
      'a start two years ahead',
      ASYNC,
      { schedule_at: new Date(START + 2 * 366 * 86_400_000).toISOString() },
      400,
      'BAD_INPUT',
    ],
    ['an unknown dependency', ASYNC, { depends_on: ['04b480fa-0534-88e9-b770-f9db391ce272'] }, 404, 'NOT_FOUND'],
    ['no time of a schedule', SCHEDULE, {}, 400, 'BAD_INPUT'],
    ['a cron of six fields', SCHEDULE, { cron: '0 0 9 * * *' }, 400, 'BAD_INPUT'],
  ])('is refused for %s, as the launch is', async (_, url, more, status, label) => {
    const answer = await dry({ inputs: [GOOD, BAD], ...more }, url);
    expect([answer.status, answer.body]).toEqual([status, expect.objectContaining({ error_label: label })]);
  });

  it('refuses an invalid Idempotency-Key', async () => {
    expect((await dry({ inputs: [GOOD] }, ASYNC, { 'idempotency-key': '' })).status).toBe(400);
    expect((await dry({ inputs: [GOOD], cron: '@daily' }, SCHEDULE, { 'idempotency-key': '' })).status).toBe(400);
  });

  it('waits for a start in the future, of a schedule for its first time', async () => {
    const at = new Date(START + 3_600_000).toISOString();
    expect((await dry({ inputs: [GOOD], schedule_at: at })).body).toMatchObject({
      would_wait: { code: 'SCHEDULED_START', retry_at: at },
    });
    const next = await harness.call('POST', '/v1/schedules/preview', { body: { cron: '0 9 * * *', count: 1 } });
    expect((await dry({ inputs: [GOOD, BAD], cron: '0 9 * * *' }, SCHEDULE)).body).toMatchObject({
      valid: 1,
      invalid: 1,
      estimate: { pages: 100 },
      would_wait: { code: 'SCHEDULED_START', retry_at: (next.body as { fires: { at: string }[] }).fires[0]?.at }, // cast: the route's schema
    });
  });
});

it('a dry run says which runs it would wait for, and not those that have ended', async () => {
  const open = await harness.createRun();
  const done = await harness.createRun();
  await harness.moveRun(done, 'fail', { finishedAt: START });
  const wait = async (depends_on: unknown[]) =>
    ((await dry({ inputs: [GOOD], depends_on })).body as { would_wait: unknown }).would_wait; // cast: the route's schema
  expect(await wait([open, { uid: done, require: 'finish' }])).toMatchObject({
    code: 'DEPENDENCY',
    blocking_uids: [open],
  });
  expect(await wait([{ uid: done, require: 'finish' }])).toBe(null);
  expect(await wait([open, done])).toBe(null); // it would fail at once
});

it('a dry run does not know another workspace’s runs', async () => {
  const foreign = await harness.createRun({ workspaceUid: harness.away });
  const unknown = '04b480fa-0534-88e9-b770-f9db391ce272';
  const answers = await Promise.all(
    [foreign, unknown].map(async (uid) => JSON.stringify((await dry({ inputs: [GOOD], depends_on: [uid] })).body)),
  );
  const same = answers.map((text) => text.replaceAll(/[0-9a-f-]{36}/g, 'uid'));
  expect(same[0]).toBe(same[1]);
});

it('a dry run would wait for a slot while all are taken, by this workspace alone', async () => {
  for (let at = 0; at < 10; at += 1) await harness.core.admission.takeSlot(harness.home, `run-${at}`, 1);
  const body = { inputs: [GOOD] };
  expect((await dry(body)).body).toMatchObject({ would_wait: { code: 'CONCURRENCY_LIMIT', retry_at: null } });
  const away = await harness.call('POST', `${ASYNC}?dry_run=true`, { body, workspaceUid: harness.away });
  expect(away.body).toMatchObject({ would_wait: null });
  await harness.core.admission.releaseSlot(harness.home, 'run-3', 1);
  expect((await dry(body)).body).toMatchObject({ would_wait: null });
});

it.each([
  [ASYNC, 202, {}],
  [SCHEDULE, 201, { cron: '@daily' }],
])('a dry run of %s does not use its Idempotency-Key up', async (url, status, more) => {
  const headers = { 'idempotency-key': 'k' };
  expect((await dry({ inputs: [GOOD], ...more }, url, headers)).status).toBe(200);
  const other = { body: { inputs: [GOOD, GOOD], ...more }, headers };
  expect((await harness.call('POST', `${url}?dry_run=false`, other)).status).toBe(status);
  expect((await dry({ inputs: [GOOD], ...more }, url, headers)).status).toBe(200);
});
