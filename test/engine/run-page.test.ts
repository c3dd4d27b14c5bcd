import { expect, test } from 'vitest';
import type { Posted } from '../support/engine-harness.ts';
import { createEngineHarness, START } from '../support/engine-harness.ts';
import { runPage } from '../../shared/engine/pages/run-page.ts';
import { dispatchRun } from '../../shared/engine/runs/dispatch-run.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const HOUR_MS = 3_600_000;

interface CallbackBody {
  readonly type: string;
  readonly callback_ref_uid: string;
  readonly input_index: number | null;
  readonly page: number | null;
  readonly is_last_page: boolean;
  readonly results: readonly unknown[] | null;
  readonly error: { readonly error_label: string; readonly message: string } | null;
  readonly run: { readonly status: string };
  readonly manifest?: Readonly<Record<string, number>>;
}

function bodies(posted: readonly Posted[]): readonly CallbackBody[] {
  return posted.map(({ body }) => JSON.parse(body));
}

/** Runs inputs through numbered-pages for some virtual hours. */
async function run(inputs: readonly Record<string, unknown>[], parameters: Record<string, unknown> = {}, hours = 2) {
  const actions = createSampleActions();
  const harness = createEngineHarness({ actions: [actions.numberedPages] });
  const { control } = await harness.launch({ inputs, parameters });
  await harness.runUntil(START + hours * HOUR_MS);
  const ended = await harness.ports.runs.readControl(control.uid);
  if (ended === null) throw new Error('the run is gone');
  return { harness, actions, ended, got: bodies(harness.posted), finished: finishedOf(bodies(harness.posted)) };
}

function finishedOf(got: readonly CallbackBody[]): readonly CallbackBody[] {
  return got.filter(({ type }) => type === 'run.finished');
}

test('every page of every input is delivered once and the manifest adds up', async () => {
  const inputs = Array.from({ length: 70 }, (_, index) => ({ pages: 1 + (index % 4), per_page: 3 }));
  const { ended, got, finished } = await run(inputs);
  const pages = inputs.reduce((sum, { pages }) => sum + pages, 0);
  expect(ended.status).toBe('SUCCEEDED');
  expect(new Set(got.map(({ callback_ref_uid }) => callback_ref_uid)).size).toBe(pages + 1);
  expect(got).toHaveLength(pages + 1);
  expect(finished).toHaveLength(1);
  expect(finished[0]?.manifest).toEqual({
    inputs: 70,
    succeeded: 70,
    failed: 0,
    outputs: pages * 3,
    callbacks: pages + 1,
  });
  expect(got.filter(({ is_last_page }) => is_last_page)).toHaveLength(70);
});

test('an input that fails for good ends FAILED with its page and the run PARTIAL_SUCCEEDED', async () => {
  const { harness, ended, got } = await run([
    { pages: 3, per_page: 1 },
    { pages: 3, per_page: 1, fail_at: 1, fail_kind: 'permanent' },
  ]);
  expect(ended.status).toBe('PARTIAL_SUCCEEDED');
  const failed = got.filter(({ type }) => type === 'run.input_failed');
  expect(failed).toMatchObject([{ input_index: 1, page: 1, results: null, error: { error_label: 'ACTION_FAILED' } }]);
  expect(ended.lastError).toMatchObject({ error_label: 'ACTION_FAILED' });
  // What failed is noted as the page after those that count.
  const noted = await harness.ports.progress.readFailed(ended.uid, [0]);
  expect([...noted.values()]).toMatchObject([{ input: 1, page: 1, outputs: 1 }]);
});

test('a run whose only input gives nothing and fails is FAILED', async () => {
  const { ended, finished } = await run([{ pages: 1, per_page: 1, fail_at: 0, fail_kind: 'permanent' }]);
  expect(ended.status).toBe('FAILED');
  expect(finished).toMatchObject([{ run: { status: 'FAILED' }, error: { error_label: 'ACTION_FAILED' } }]);
});

test('a failure that may pass is tried three times in all', async () => {
  const { actions, ended } = await run([{ pages: 1, per_page: 1, fail_at: 0, fail_kind: 'retryable' }]);
  expect(actions.calls).toHaveLength(3);
  expect(ended.lastError).toMatchObject({ error_label: 'UPSTREAM_ERROR' });
});

test('a failure that passes on the third attempt loses nothing', async () => {
  const { actions, ended, got } = await run([{ pages: 2, per_page: 2, fail_at: 1, fail_kind: 'retryable', times: 2 }]);
  expect(actions.calls).toHaveLength(4);
  expect(ended.status).toBe('SUCCEEDED');
  expect(got.filter(({ type }) => type === 'run.page')).toHaveLength(2);
});

test('an unclassified throw is tried again and then tells the name of the action alone', async () => {
  const { actions, ended } = await run([{ pages: 1, per_page: 1, fail_at: 0, fail_kind: 'throw' }]);
  expect(actions.calls).toHaveLength(3);
  expect(ended.lastError?.error_label).toBe('ACTION_FAILED');
  expect(ended.lastError?.message).toContain('numbered-pages');
  expect(ended.lastError?.message).not.toContain('TypeError');
});

test('an action that hangs runs into its time and ends UPSTREAM_TIMEOUT', async () => {
  const { ended } = await run([{ pages: 1, per_page: 1, fail_at: 0, fail_kind: 'hang' }]);
  expect(ended.lastError?.error_label).toBe('UPSTREAM_TIMEOUT');
});

test('a result that breaks its schema fails at once and names the path', async () => {
  const { actions, ended } = await run([{ pages: 1, per_page: 1, fail_at: 0, fail_kind: 'invalid_result' }]);
  expect(actions.calls).toHaveLength(1);
  expect(ended.lastError?.error_label).toBe('ACTION_FAILED');
  expect(ended.lastError?.validation_errors?.[0]?.path).toMatch(/^results\[0\]/);
});

test('a cursor that comes back ends the input instead of paging for ever', async () => {
  const { actions, ended } = await run([{ pages: 5, per_page: 1, fail_at: 2, fail_kind: 'repeat_cursor' }]);
  expect(ended.lastError?.error_label).toBe('ACTION_FAILED');
  expect(ended.lastError?.message).toContain('cursor');
  expect(actions.calls.length).toBeLessThan(20);
});

test('a page that found nothing succeeds, is delivered empty, and is told as last_info', async () => {
  const { ended, got } = await run([{ pages: 1, per_page: 1, fail_at: 0, fail_kind: 'no_result' }]);
  expect(ended.status).toBe('SUCCEEDED');
  expect(ended.lastInfo?.label).toBe('NO_RESULT');
  const pages = got.filter(({ type }) => type === 'run.page');
  expect(pages).toMatchObject([{ results: [], is_last_page: true, error: null }]);
});

test('a rate limit far off is waited out without spending an attempt', async () => {
  const until = START + 2_700_000;
  const input = { pages: 1, per_page: 1, fail_at: 0, fail_kind: 'rate_limited', times: 1, until };
  const { harness, actions, ended } = await run([input], {}, 3);
  expect(actions.calls).toHaveLength(2);
  expect(ended.status).toBe('SUCCEEDED');
  expect(harness.posted[0]?.at).toBeGreaterThanOrEqual(until);
});

test('max_results cuts the last page and ends the input there', async () => {
  const { actions, got, finished } = await run([{ pages: 9, per_page: 4 }], { max_results: 6 });
  expect(actions.calls).toHaveLength(2);
  expect(got.filter(({ type }) => type === 'run.page').map(({ results }) => results?.length)).toEqual([4, 2]);
  expect(finished[0]?.manifest?.['outputs']).toBe(6);
});

test('a run past the limit of its workspace waits in line and is released by itself', async () => {
  const actions = createSampleActions();
  const harness = createEngineHarness({ actions: [actions.numberedPages] });
  const launched = [];
  for (let index = 0; index < 25; index += 1) {
    launched.push((await harness.launch({ inputs: [{ pages: 2, per_page: 1 }] })).control.uid);
  }
  await harness.runUntil(START + HOUR_MS);
  const statuses = await Promise.all(
    launched.map(async (uid) => (await harness.ports.runs.readControl(uid))?.history.map(({ status }) => status)),
  );
  expect(statuses.every((history) => history?.at(-1) === 'SUCCEEDED')).toBe(true);
  expect(statuses.filter((history) => history?.includes('BLOCKED')).length).toBeGreaterThan(0);
  expect(finishedOf(bodies(harness.posted))).toHaveLength(25);
});

test('a worker that wakes long after its time records nothing, and whoever takes the page up again does', async () => {
  const harness = createEngineHarness({ actions: [createSampleActions().numberedPages] });
  const { control } = await harness.launch({ inputs: [{ pages: 1, per_page: 1 }] });
  const [first] = harness.sent;
  if (first?.message.kind !== 'page') throw new Error('a run of one input begins with its page');
  const sleepy = {
    ...harness.ports,
    runs: {
      ...harness.ports.runs,
      readInput: async (uid: string, index: number) => {
        harness.skipTo(harness.now() + 71_000);
        return harness.ports.runs.readInput(uid, index);
      },
    },
  };
  await expect(runPage(sleepy, first.message, { by: 'sleepy', count: 1 })).rejects.toThrow('was frozen');
  expect(await harness.ports.progress.readPageRecord(control.uid, 0, 0)).toBeNull();
  await harness.runUntil(harness.now() + HOUR_MS);
  expect((await harness.ports.progress.readPageRecord(control.uid, 0, 0))?.by).not.toBe('sleepy');
  expect(finishedOf(bodies(harness.posted))).toHaveLength(1);
});

test('a worker that counted an input and died sends the next one when its message comes again', async () => {
  const { oneRecord } = createSampleActions();
  const harness = createEngineHarness({ actions: [oneRecord] });
  const { definition } = await harness.launch({
    inputs: Array.from({ length: 25 }, () => ({ key: 'a' })),
    callback: null,
  });
  await dispatchRun(harness.ports, { kind: 'dispatch', runUid: definition.uid, epoch: 1 }, { by: 'it', count: 1 });
  const pages = () => harness.sent.flatMap(({ message }) => (message.kind === 'page' ? [message] : []));
  const first = pages()[0];
  if (first === undefined) throw new Error('No page was sent.');
  const died = { ...harness.ports, messages: { send: () => Promise.reject(new Error('the worker died')) } };
  await expect(runPage(died, first, { by: 'first', count: 1 })).rejects.toThrow('died');
  expect(pages()).toHaveLength(20);
  await runPage(harness.ports, first, { by: 'first', count: 2 });
  expect(pages().at(-1)).toMatchObject({ input: 20, place: first.place, again: true });
  await runPage(harness.ports, { ...first, again: true }, { by: 'another', count: 1 });
  expect(pages()).toHaveLength(21); // a copy of it sends no chain of its own
});
