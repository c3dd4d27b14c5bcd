import { expect, test } from 'vitest';
import { keys } from '../../shared/storage/keys.ts';
import { WORKING_STATUSES } from '../../shared/domain/run-status.ts';
import { dispatchRun } from '../../shared/engine/runs/dispatch-run.ts';
import { resumeRun } from '../../shared/engine/runs/resume-run.ts';
import { retryRun } from '../../shared/engine/runs/retry-run.ts';
import { stopRun } from '../../shared/engine/runs/stop-run.ts';
import { createEngineHarness, START } from '../support/engine-harness.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const MINUTE_MS = 60_000;

test('a run that release 0.1.0 left unfinished stands still, and goes on where it was once it is cancelled and resumed', async () => {
  const { numberedPages, ...actions } = createSampleActions();
  const harness = createEngineHarness({ actions: [numberedPages] });
  const { definition } = await harness.launch({
    inputs: Array.from({ length: 30 }, () => ({ pages: 2, per_page: 1 })),
  });
  await dispatchRun(harness.ports, { kind: 'dispatch', runUid: definition.uid, epoch: 1 }, { by: 'it', count: 1 });
  // As that release wrote it: no places, a map of what is in hand.
  const old = { ep: 1, nx: 20, o: { 3: { p: 0, t: 0, by: 'a message' } }, expires_at: definition.expiresAt };
  await harness.table.put(keys.window(definition.uid), old);
  await harness.runUntil(START + 20 * MINUTE_MS);
  const read = () => harness.ports.runs.readControl(definition.uid);
  expect(WORKING_STATUSES).toContain((await read())?.status);
  await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
  await resumeRun(harness.ports, definition);
  await harness.runUntil(START + 60 * MINUTE_MS);
  expect(await read()).toMatchObject({ status: 'SUCCEEDED', totals: { succeeded: 30, outputs: 60 } });
  expect(actions.calls.length).toBeLessThanOrEqual(60 + 20); // a page in hand may run twice
});

test('a run that failed under release 0.1.0 can be retried, stopped and resumed, and counts every input once', async () => {
  const { numberedPages } = createSampleActions();
  const harness = createEngineHarness({ actions: [numberedPages] });
  const good = { pages: 2, per_page: 1 };
  const bad = { ...good, fail_at: 1, fail_kind: 'permanent', times: 1 };
  const { definition } = await harness.launch({ inputs: [bad, ...Array.from({ length: 30 }, () => good)] });
  await harness.runUntil(START + 10 * MINUTE_MS);
  const read = () => harness.ports.runs.readControl(definition.uid);
  expect(await read()).toMatchObject({ status: 'PARTIAL_SUCCEEDED' });
  await harness.table.put(keys.window(definition.uid), { ep: 1, nx: 31, o: {}, expires_at: definition.expiresAt });
  await harness.table.delete(keys.failed(definition.uid, 0));
  const { epoch } = await retryRun(harness.ports, definition);
  await dispatchRun(harness.ports, { kind: 'dispatch', runUid: definition.uid, epoch }, { by: 'it', count: 1 });
  await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
  await harness.runUntil(START + 30 * MINUTE_MS);
  await resumeRun(harness.ports, definition);
  await harness.runUntil(START + 90 * MINUTE_MS);
  expect(await read()).toMatchObject({ status: 'SUCCEEDED', totals: { succeeded: 31, failed: 0, outputs: 62 } });
});
