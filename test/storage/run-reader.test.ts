import { expect, it } from 'vitest';
import { Table } from '../../shared/storage/table.ts';
import { clientOf, openEngine, TABLE_NAME } from '../support/open-table.ts';

/** A table on an engine that leaves entries of batches undone, and a clock whose waits are over at once. */
function openChaosTable() {
  const waits: number[] = [];
  const engine = openEngine({ now: () => 0, chaos: { seed: 5 } });
  const clock = {
    now: () => 0,
    after: (ms: number, callback: () => void) => {
      waits.push(ms);
      setImmediate(callback);
      return () => undefined;
    },
  };
  return { table: new Table(clientOf(engine), TABLE_NAME, clock), engine, waits };
}

const keyOf = (at: number) => ({ pk: `p${at % 7}`, sk: String(at) });

it('gets every item of a batch, however often some are left undone, and each key once', async () => {
  const { table, engine, waits } = openChaosTable();
  const all = Array.from({ length: 230 }, (_, at) => at);
  await table.putAll(all.map((at) => ({ key: keyOf(at), record: { n: at, by: 'me' } })));
  waits.length = 0;
  engine.resetMeter();
  const wanted = [...all, ...all.slice(0, 50), 1_000].map(keyOf);
  const items = await table.batchGet(wanted, { consistency: 'strong' });
  expect(items.map(({ n }) => Number(n?.N)).toSorted((a, b) => a - b)).toEqual(all);
  const calls = engine.meter().find(({ operation }) => operation === 'BatchGetItem')?.calls ?? 0;
  expect(calls).toBeGreaterThan(3);
  expect(waits.length).toBeGreaterThan(0);
});

it('reads only what is asked for, reserved words too', async () => {
  const { table } = openChaosTable();
  await table.put(keyOf(1), { n: 1, by: 'me', text: 'long' });
  const project = ['n', 'by', 'absent'];
  expect(await table.batchGet([keyOf(1)], { consistency: 'strong', project })).toEqual([
    { n: { N: '1' }, by: { S: 'me' } },
  ]);
  const { items } = await table.query({ pk: 'p1', prefix: '1', consistency: 'strong', project });
  expect(items).toEqual([{ n: { N: '1' }, by: { S: 'me' } }]);
  expect(await table.batchGet([], { consistency: 'strong' })).toEqual([]);
});
