import { expect, test } from 'vitest';
import { Table } from '../../shared/storage/table.ts';
import { clientOf, openEngine, TABLE_NAME } from '../support/open-table.ts';

/** A table of an engine in chaos mode on a clock that moves only where somebody waits. */
function openChaosTable() {
  let now = Date.UTC(2030, 0, 1);
  const client = clientOf(openEngine({ now: () => now, chaos: { seed: 7 } }));
  const waits: number[] = [];
  const after = (ms: number, callback: () => void) => {
    waits.push(ms);
    now += ms;
    setImmediate(callback);
    return () => undefined;
  };
  return { table: new Table(client, TABLE_NAME, { now: () => now, after }), waits };
}

const keyOf = (at: number) => ({ pk: 'P', sk: String(at).padStart(5, '0') });

test('what is left undone of many batches is sent again together, with few waits', async () => {
  const { table, waits } = openChaosTable();
  const keys = Array.from({ length: 500 }, (_, at) => keyOf(at));
  await table.putAll(keys.map((key, at) => ({ key, record: { at } })));
  expect(waits.length).toBeLessThan(8);
  expect(await table.batchGet(keys, { consistency: 'strong' })).toHaveLength(500);
});

test('a partition that takes no more this second is waited for', async () => {
  const { table, waits } = openChaosTable();
  const body = 'x'.repeat(15_000);
  const records = Array.from({ length: 200 }, (_, at) => ({ key: keyOf(at), record: { body } })); // 3,000 write units
  await table.putAll(records);
  expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(1_000);
  expect(
    await table.batchGet(
      records.map(({ key }) => key),
      { consistency: 'strong' },
    ),
  ).toHaveLength(200);
});
