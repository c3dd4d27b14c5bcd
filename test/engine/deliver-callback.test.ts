import { expect, test } from 'vitest';
import { deriveUid } from '../../shared/domain/ids.ts';
import { deliverCallback } from '../../shared/engine/callbacks/deliver-callback.ts';
import { runPage } from '../../shared/engine/pages/run-page.ts';
import type { CallbackAnswer } from '../../shared/engine/ports.ts';
import { createEngineHarness, START } from '../support/engine-harness.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const { numberedPages } = createSampleActions();
const ONE_PAGE = [{ pages: 1, per_page: 1 }];
const DAY_MS = 86_400_000;

function says(status: number, retryAfter?: string): CallbackAnswer {
  return { kind: 'answered', status, body: `status ${status}`, retryAfter };
}

function isPage(body: string): boolean {
  return body.includes('"type":"run.page"');
}

/** Runs one page's callback against a receiver and gives the times of its attempts, in seconds after the first. */
async function attemptsOf(
  answer: (attempt: number) => CallbackAnswer,
  days: number,
): Promise<{ readonly seconds: readonly number[]; readonly bodies: readonly string[]; readonly record: unknown }> {
  const harness = createEngineHarness({
    actions: [numberedPages],
    answer: ({ body }, attempt) => (isPage(body) ? answer(attempt) : says(204)),
  });
  await harness.launch({ inputs: ONE_PAGE });
  await harness.runUntil(START + days * DAY_MS);
  const posts = harness.posted.filter(({ body }) => isPage(body));
  const [first] = posts;
  const uid = first?.headers['webhook-id'] ?? '';
  return {
    seconds: posts.map(({ at }) => Math.round((at - (first?.at ?? 0)) / 1_000)),
    bodies: posts.map(({ body }) => body),
    record: await harness.ports.callbacks.readRecord(uid),
  };
}

test('a receiver that never answers well is tried ten times over the whole schedule, then the record is FAILED', async () => {
  const { seconds, bodies, record } = await attemptsOf(() => says(500), 5);
  const gaps = seconds.slice(1).map((at, index) => at - (seconds[index] ?? 0));
  const wanted = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
  expect(gaps).toHaveLength(wanted.length);
  // The draw is in the middle of ±20 %; what is left to the sweep comes up to a minute after.
  for (const [index, gap] of gaps.entries()) {
    expect(gap).toBeGreaterThanOrEqual((wanted[index] ?? 0) - 1);
    expect(gap).toBeLessThanOrEqual((wanted[index] ?? 0) + 61);
  }
  expect(new Set(bodies).size).toBe(1);
  expect(record).toMatchObject({ status: 'FAILED', retryCount: 9, httpStatus: 500, httpResponse: 'status 500' });
});

test('a receiver that fails twice and then takes it gets three attempts and the record says SUCCESS', async () => {
  const { seconds, record } = await attemptsOf((attempt) => says(attempt < 2 ? 500 : 200), 1);
  expect(seconds).toHaveLength(3);
  expect(record).toMatchObject({ status: 'SUCCESS', retryCount: 2, httpStatus: 200, error: null });
});

test('410 ends the attempts at once', async () => {
  const { seconds, record } = await attemptsOf(() => says(410), 2);
  expect(seconds).toEqual([0]);
  expect(record).toMatchObject({ status: 'FAILED', retryCount: 0, httpStatus: 410 });
});

test('a redirect is retried, not followed', async () => {
  const { seconds } = await attemptsOf((attempt) => says(attempt === 0 ? 302 : 204), 1);
  expect(seconds).toHaveLength(2);
});

test.each([
  ['429 with seconds', says(429, '120'), 120],
  ['503 with a date', says(503, new Date(START + 600_000).toUTCString()), 600],
  ['429 beyond a day is cut to a day', says(429, '200000'), 86_400],
  ['500 with Retry-After keeps the schedule', says(500, '120'), 5],
])('%s', async (_, answer, wanted) => {
  const { seconds } = await attemptsOf((attempt) => (attempt === 0 ? answer : says(204)), 3);
  expect(seconds).toHaveLength(2);
  expect(seconds[1]).toBeGreaterThanOrEqual(wanted - 1);
  expect(seconds[1]).toBeLessThanOrEqual(wanted + 61);
});

test('a receiver that cannot be reached is retried and the record says why', async () => {
  const failed: CallbackAnswer = { kind: 'failed', message: 'connection refused' };
  const { seconds, record } = await attemptsOf((attempt) => (attempt === 0 ? failed : says(500)), 5);
  expect(seconds).toHaveLength(10);
  expect(record).toMatchObject({ status: 'FAILED', error: { error_label: 'UPSTREAM_ERROR', error_scope: 'receiver' } });
});

test('a worker that wakes long after its attempt makes no record of its failure: nobody would look after it', async () => {
  const harness = createEngineHarness({
    actions: [numberedPages],
    answer: () => {
      harness.skipTo(harness.now() + 81_000);
      return says(500);
    },
  });
  const { definition } = await harness.launch({ inputs: ONE_PAGE });
  const uid = deriveUid(definition.uid, 'page', { input: 0, page: 0, part: 1 });
  const [first] = harness.sent;
  if (first?.message.kind !== 'page') throw new Error('a run of one input begins with its page');
  await runPage(harness.ports, first.message, { by: 'a page', count: 1 });
  const message = { kind: 'callback', uid, attempt: 0 } as const;
  await expect(deliverCallback(harness.ports, message, { by: 'sleepy', count: 1 })).rejects.toThrow('was frozen');
  expect(await harness.ports.callbacks.readRecord(uid)).toBeNull();
});
