import * as z from 'zod';
import { expect, test } from 'vitest';
import { NoResult, RateLimited, Retryable } from '../../shared/sdk/action-errors.ts';
import { defineAction } from '../../shared/sdk/define-action.ts';
import { stopRun } from '../../shared/engine/runs/stop-run.ts';
import { resumeRun } from '../../shared/engine/runs/resume-run.ts';
import { countRun } from '../../shared/engine/read/count-run.ts';
import { listInputs } from '../../shared/engine/read/list-inputs.ts';
import { createEngineHarness, type EngineHarness, START } from '../support/engine-harness.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What the upstream does with a call of a page, the first being call 0: throws, or gives nothing for the page. */
type Upstream = (page: number, call: number, now: number) => unknown;

/** An engine whose only action asks an upstream of the test's own; an input has as many pages as it says. */
function makeHarness(upstream: Upstream) {
  const calls: { readonly page: number; readonly at: number }[] = [];
  const action = defineAction({
    name: 'asks',
    title: 'Asks',
    description: 'Asks an upstream that says when to come again.',
    pageSize: 1,
    input: z.strictObject({ pages: z.int().default(1) }),
    result: z.strictObject({}),
    async run({ input, page, now }) {
      const before = calls.filter((call) => call.page === page).length;
      calls.push({ page, at: now() });
      const thrown = upstream(page, before, now());
      if (thrown !== undefined) throw thrown;
      return { results: [], nextCursor: page + 1 < input.pages ? String(page + 1) : null };
    },
  });
  const harness = createEngineHarness({ actions: [action] });
  return { harness, calls, gaps: () => calls.slice(1).map(({ at }, index) => at - (calls[index]?.at ?? at)) };
}

async function controlOf(harness: EngineHarness, uid: string) {
  const control = await harness.ports.runs.readControl(uid);
  if (control === null) throw new Error('the run is gone');
  return control;
}

async function inputsOf(harness: EngineHarness, uid: string) {
  const control = await controlOf(harness, uid);
  const ports = { ...harness.ports, reader: harness.reader };
  const rows = await Array.fromAsync(listInputs(ports, control, { after: -1, statuses: null, limit: 100 }));
  return rows.flatMap(({ row }) => (row === null ? [] : [row]));
}

test.each<[string, (now: number) => number | Date]>([
  ['0', () => 0],
  ['-1', () => -1],
  ['a time that is past', (now) => now - HOUR_MS],
  ['1970', () => new Date(0)],
  ['now', (now) => now],
  ['in half a second', (now) => now + 500],
])('an upstream that says %s is asked again after a second, then after twice as long each time', async (_, said) => {
  const { harness, calls, gaps } = makeHarness((_page, call, now) =>
    call < 9 ? new RateLimited(said(now)) : undefined,
  );
  const { control } = await harness.launch({ inputs: [{}] });
  await harness.runUntil(START + HOUR_MS);
  expect(calls).toHaveLength(10);
  for (const [index, gap] of gaps().entries()) {
    expect(gap).toBeGreaterThanOrEqual(Math.min(60, 2 ** index) * SECOND_MS);
    expect(gap).toBeLessThanOrEqual(Math.min(60, 2 ** index) * 1.5 * SECOND_MS + 1);
  }
  expect(await controlOf(harness, control.uid)).toMatchObject({ status: 'SUCCEEDED' });
  expect(await inputsOf(harness, control.uid)).toMatchObject([{ status: 'SUCCEEDED', tries: 0 }]);
});

test('waits in a row are counted page by page', async () => {
  const { harness, gaps } = makeHarness((_page, call) => (call < 3 ? new RateLimited(0) : undefined));
  await harness.launch({ inputs: [{ pages: 2 }] });
  await harness.runUntil(START + HOUR_MS);
  expect(gaps().map((gap) => Math.floor(gap / SECOND_MS))).toEqual([1, 2, 5, 0, 1, 2, 5]);
});

test.each<[string, (now: number) => number]>([
  ['999999999999999', () => 999_999_999_999_999],
  ['1e20', () => 1e20],
  ['a time in two years', (now) => now + 730 * DAY_MS],
  ['NaN', () => NaN],
  ['Infinity', () => Infinity],
  ['-Infinity', () => -Infinity],
])('an upstream that says %s is tried by the schedule of the engine, and each time spends a try', async (_, said) => {
  for (const [error_label, ask] of [
    ['LIMIT_REACHED', (now: number) => new RateLimited(said(now), 'busy')],
    ['UPSTREAM_ERROR', (now: number) => new Retryable('busy', { retryAt: said(now) })],
  ] as const) {
    const { harness, calls } = makeHarness((_page, _call, now) => ask(now));
    const { control } = await harness.launch({ inputs: [{}] });
    await harness.runUntil(START + HOUR_MS);
    expect(calls).toHaveLength(3);
    expect(await controlOf(harness, control.uid)).toMatchObject({
      status: 'FAILED',
      lastError: { error_label, message: 'busy' },
    });
  }
});

test('a limit that says no time is not tried again within a second, whatever the draw', async () => {
  const { harness, gaps } = makeHarness((_page, call) => (call < 2 ? new RateLimited(NaN) : undefined));
  const draws = { ...harness.ports.random, fraction: () => 0 };
  Object.assign(harness.ports, { random: draws });
  const { control } = await harness.launch({ inputs: [{}] });
  await harness.runUntil(START + HOUR_MS);
  expect(gaps()).toEqual([SECOND_MS, SECOND_MS]);
  expect(await inputsOf(harness, control.uid)).toMatchObject([{ status: 'SUCCEEDED', tries: 2 }]);
});

test('what is asked is waited for a day at a time, and then the upstream is asked again', async () => {
  const until = START + 2.5 * DAY_MS;
  const { harness, gaps } = makeHarness((_page, _call, now) =>
    now < until ? new RateLimited(Math.ceil(until / 1_000)) : undefined,
  );
  const { control } = await harness.launch({ inputs: [{}] });
  await harness.runUntil(START + 3 * DAY_MS);
  expect(gaps().map((gap) => Math.round(gap / HOUR_MS))).toEqual([24, 24, 12]);
  expect(await controlOf(harness, control.uid)).toMatchObject({ status: 'SUCCEEDED' });
});

test('a run waits 30 days in all; then an input that is to wait once more fails, and the run ends', async () => {
  const { harness, calls } = makeHarness((page, _call, now) =>
    page === 1 ? new RateLimited(now + 3 * DAY_MS) : undefined,
  );
  const { definition } = await harness.launch({ inputs: [{ pages: 2 }, {}], deadlineSeconds: 3_600 });
  await harness.runUntil(START + 29.9 * DAY_MS);
  expect(await controlOf(harness, definition.uid)).toMatchObject({
    status: 'SCHEDULED',
    reason: { code: 'RATE_LIMIT' },
  });
  await harness.runUntil(START + 31 * DAY_MS);
  const ended = await controlOf(harness, definition.uid);
  expect(ended).toMatchObject({ status: 'PARTIAL_SUCCEEDED', lastError: { error_label: 'LIMIT_REACHED' } });
  expect((ended.finishedAt ?? 0) - START).toBeGreaterThan(29.9 * DAY_MS);
  expect((ended.finishedAt ?? 0) - START).toBeLessThanOrEqual(30 * DAY_MS + HOUR_MS);
  expect(calls.filter(({ page }) => page === 1)).toHaveLength(31);
  expect(harness.posted.map(({ body }) => JSON.parse(body).type)).toContain('run.finished');
});

test('the days that a run has waited stay counted when it is taken up again', async () => {
  const { harness } = makeHarness((_page, _call, now) => new RateLimited(now + DAY_MS));
  const { definition } = await harness.launch({ inputs: [{}] });
  await harness.runUntil(START + 20.5 * DAY_MS);
  await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
  await resumeRun(harness.ports, definition);
  await harness.runUntil(START + 32 * DAY_MS);
  expect(await controlOf(harness, definition.uid)).toMatchObject({
    status: 'FAILED',
    lastError: { error_label: 'LIMIT_REACHED' },
  });
});

test('a retryable failure that says when is not tried before, and not a day later', async () => {
  const { harness, gaps } = makeHarness((_page, call, now) => {
    if (call === 0) return new Retryable('stumbled', { retryAt: now + 20 * MINUTE_MS });
    return call === 1 ? new Retryable('stumbled', { retryAt: now + 40 * DAY_MS }) : undefined;
  });
  const { control } = await harness.launch({ inputs: [{}], deadlineSeconds: 10 * 86_400 });
  await harness.runUntil(START + 3 * DAY_MS);
  expect(gaps().map((gap) => Math.round(gap / MINUTE_MS))).toEqual([20, 24 * 60]);
  expect(await inputsOf(harness, control.uid)).toMatchObject([{ status: 'SUCCEEDED', tries: 2 }]);
});

test('tries of all pages of an input are counted together, before and after it ends', async () => {
  const { harness } = makeHarness((page, call, now) => {
    if (page === 2) return call < 1 ? new RateLimited(now + 30 * MINUTE_MS) : new NoResult();
    return call < 2 ? new Retryable('stumbled') : undefined;
  });
  const { control } = await harness.launch({ inputs: [{ pages: 3 }] });
  await harness.runUntil(START + 20 * MINUTE_MS);
  expect(await inputsOf(harness, control.uid)).toMatchObject([{ status: 'SCHEDULED', tries: 4 }]);
  await harness.runUntil(START + 2 * HOUR_MS);
  expect(await inputsOf(harness, control.uid)).toMatchObject([{ status: 'SUCCEEDED', tries: 4 }]);
});

test('the deadline stands still while a run is postponed, and goes on from where it was', async () => {
  const { harness } = makeHarness((page, call, now) => {
    if (call > 0) return undefined;
    return new RateLimited(now + (page % 2 === 0 ? 50 * SECOND_MS : 2 * HOUR_MS)); // it works meanwhile, or is postponed
  });
  const { definition } = await harness.launch({ inputs: [{ pages: 40 }], deadlineSeconds: 240 });
  await harness.runUntil(START + 24 * HOUR_MS);
  const control = await controlOf(harness, definition.uid);
  expect(control).toMatchObject({ status: 'STOPPED', reason: { code: 'DEADLINE' } });
  const postponed = control.history.filter(({ status }) => status === 'SCHEDULED').length;
  expect(postponed).toBeGreaterThanOrEqual(2);
  expect(postponed).toBeLessThanOrEqual(5);
});

test('a run that works and waits for a limit says so, as long as it waits', async () => {
  const { harness } = makeHarness((_page, call, now) => (call < 2 ? new RateLimited(now + 40 * SECOND_MS) : undefined));
  const { control } = await harness.launch({ inputs: [{}] });
  const ports = { ...harness.ports, reader: harness.reader };
  await harness.runUntil(START + 10 * SECOND_MS);
  const stalled = { code: 'RATE_LIMIT', since: START, retryAt: START + 40 * SECOND_MS };
  expect(await countRun(ports, await controlOf(harness, control.uid))).toMatchObject({ open: 1, stalled });
  await harness.runUntil(START + 50 * SECOND_MS);
  const second = { ...stalled, retryAt: START + 80 * SECOND_MS };
  expect(await countRun(ports, await controlOf(harness, control.uid))).toMatchObject({ open: 1, stalled: second });
  await harness.runUntil(START + HOUR_MS);
  expect(await countRun(ports, await controlOf(harness, control.uid))).toMatchObject({ stalled: null });
});
