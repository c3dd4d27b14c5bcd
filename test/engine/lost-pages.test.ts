import { expect, test } from 'vitest';
import { dispatchRun } from '../../shared/engine/runs/dispatch-run.ts';
import { createEngineHarness, START } from '../support/engine-harness.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const MINUTE_MS = 60_000;

/** Minutes from the launch of a run whose page messages are lost until the first of them is sent again. */
async function minutesUntilSentAgain(pageTimeoutMs: number): Promise<number> {
  const harness = createEngineHarness({ actions: [createSampleActions().numberedPages], pageTimeoutMs });
  const { control } = await harness.launch({
    inputs: [
      { pages: 1, per_page: 1 },
      { pages: 1, per_page: 1 },
    ],
  });
  await dispatchRun(
    harness.ports,
    { kind: 'dispatch', runUid: control.uid, epoch: control.epoch },
    { by: 'a', count: 1 },
  );
  const sentBefore = harness.sent.length;
  harness.loseQueued();
  await harness.runUntil(START + 180 * MINUTE_MS);
  const again = harness.sent.slice(sentBefore).find(({ message }) => message.kind === 'page');
  return ((again?.at ?? Infinity) - START) / MINUTE_MS;
}

test('a lost page is sent again within 20 minutes', async () => {
  const minutes = await minutesUntilSentAgain(50_000);
  expect(minutes).toBeGreaterThanOrEqual(10);
  expect(minutes).toBeLessThanOrEqual(20);
});

test('a page that may take 15 minutes is not sent again while it runs, or while its queue hides it: six times as long', async () => {
  const minutes = await minutesUntilSentAgain(890_000);
  expect(minutes).toBeGreaterThanOrEqual(15 + 6 * 15);
  expect(minutes).toBeLessThanOrEqual(120);
});
