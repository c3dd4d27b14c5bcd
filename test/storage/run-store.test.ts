import { beforeEach, expect, it } from 'vitest';
import { noLargeObjects } from '../../functions/wiring/create-ports.ts';
import { createDueStore } from '../../shared/storage/due-store.ts';
import { createRunStore } from '../../shared/storage/run-store.ts';
import type { Table } from '../../shared/storage/table.ts';
import type { RunControl, RunDefinition } from '../../shared/domain/run.ts';
import type { RunStore } from '../../shared/engine/stores/run-store.ts';
import { createEngineHarness, type EngineHarness } from '../support/engine-harness.ts';
import { createSampleActions } from '../support/sample-actions.ts';

let harness: EngineHarness;
let table: Table;
let run: { readonly control: RunControl; readonly definition: RunDefinition };
beforeEach(async () => {
  harness = createEngineHarness({ actions: [createSampleActions().numberedPages] });
  ({ table } = harness);
  run = await harness.launch({ inputs: [{ pages: 1, per_page: 1 }] });
});

/** The store as one function has it. */
function process(): RunStore {
  return createRunStore(table, createDueStore(table), noLargeObjects);
}

it('gives a run with how long it is kept by now, though a process remembers it from before', async () => {
  const { control, definition } = run;
  const [one, other] = [process(), process()];
  expect((await one.readRun(control.uid))?.definition.expiresAt).toBe(definition.expiresAt);
  expect(await other.moveExpiry(control, definition.expiresAt + 1)).toBe(true);
  expect((await one.readRun(control.uid))?.definition.expiresAt).toBe(definition.expiresAt + 1);
});

it('gives the input asked for, read beside its run or not, wherever it lies', async () => {
  const inputs = Array.from({ length: 5_000 }, (_, at) => ({
    pages: 1,
    per_page: 1,
    custom_data: { at: `${at ** 7}` },
  }));
  const { uid } = (await harness.launch({ inputs })).control;
  for (const at of [0, 4_999]) {
    const store = process();
    await Promise.all([store.readRun(uid), store.prefetchInput(uid, at)]);
    expect((await store.readInput(uid, at)).customData).toEqual({ at: `${at ** 7}` });
    expect((await process().readInput(uid, at)).customData).toEqual({ at: `${at ** 7}` });
  }
  const small = process();
  await Promise.all([small.readRun(run.control.uid), small.prefetchInput(run.control.uid, 0)]);
  expect((await small.readInput(run.control.uid, 0)).input).toEqual({ pages: 1, per_page: 1 });
});
