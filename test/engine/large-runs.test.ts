import { expect, test } from 'vitest';
import { SHARD_SIZE } from '../../shared/domain/input.ts';
import { NO_TOTALS } from '../../shared/domain/run.ts';
import type { DueEntry } from '../../shared/engine/stores/due-store.ts';
import { listDueEntries } from '../support/list-due.ts';
import { createEngineHarness, START } from '../support/engine-harness.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const MINUTE = 60_000;
const EXPIRES = 4_000_000_000;

/** A harness with one run of one input, which has ended, and twins of it that say they are larger. */
async function createHarness() {
  const { oneRecord } = createSampleActions();
  const harness = createEngineHarness({ actions: [oneRecord] });
  const { definition } = await harness.launch({ inputs: [{ key: 'a' }] });
  await harness.runUntil(START + 60 * MINUTE);
  const control = await harness.ports.runs.readControl(definition.uid);
  if (control === null) throw new Error('There is no run.');
  return {
    harness,
    createTwin: async (inputsTotal: number, change: Partial<typeof control> = {}) => {
      const large = { ...definition, inputsTotal };
      const uid = await harness.createTwin(large, { ...control, inputsTotal, ...change });
      return { definition: { ...large, uid }, control: { ...control, inputsTotal, ...change, uid } };
    },
  };
}

test('a large ended run is looked at some shards a minute, until all were seen', async () => {
  const { harness, createTwin } = await createHarness();
  const { definition, control } = await createTwin(1_700 * SHARD_SIZE);
  const length = control.inputsTotal;
  const window = { epoch: control.epoch, order: 0, length, next: length, totals: NO_TOTALS, inHand: [] };
  await harness.ports.progress.openWindow(definition.uid, window, EXPIRES);
  await harness.ports.due.putDue({ at: harness.now(), kind: 'watch', uid: definition.uid });
  const looks: (DueEntry['look'] | null)[] = [];
  const due = async () => {
    const entries = await listDueEntries(harness.ports.due, harness.now() * 2, 10);
    return entries.filter(({ uid }) => uid === definition.uid);
  };
  for (let [entry] = await due(); entry !== undefined; [entry] = await due()) {
    looks.push(entry.look ?? null);
    await harness.runUntil(Math.ceil(entry.at / MINUTE) * MINUTE + 1);
  }
  expect(looks.slice(0, 2).map((look) => look?.block)).toEqual([undefined, 100]);
});

test('once a sweep has seen every callback of a large ended run delivered, it notes so', async () => {
  const { oneRecord } = createSampleActions();
  const harness = createEngineHarness({ actions: [oneRecord] });
  const { control } = await harness.launch({ inputs: Array.from({ length: 600 }, () => ({ key: 'a' })) });
  await harness.runUntil(START + MINUTE);
  const read = () => harness.ports.runs.readControl(control.uid);
  expect(await read()).toMatchObject({ status: 'SUCCEEDED', deliveredEpoch: 0 });
  await harness.runUntil(START + 60 * MINUTE);
  expect(await read()).toMatchObject({ status: 'SUCCEEDED', deliveredEpoch: 1 });
});
