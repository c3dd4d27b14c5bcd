import { expect, test } from 'vitest';
import { SHARD_SIZE } from '../../shared/domain/input.ts';
import { NO_TOTALS } from '../../shared/domain/run.ts';
import { checkCompletion } from '../../shared/engine/runs/check-completion.ts';
import { nextUnsettled } from '../../shared/engine/runs/open-input.ts';
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
    /** Records children of a roll-up node as complete. */
    record: async (uid: string, level: number, node: number, children: readonly number[]): Promise<void> => {
      for (const child of children)
        await world.ports.progress.putRollup(uid, { level, node, child }, 1, NO_TOTALS, EXPIRES);
    },
  };
}

const all = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);

test('the first shard that is open is found without a look at the complete ones', async () => {
  const { world, createTwin, record } = await createWorld();
  const { definition } = await createTwin(1_000_000); // 31,250 shards, three levels
  const next = (from: number) => world.ports.progress.nextOpenShard(definition.uid, 1_000_000, from);
  expect([await next(0), await next(31_249), await next(31_250)]).toEqual([0, 31_249, null]);
  await record(definition.uid, 1, 0, [0, 1, 3]);
  expect([await next(0), await next(3)]).toEqual([2, 4]);
  await record(definition.uid, 3, 0, [0, 1, 2, 3, 4, 5, 6]);
  expect([await next(0), await next(2)]).toEqual([7 * 4_096, 7 * 4_096]);
  await record(definition.uid, 3, 0, [7]);
  expect(await next(0)).toBeNull();
});

test('a retry opens the way down to its shards, and no older epoch closes it again', async () => {
  const { world, createTwin, record } = await createWorld();
  const { definition } = await createTwin(70 * SHARD_SIZE);
  const { uid } = definition;
  await record(uid, 1, 0, all(64));
  await record(uid, 1, 1, all(6));
  await record(uid, 2, 0, [0, 1]);
  await world.ports.progress.clearRollup(uid, { level: 2, node: 0, children: [0] }, 3, EXPIRES);
  await world.ports.progress.clearRollup(uid, { level: 1, node: 0, children: [5, 9] }, 3, EXPIRES);
  await record(uid, 1, 0, [5]); // under epoch 1
  const next = (from: number) => world.ports.progress.nextOpenShard(uid, 70 * SHARD_SIZE, from);
  expect([await next(0), await next(6), await next(10)]).toEqual([5, 9, null]);
});

test('shards whose way up the tree was cut off are those to carry up', async () => {
  const { world, createTwin, record } = await createWorld();
  const { definition } = await createTwin(70 * SHARD_SIZE); // 70 shards: nodes of 64 and 6, and a root
  const wanted = () => world.ports.progress.shardsToRollUp(definition.uid, 70 * SHARD_SIZE);
  await record(definition.uid, 1, 0, all(64).slice(1));
  await record(definition.uid, 1, 1, all(6));
  expect(await wanted()).toEqual([0, 64]);
  await record(definition.uid, 1, 0, [0]);
  expect(await wanted()).toEqual([0, 64]);
  await record(definition.uid, 2, 0, [0]);
  expect(await wanted()).toEqual([64]);
  await record(definition.uid, 2, 0, [1]);
  expect(await wanted()).toEqual([0]);
});

test('a run whose root was completed and not told of is ended when it is looked at again', async () => {
  const { world, createTwin, record } = await createWorld();
  const inputs = 65 * SHARD_SIZE;
  const { definition, control } = await createTwin(inputs, { status: 'RUNNING', finishedAt: null, endings: 0 });
  const mark = { status: 'SUCCEEDED', pages: 1, outputs: 1, tries: 0, callbacks: 1, finishedAt: START } as const;
  const { progress } = world.ports;
  for (const input of all(SHARD_SIZE)) {
    await progress.markInput(definition.uid, input, 1, { ...mark, empty: false, refused: false }, EXPIRES);
  }
  const outcome = { kind: 'RESULT', count: 0, nextCursor: null, last: true, parts: 1, info: null } as const;
  const slot = { runUid: definition.uid, input: 0, page: 0, outcome, cursor: null, results: 0, callbacks: 1, tries: 0 };
  await progress.putSlot({ ...slot, epoch: 1, attempt: 1, by: 'x', at: START, version: 1 }, [], EXPIRES, 0);
  await record(definition.uid, 1, 0, all(64));
  await record(definition.uid, 1, 1, [0]);
  await progress.putRollup(
    definition.uid,
    { level: 2, node: 0, child: 0 },
    1,
    { ...NO_TOTALS, succeeded: 64 * SHARD_SIZE },
    EXPIRES,
  );
  await progress.putRollup(
    definition.uid,
    { level: 2, node: 0, child: 1 },
    1,
    { ...NO_TOTALS, succeeded: SHARD_SIZE },
    EXPIRES,
  );
  await checkCompletion(world.ports, control, definition);
  const ended = await world.ports.runs.readControl(definition.uid);
  expect([ended?.status, ended?.totals.succeeded]).toEqual(['SUCCEEDED', inputs]);
});

test('a retry finds its next input beyond complete shards in a few reads', async () => {
  const { world, createTwin, record } = await createWorld();
  const { definition, control } = await createTwin(100_000, { epoch: 2 });
  await record(definition.uid, 2, 0, all(48));
  await record(definition.uid, 1, 48, all(50));
  const mark = { status: 'SUCCEEDED', pages: 1, outputs: 1, tries: 0, callbacks: 1, finishedAt: START } as const;
  for (const input of all(SHARD_SIZE)) {
    await world.ports.progress.markInput(definition.uid, input, 1, { ...mark, empty: false, refused: false }, EXPIRES);
  }
  let reads = 0;
  const { progress } = world.ports;
  const readMarks = (...asked: Parameters<typeof progress.readMarks>) => {
    reads += 1;
    return progress.readMarks(...asked);
  };
  expect(await nextUnsettled({ progress: { ...progress, readMarks } }, control, 0)).toBe((48 * 64 + 50) * SHARD_SIZE);
  expect(reads).toBe(2);
});

test('a large ended run is looked at some shards a minute, until all were seen', async () => {
  const { world, createTwin } = await createWorld();
  const { definition, control } = await createTwin(600 * SHARD_SIZE);
  const window = { epoch: control.epoch, next: control.inputsTotal, open: new Map() };
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
  expect(looks.slice(0, 2).map((look) => look?.shard)).toEqual([undefined, 500]);
});
