import { expect, test } from 'vitest';
import { runPage } from '../../shared/engine/pages/run-page.ts';
import { dispatchRun } from '../../shared/engine/runs/dispatch-run.ts';
import { retryRun } from '../../shared/engine/runs/retry-run.ts';
import { stopRun } from '../../shared/engine/runs/stop-run.ts';
import { resumeRun } from '../../shared/engine/runs/resume-run.ts';
import type { EngineHarness } from '../support/engine-harness.ts';
import { createEngineHarness, START } from '../support/engine-harness.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const MINUTE_MS = 60_000;
const GOOD = { pages: 2, per_page: 3 };
/** Fails for good at its second page, once. */
const BAD = { pages: 3, per_page: 3, fail_at: 1, fail_kind: 'permanent', times: 1 };

function bodies(harness: EngineHarness, type: string) {
  return harness.posted.map(({ body }) => JSON.parse(body)).filter((body) => body.type === type);
}

/** A run that ended with every third of `count` inputs failed at its second page. */
async function failedRun(count: number) {
  const actions = createSampleActions();
  const harness = createEngineHarness({ actions: [actions.numberedPages] });
  const inputs = Array.from({ length: count }, (_, index) => (index % 3 === 0 ? BAD : GOOD));
  const { definition } = await harness.launch({ inputs });
  await harness.runUntil(START + 10 * MINUTE_MS);
  const failed = Math.ceil(count / 3);
  return { harness, actions, definition, failed, pages: failed * 3 + (count - failed) * 2 };
}

// 100 inputs lie in four shards, 5 in a single one.
test.each([5, 100])('retry of %i inputs runs the failed ones again from the page that failed', async (count) => {
  const { harness, actions, definition, failed, pages } = await failedRun(count);
  const callsBefore = actions.calls.length;
  const retried = await retryRun(harness.ports, definition);
  expect(retried).toMatchObject({ status: 'QUEUED', attempt: 2, retryCount: 1, lastError: null });
  expect(retried.totals).toMatchObject({ succeeded: count - failed, failed: 0 });
  await harness.runUntil(START + 30 * MINUTE_MS);
  expect(actions.calls.length - callsBefore).toBe(failed * 2);
  expect(bodies(harness, 'run.input_failed')).toHaveLength(failed);
  expect(new Set(bodies(harness, 'run.page').map((body) => body.callback_ref_uid)).size).toBe(pages);
  expect(bodies(harness, 'run.finished')).toMatchObject([
    { run: { status: 'PARTIAL_SUCCEEDED', attempt: 1 }, manifest: { failed } },
    {
      run: { status: 'SUCCEEDED', attempt: 2 },
      manifest: { succeeded: count, failed: 0, outputs: pages * 3, callbacks: pages + failed + 2 },
    },
  ]);
});

test('a retry that is stopped and resumed loses nothing and ends once more', async () => {
  const { harness, definition, pages } = await failedRun(70);
  await retryRun(harness.ports, definition);
  await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
  await harness.runUntil(START + 20 * MINUTE_MS);
  await resumeRun(harness.ports, definition);
  await harness.runUntil(START + 60 * MINUTE_MS);
  expect(bodies(harness, 'run.finished').map(({ run }) => run.status)).toEqual([
    'PARTIAL_SUCCEEDED',
    'STOPPED',
    'SUCCEEDED',
  ]);
  expect(bodies(harness, 'run.finished').at(-1).manifest.outputs).toBe(pages * 3);
});

test('inputs that fail again can be retried again and keep their ids apart', async () => {
  const actions = createSampleActions();
  const harness = createEngineHarness({ actions: [actions.numberedPages] });
  const { definition } = await harness.launch({ inputs: [{ ...BAD, times: 2 }] });
  await harness.runUntil(START + 10 * MINUTE_MS);
  await retryRun(harness.ports, definition);
  await harness.runUntil(START + 30 * MINUTE_MS);
  await retryRun(harness.ports, definition);
  await harness.runUntil(START + 60 * MINUTE_MS);
  const ids = bodies(harness, 'run.input_failed').map((body) => body.callback_ref_uid);
  expect(new Set(ids).size).toBe(2);
  expect(bodies(harness, 'run.finished').at(-1)).toMatchObject({
    run: { status: 'SUCCEEDED', attempt: 3 },
    manifest: { succeeded: 1, outputs: 9, callbacks: 3 + 2 + 3 },
  });
});

test('a second retry leaves out what the first one made good', async () => {
  const actions = createSampleActions();
  const harness = createEngineHarness({ actions: [actions.numberedPages] });
  const { definition } = await harness.launch({ inputs: [GOOD, BAD, { ...BAD, times: 2 }] });
  await harness.runUntil(START + 10 * MINUTE_MS);
  await retryRun(harness.ports, definition);
  await harness.runUntil(START + 30 * MINUTE_MS);
  const callsBefore = actions.calls.length;
  await retryRun(harness.ports, definition);
  await harness.runUntil(START + 60 * MINUTE_MS);
  expect(actions.calls.length - callsBefore).toBe(2); // two pages of the third input
  expect(bodies(harness, 'run.finished')).toMatchObject([
    { manifest: { succeeded: 1, failed: 2, outputs: 6 + 3 + 3 } },
    { manifest: { succeeded: 2, failed: 1, outputs: 6 + 9 + 3 } },
    { run: { status: 'SUCCEEDED' }, manifest: { succeeded: 3, failed: 0, outputs: 6 + 9 + 9 } },
  ]);
});

test('a run whose failed inputs were all refused cannot be retried', async () => {
  const actions = createSampleActions();
  const harness = createEngineHarness({ actions: [actions.numberedPages] });
  const { definition } = await harness.launch({ inputs: [GOOD, { pages: 'two' }], onInvalidInput: 'skip' });
  await harness.runUntil(START + 10 * MINUTE_MS);
  const control = await harness.ports.runs.readControl(definition.uid);
  expect(control).toMatchObject({ status: 'PARTIAL_SUCCEEDED', lastError: { error_label: 'BAD_INPUT' } });
  await expect(retryRun(harness.ports, definition)).rejects.toMatchObject({ label: 'INVALID_STATE' });
});

test('a launch of which every input is refused and skipped is INVALID and still tells its end', async () => {
  const actions = createSampleActions();
  const harness = createEngineHarness({ actions: [actions.numberedPages] });
  const { control } = await harness.launch({ inputs: [{ pages: 'two' }, {}], onInvalidInput: 'skip' });
  expect(control).toMatchObject({ status: 'INVALID', lastError: { error_label: 'BAD_INPUT' } });
  await harness.runUntil(START + 10 * MINUTE_MS);
  expect(bodies(harness, 'run.finished')).toMatchObject([{ run: { status: 'INVALID' }, manifest: { failed: 2 } }]);
  expect(actions.calls).toHaveLength(0);
});

test('a page of a retried input whose callback was lost is told though the run is stopped in its middle', async () => {
  const { harness, definition } = await failedRun(1);
  const { uid, epoch } = await retryRun(harness.ports, definition);
  await dispatchRun(harness.ports, { kind: 'dispatch', runUid: uid, epoch }, { by: 'a dispatch', count: 1 });
  const page = harness.sent.map(({ message }) => message).findLast((message) => message.kind === 'page');
  if (page?.kind !== 'page') throw new Error('the retried input was not sent on its way');
  await runPage(harness.ports, page, { by: 'a page', count: 1 });
  harness.loseQueued();
  await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
  await harness.runUntil(START + 60 * MINUTE_MS);
  expect(bodies(harness, 'run.page').map((body) => body.page)).toEqual([0, 1]);
  expect(bodies(harness, 'run.finished').at(-1)).toMatchObject({
    run: { status: 'STOPPED' },
    manifest: { outputs: 6 },
  });
});
