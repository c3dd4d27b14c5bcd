import { expect, test } from 'vitest';
import { runPage } from '../../shared/engine/pages/run-page.ts';
import { dispatchRun } from '../../shared/engine/runs/dispatch-run.ts';
import { retryRun } from '../../shared/engine/runs/retry-run.ts';
import { stopRun } from '../../shared/engine/runs/stop-run.ts';
import { resumeRun } from '../../shared/engine/runs/resume-run.ts';
import type { EngineWorld } from '../support/engine-world.ts';
import { createEngineWorld, START } from '../support/engine-world.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const MINUTE_MS = 60_000;
const GOOD = { pages: 2, per_page: 3 };
/** Fails for good at its second page, once. */
const BAD = { pages: 3, per_page: 3, fail_at: 1, fail_kind: 'permanent', times: 1 };

function bodies(world: EngineWorld, type: string) {
  return world.posted.map(({ body }) => JSON.parse(body)).filter((body) => body.type === type);
}

/** A run that ended with every third of `count` inputs failed at its second page. */
async function failedRun(count: number) {
  const actions = createSampleActions();
  const world = createEngineWorld({ actions: [actions.numberedPages] });
  const inputs = Array.from({ length: count }, (_, index) => (index % 3 === 0 ? BAD : GOOD));
  const { definition } = await world.launch({ inputs });
  await world.runUntil(START + 10 * MINUTE_MS);
  const failed = Math.ceil(count / 3);
  return { world, actions, definition, failed, pages: failed * 3 + (count - failed) * 2 };
}

// 100 inputs lie in four shards, 5 in a single one.
test.each([5, 100])('retry of %i inputs runs the failed ones again from the page that failed', async (count) => {
  const { world, actions, definition, failed, pages } = await failedRun(count);
  const callsBefore = actions.calls.length;
  const retried = await retryRun(world.ports, definition);
  expect(retried).toMatchObject({ status: 'QUEUED', attempt: 2, retryCount: 1, lastError: null });
  expect(retried.totals).toMatchObject({ succeeded: count - failed, failed: 0 });
  await world.runUntil(START + 30 * MINUTE_MS);
  expect(actions.calls.length - callsBefore).toBe(failed * 2);
  expect(bodies(world, 'run.input_failed')).toHaveLength(failed);
  expect(new Set(bodies(world, 'run.page').map((body) => body.callback_ref_uid)).size).toBe(pages);
  expect(bodies(world, 'run.finished')).toMatchObject([
    { run: { status: 'PARTIAL_SUCCEEDED', attempt: 1 }, manifest: { failed } },
    {
      run: { status: 'SUCCEEDED', attempt: 2 },
      manifest: { succeeded: count, failed: 0, outputs: pages * 3, callbacks: pages + failed + 2 },
    },
  ]);
});

test('a retry that is stopped and resumed loses nothing and ends once more', async () => {
  const { world, definition, pages } = await failedRun(70);
  await retryRun(world.ports, definition);
  await stopRun(world.ports, definition, 'CANCELLED_BY_CALLER');
  await world.runUntil(START + 20 * MINUTE_MS);
  await resumeRun(world.ports, definition);
  await world.runUntil(START + 60 * MINUTE_MS);
  expect(bodies(world, 'run.finished').map(({ run }) => run.status)).toEqual([
    'PARTIAL_SUCCEEDED',
    'STOPPED',
    'SUCCEEDED',
  ]);
  expect(bodies(world, 'run.finished').at(-1).manifest.outputs).toBe(pages * 3);
});

test('inputs that fail again can be retried again and keep their ids apart', async () => {
  const actions = createSampleActions();
  const world = createEngineWorld({ actions: [actions.numberedPages] });
  const { definition } = await world.launch({ inputs: [{ ...BAD, times: 2 }] });
  await world.runUntil(START + 10 * MINUTE_MS);
  await retryRun(world.ports, definition);
  await world.runUntil(START + 30 * MINUTE_MS);
  await retryRun(world.ports, definition);
  await world.runUntil(START + 60 * MINUTE_MS);
  const ids = bodies(world, 'run.input_failed').map((body) => body.callback_ref_uid);
  expect(new Set(ids).size).toBe(2);
  expect(bodies(world, 'run.finished').at(-1)).toMatchObject({
    run: { status: 'SUCCEEDED', attempt: 3 },
    manifest: { succeeded: 1, outputs: 9, callbacks: 3 + 2 + 3 },
  });
});

test('a second retry leaves out what the first one made good', async () => {
  const actions = createSampleActions();
  const world = createEngineWorld({ actions: [actions.numberedPages] });
  const { definition } = await world.launch({ inputs: [GOOD, BAD, { ...BAD, times: 2 }] });
  await world.runUntil(START + 10 * MINUTE_MS);
  await retryRun(world.ports, definition);
  await world.runUntil(START + 30 * MINUTE_MS);
  const callsBefore = actions.calls.length;
  await retryRun(world.ports, definition);
  await world.runUntil(START + 60 * MINUTE_MS);
  expect(actions.calls.length - callsBefore).toBe(2); // two pages of the third input
  expect(bodies(world, 'run.finished')).toMatchObject([
    { manifest: { succeeded: 1, failed: 2, outputs: 6 + 3 + 3 } },
    { manifest: { succeeded: 2, failed: 1, outputs: 6 + 9 + 3 } },
    { run: { status: 'SUCCEEDED' }, manifest: { succeeded: 3, failed: 0, outputs: 6 + 9 + 9 } },
  ]);
});

test('a run whose failed inputs were all refused cannot be retried', async () => {
  const actions = createSampleActions();
  const world = createEngineWorld({ actions: [actions.numberedPages] });
  const { definition } = await world.launch({ inputs: [GOOD, { pages: 'two' }], onInvalidInput: 'skip' });
  await world.runUntil(START + 10 * MINUTE_MS);
  const control = await world.ports.runs.readControl(definition.uid);
  expect(control).toMatchObject({ status: 'PARTIAL_SUCCEEDED', lastError: { error_label: 'BAD_INPUT' } });
  await expect(retryRun(world.ports, definition)).rejects.toMatchObject({ label: 'INVALID_STATE' });
});

test('a launch of which every input is refused and skipped is INVALID and still tells its end', async () => {
  const actions = createSampleActions();
  const world = createEngineWorld({ actions: [actions.numberedPages] });
  const { control } = await world.launch({ inputs: [{ pages: 'two' }, {}], onInvalidInput: 'skip' });
  expect(control).toMatchObject({ status: 'INVALID', lastError: { error_label: 'BAD_INPUT' } });
  await world.runUntil(START + 10 * MINUTE_MS);
  expect(bodies(world, 'run.finished')).toMatchObject([{ run: { status: 'INVALID' }, manifest: { failed: 2 } }]);
  expect(actions.calls).toHaveLength(0);
});

test('a page of a retried input whose callback was lost is told though the run is stopped in its middle', async () => {
  const { world, definition } = await failedRun(1);
  const { uid, epoch } = await retryRun(world.ports, definition);
  await dispatchRun(world.ports, { kind: 'dispatch', runUid: uid, epoch }, { by: 'a dispatch', count: 1 });
  const page = world.sent.map(({ message }) => message).findLast((message) => message.kind === 'page');
  if (page?.kind !== 'page') throw new Error('the retried input was not sent on its way');
  await runPage(world.ports, page, { by: 'a page', count: 1 });
  world.loseQueued();
  await stopRun(world.ports, definition, 'CANCELLED_BY_CALLER');
  await world.runUntil(START + 60 * MINUTE_MS);
  expect(bodies(world, 'run.page').map((body) => body.page)).toEqual([0, 1]);
  expect(bodies(world, 'run.finished').at(-1)).toMatchObject({ run: { status: 'STOPPED' }, manifest: { outputs: 6 } });
});
