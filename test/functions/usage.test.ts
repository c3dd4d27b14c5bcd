import { beforeAll, expect, it } from 'vitest';
import { createReadingHarness, type ReadingHarness, START } from './runs-harness.ts';

const DAY_MS = 86_400_000;
let harness: ReadingHarness;

/** Three days: on each live calls of two actions, and on the last a run that has not ended. */
beforeAll(async () => {
  harness = await createReadingHarness();
  for (let day = 0; day < 3; day += 1) {
    harness.time.now = START + day * DAY_MS;
    for (let call = 0; call <= day; call += 1) await harness.createRun({ mode: 'LIVE' });
    await harness.createRun({ mode: 'LIVE', actionName: 'one-record' });
  }
  await harness.createRun();
  await harness.createRun({ mode: 'LIVE', workspaceUid: harness.away });
});

const used = { runs: 0, pages: 0, callbacks: 0 };
const row = (day: string | null, action: string | null, calls: number) => ({
  day,
  action_name: action,
  ...used,
  live_calls: calls,
  outputs: calls * 3,
  estimated_usd: Number((calls * 0.000004).toFixed(6)),
});

const read = async (query: string, workspaceUid?: string) =>
  (await harness.get(`/v1/usage?${query}`, workspaceUid)).body;

it('has a row for each day and action, or sums one of them', async () => {
  expect(await read('from=2026-06-02&to=2026-06-03')).toEqual([
    row('2026-06-02', 'numbered-pages', 2),
    row('2026-06-02', 'one-record', 1),
    row('2026-06-03', 'numbered-pages', 3),
    row('2026-06-03', 'one-record', 1),
  ]);
  expect(await read('by=day')).toEqual([
    row('2026-06-01', null, 2),
    row('2026-06-02', null, 3),
    row('2026-06-03', null, 4),
  ]);
  expect(await read('by=action')).toEqual([row(null, 'numbered-pages', 6), row(null, 'one-record', 3)]);
});

it('is of the own workspace only', async () => {
  expect(await read('by=action', harness.away)).toEqual([row(null, 'numbered-pages', 1)]);
});

it.each([
  ['from=2026-06-03&to=2026-06-02', 'from', 'from must not be after to'],
  ['from=2025-06-01&to=2026-06-02', 'from', 'at most 366 days apart; these are 367 days'],
  ['from=2026-02-30', 'from', 'must be a day, such as 2030-01-31'],
  ['to=yesterday', 'to', 'must be a day, such as 2030-01-31'],
  ['by=hour', 'by', ''],
  ['day=2026-06-02', 'day', 'allowed here: from, to, by'],
])('refuses %s by its path', async (query, path, message) => {
  const { status, body } = await harness.get(`/v1/usage?${query}`);
  expect(status).toBe(400);
  expect(body).toMatchObject({ error_label: 'BAD_INPUT', validation_errors: [{ path }] });
  expect(JSON.stringify(body)).toContain(message);
});
