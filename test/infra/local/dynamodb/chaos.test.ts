import { describe, expect, it } from 'vitest';
import { at, type Bench, openBench, TABLE } from './harness.ts';

const openChaosBench = (seed: number) => openBench({ chaos: { seed } });

async function get({ engine }: Bench, consistent: boolean): Promise<string | undefined> {
  const { body } = await engine.handle('GetItem', { TableName: TABLE, Key: at('a', '1'), ConsistentRead: consistent });
  return (body as { Item?: { v: { N: string } } }).Item?.v.N; // a GetItem answer
}

async function put({ engine }: Bench, value: number): Promise<void> {
  const Item = { ...at('a', '1'), kind: { S: 'k' }, v: { N: String(value) } };
  await engine.handle('PutItem', { TableName: TABLE, Item });
}

/** What eventual reads see while a value rises by one every 500 ms. */
async function observed(seed: number): Promise<(string | undefined)[]> {
  const bench = openChaosBench(seed);
  const seen: (string | undefined)[] = [];
  for (let value = 0; value < 40; value += 1) {
    await put(bench, value);
    seen.push(await get(bench, false));
    bench.clock.ms += 500;
  }
  return seen;
}

describe('an engine in chaos mode', () => {
  it('answers eventual reads up to 2 s late, consistent ones never', async () => {
    const seen = await observed(1);
    const lags = seen.map((value, now) => now - Number(value ?? -1));
    expect(Math.max(...lags)).toBeGreaterThan(1);
    expect(Math.max(...lags)).toBeLessThanOrEqual(4); // 4 × 500 ms
    expect(Math.min(...lags)).toBe(0);
    const bench = openChaosBench(1);
    for (let value = 0; value < 20; value += 1) {
      await put(bench, value);
      expect(await get(bench, true)).toBe(String(value));
    }
  });

  it('answers index reads late, and right after 2 s', async () => {
    const counts = new Set<number>();
    for (let seed = 0; seed < 10; seed += 1) {
      const bench = openChaosBench(seed);
      await put(bench, 1);
      const count = async () => {
        const { body } = await bench.engine.handle('Query', {
          TableName: TABLE,
          IndexName: 'by-kind',
          KeyConditionExpression: 'kind = :k',
          ExpressionAttributeValues: { ':k': { S: 'k' } },
        });
        return (body as { Count: number }).Count; // a Query answer
      };
      counts.add(await count());
      bench.clock.ms += 2_000;
      expect(await count()).toBe(1);
    }
    expect(counts).toEqual(new Set([0, 1]));
  });

  it('does the same for the same seed', async () => {
    expect(await observed(7)).toEqual(await observed(7));
    expect(await observed(7)).not.toEqual(await observed(8));
  });

  it.each([
    ['a partition key', { pk: { S: 'a' } }, 'TableWriteKeyRangeThroughputExceeded'],
    ['an index key', { colour: { S: 'red' } }, 'IndexWriteKeyRangeThroughputExceeded'],
  ])('throttles %s at 1,000 write units a second', async (_, hot, reason) => {
    const { engine, clock } = openChaosBench(1);
    const write = (index: number) =>
      engine.handle('PutItem', { TableName: TABLE, Item: { ...at(`p${index}`, String(index)), ...hot } });
    for (let index = 0; index < 1_000; index += 1) expect((await write(index)).status).toBe(200);
    expect(await write(1_000)).toMatchObject({
      status: 400,
      body: { __type: expect.stringContaining('#ThrottlingException'), throttlingReasons: [{ reason }] },
    });
    clock.ms += 1_000;
    expect((await write(1_000)).status).toBe(200);
  });

  it('throttles reads of one key at 3,000 units a second', async () => {
    const { engine } = openChaosBench(1);
    const read = () => engine.handle('GetItem', { TableName: TABLE, Key: at('a', '1'), ConsistentRead: true });
    for (let index = 0; index < 3_000; index += 1) await read();
    expect((await read()).status).toBe(400);
  });

  it('leaves entries of batches unprocessed, which succeed when sent again', async () => {
    const { engine } = openChaosBench(3);
    let left = Array.from({ length: 25 }, (_, index) => ({ PutRequest: { Item: at('a', String(index)) } }));
    let rounds = 0;
    while (left.length > 0) {
      const { body } = await engine.handle('BatchWriteItem', { RequestItems: { [TABLE]: left } });
      left = (body as { UnprocessedItems: Record<string, typeof left> }).UnprocessedItems[TABLE] ?? []; // its answer
      rounds += 1;
    }
    expect(rounds).toBeGreaterThan(1);
    const { body } = await engine.handle('Scan', { TableName: TABLE, ConsistentRead: true, Select: 'COUNT' });
    expect(body).toMatchObject({ Count: 25 });
  });

  it('cancels a transaction on a hot key', async () => {
    const { engine } = openChaosBench(1);
    for (let index = 0; index < 1_000; index += 1)
      await engine.handle('PutItem', { TableName: TABLE, Item: at('a', String(index)) });
    const TransactItems = [{ Put: { TableName: TABLE, Item: at('a', 'x') } }];
    expect((await engine.handle('TransactWriteItems', { TransactItems })).body).toMatchObject({
      CancellationReasons: [{ Code: 'ThrottlingError' }],
    });
  });
});
