import { expect, test } from 'vitest';
import { SHARD_SIZE } from '../../shared/domain/input.ts';
import { NO_TOTALS } from '../../shared/domain/run.ts';
import type { DueEntry } from '../../shared/engine/stores.ts';
import { listDueEntries } from '../support/list-due.ts';
import { createEngineWorld, START } from '../support/engine-world.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const MINUTE = 60_000;
const EXPIRES = 4_000_000_000;

/** A world with one run of one input, which has ended, and twins of it that say they are larger. */
async function createWorld() {
  const { oneRecord } = createSampleActions();
  const world = createEngineWorld({ actions: [oneRecord] });
  const { definition } = await world.launch({ inputs: [{ key: 'a' }] });
  await world.runUntil(START + 60 * MINUTE);
  const control = await world.ports.runs.readControl(definition.uid);
  if (control === null) throw new Error('There is no run.');
  return {
    world,
    createTwin: async (inputsTotal: number, change: Partial<typeof control> = {}) => {
      const large = { ...definition, inputsTotal };
      const uid = await world.createTwin(large, { ...control, inputsTotal, ...change });
      return { definition: { ...large, uid }, control: { ...control, inputsTotal, ...change, uid } };
    },
  };
}

test('a large ended run is looked at some shards a minute, until all were seen', async () => {
  const { world, createTwin } = await createWorld();
  const { definition, control } = await createTwin(1_700 * SHARD_SIZE);
  const length = control.inputsTotal;
  const window = { epoch: control.epoch, order: 0, length, next: length, totals: NO_TOTALS, inHand: [] };
  await world.ports.progress.openWindow(definition.uid, window, EXPIRES);
  await world.ports.due.putDue({ at: world.now(), kind: 'watch', uid: definition.uid });
  const looks: (DueEntry['look'] | null)[] = [];
  const due = async () => {
    const entries = await listDueEntries(world.ports.due, world.now() * 2, 10);
    return entries.filter(({ uid }) => uid === definition.uid);
  };
  for (let [entry] = await due(); entry !== undefined; [entry] = await due()) {
    looks.push(entry.look ?? null);
    await world.runUntil(Math.ceil(entry.at / MINUTE) * MINUTE + 1);
  }
  expect(looks.slice(0, 2).map((look) => look?.block)).toEqual([undefined, 100]);
});

test('once a sweep has seen every callback of a large ended run delivered, it notes so', async () => {
  const { oneRecord } = createSampleActions();
  const world = createEngineWorld({ actions: [oneRecord] });
  const { control } = await world.launch({ inputs: Array.from({ length: 600 }, () => ({ key: 'a' })) });
  await world.runUntil(START + MINUTE);
  const read = () => world.ports.runs.readControl(control.uid);
  expect(await read()).toMatchObject({ status: 'SUCCEEDED', deliveredEpoch: 0 });
  await world.runUntil(START + 60 * MINUTE);
  expect(await read()).toMatchObject({ status: 'SUCCEEDED', deliveredEpoch: 1 });
});
