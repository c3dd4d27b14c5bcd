import { PutItemCommand, QueryCommand, type QueryCommandInput, ScanCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { at, type Bench, openBench, refusal, TABLE } from './harness.ts';

async function filled(count: number, extra: (index: number) => object = () => ({})): Promise<Bench> {
  const bench = openBench();
  for (let index = 0; index < count; index += 1) {
    const Item = { ...at('p', String(index).padStart(3, '0')), ...extra(index) };
    await bench.client.send(new PutItemCommand({ TableName: TABLE, Item }));
  }
  return bench;
}

function query(bench: Bench, input: Partial<QueryCommandInput>) {
  const { ExpressionAttributeValues = {}, ...rest } = input;
  return bench.client.send(
    new QueryCommand({
      TableName: TABLE,
      KeyConditionExpression: 'pk = :p',
      ExpressionAttributeValues: {
        ...(input.IndexName === undefined ? { ':p': { S: 'p' } } : {}),
        ...ExpressionAttributeValues,
      },
      ...rest,
    }),
  );
}

const sorts = (items: { sk?: { S?: string } }[] | undefined) => (items ?? []).map(({ sk }) => sk?.S);

describe('a query', () => {
  it.each([
    ['sk = :a', ['003']],
    ['sk < :a', ['000', '001', '002']],
    ['sk <= :a', ['000', '001', '002', '003']],
    ['sk > :a', ['004']],
    ['sk >= :a', ['003', '004']],
    ['sk BETWEEN :a AND :b', ['003', '004']],
    ['begins_with(sk, :z)', ['000', '001', '002', '003', '004']],
  ])('finds by %s, both ways', async (condition, expected) => {
    const bench = await filled(5);
    const all = { ':a': { S: '003' }, ':b': { S: '004' }, ':z': { S: '00' } };
    const used = Object.fromEntries(Object.entries(all).filter(([name]) => condition.includes(name)));
    const input = { KeyConditionExpression: `pk = :p AND ${condition}`, ExpressionAttributeValues: used };
    expect(sorts((await query(bench, input)).Items)).toEqual(expected);
    const descending = await query(bench, { ...input, ScanIndexForward: false });
    expect(sorts(descending.Items)).toEqual(expected.toReversed());
  });

  it.each([true, false])('pages by limit without loss or repeat (forward: %s)', async (forward) => {
    const bench = await filled(10);
    const seen: (string | undefined)[] = [];
    let start: QueryCommandInput['ExclusiveStartKey'];
    do {
      const page = await query(bench, { Limit: 3, ScanIndexForward: forward, ExclusiveStartKey: start });
      seen.push(...sorts(page.Items));
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    const expected = Array.from({ length: 10 }, (_, index) => String(index).padStart(3, '0'));
    expect(seen).toEqual(forward ? expected : expected.toReversed());
  });

  it('ends a page before 1 MB, counted before the filter', async () => {
    const bench = await filled(5, () => ({ big: { S: 'x'.repeat(300 * 1024) } }));
    const page = await query(bench, {
      FilterExpression: 'attribute_not_exists(big)',
      ReturnConsumedCapacity: 'TOTAL',
    });
    expect(page).toMatchObject({ Count: 0, ScannedCount: 3, LastEvaluatedKey: at('p', '002') });
    expect(page.ConsumedCapacity?.CapacityUnits).toBe(113); // 3 × (300 KB + 13 bytes) = 225.01 × 4 KB → 226 / 2
  });

  it('says there may be more when it ends exactly at its limit', async () => {
    expect((await query(await filled(2), { Limit: 2 })).LastEvaluatedKey).toEqual(at('p', '001'));
    expect((await query(await filled(2), { Limit: 3 })).LastEvaluatedKey).toBeUndefined();
  });

  it('counts, filters and projects', async () => {
    const bench = await filled(4, (index) => ({ n: { N: String(index) }, m: { M: { a: { S: 'a' }, b: { S: 'b' } } } }));
    const values = { ExpressionAttributeValues: { ':two': { N: '2' } }, FilterExpression: 'n >= :two' };
    expect(await query(bench, { ...values, Select: 'COUNT' })).toMatchObject({ Count: 2, ScannedCount: 4 });
    const { Items } = await query(bench, { ...values, ProjectionExpression: 'n, m.a' });
    expect(Items?.[0]).toEqual({ n: { N: '2' }, m: { M: { a: { S: 'a' } } } });
  });

  it('sorts text by UTF-8 bytes and numbers by value', async () => {
    const bench = openBench();
    const texts = ['\u{1F600}', '\uFF5E', 'a\0', 'a', 'ab', 'Z'];
    const numbers = ['-100', '-1.25', '-1.2', '0', '0.001', '2', '10', '123456789012345678901234567890'];
    for (const text of texts) await bench.client.send(new PutItemCommand({ TableName: TABLE, Item: at('p', text) }));
    for (const N of numbers.toReversed()) {
      const Item = { ...at('q', N), owner: { S: 'o' }, rank: { N } };
      await bench.client.send(new PutItemCommand({ TableName: TABLE, Item }));
    }
    const expected = texts.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(sorts((await query(bench, {})).Items)).toEqual(expected);
    const byRank = await query(bench, {
      IndexName: 'by-owner',
      KeyConditionExpression: '#owner = :o',
      ExpressionAttributeNames: { '#owner': 'owner' },
      ExpressionAttributeValues: { ':o': { S: 'o' } },
    });
    expect(byRank.Items?.map(({ rank }) => rank?.N)).toEqual(numbers);
  });

  it.each<[string, Partial<QueryCommandInput>]>([
    ['a filter on a key', { FilterExpression: 'sk > :x', ExpressionAttributeValues: { ':x': { S: '' } } }],
    ['no partition key', { KeyConditionExpression: 'sk = :p' }],
    ['an unknown index', { IndexName: 'by-nothing', ExpressionAttributeValues: { ':p': { S: 'p' } } }],
    ['a starting key of another partition', { ExclusiveStartKey: at('q', '1') }],
    ['an incomplete starting key', { ExclusiveStartKey: { pk: { S: 'p' } } }],
    ['a limit of 0', { Limit: 0 }],
    ['a projection of a count', { Select: 'COUNT', ProjectionExpression: 'sk' }],
  ])('is refused for %s', async (_, input) => {
    expect((await refusal(query(await filled(0), input))).name).toBe('ValidationException');
  });
});

describe('an index', () => {
  const item = {
    ...at('p', '1'),
    kind: { S: 'k' },
    colour: { S: 'red' },
    owner: { S: 'o' },
    label: { S: 'l' },
    more: { S: 'm' },
  };
  async function found(index: string, attribute: string, value: string, input: Partial<QueryCommandInput> = {}) {
    const bench = openBench();
    await bench.client.send(new PutItemCommand({ TableName: TABLE, Item: item }));
    return query(bench, {
      IndexName: index,
      KeyConditionExpression: `#a = :v`,
      ExpressionAttributeNames: { '#a': attribute },
      ExpressionAttributeValues: { ':v': { S: value } },
      ...input,
    });
  }

  it('holds only what it projects', async () => {
    const keys = at('p', '1');
    expect((await found('by-kind', 'kind', 'k')).Items).toEqual([{ ...keys, kind: item.kind, label: item.label }]);
    expect((await found('by-colour', 'colour', 'red')).Items).toEqual([{ ...keys, colour: item.colour }]);
  });

  it('leaves out items without its key', async () => {
    expect((await found('by-owner', 'owner', 'o')).Count).toBe(0);
  });

  it('refuses consistent reads and what it does not project', async () => {
    const consistent = await refusal(found('by-kind', 'kind', 'k', { ConsistentRead: true }));
    expect(consistent.message).toContain('Consistent reads are not supported');
    const missing = await refusal(found('by-kind', 'kind', 'k', { ProjectionExpression: 'more' }));
    expect(missing.message).toContain('does not project [more]');
  });

  it('pages over entries of one key', async () => {
    const bench = await filled(7, () => ({ kind: { S: 'k' } }));
    const seen = new Set<string | undefined>();
    let start: QueryCommandInput['ExclusiveStartKey'];
    do {
      const page = await query(bench, {
        IndexName: 'by-kind',
        KeyConditionExpression: 'kind = :k',
        ExpressionAttributeValues: { ':k': { S: 'k' } },
        Limit: 2,
        ExclusiveStartKey: start,
      });
      for (const sort of sorts(page.Items)) seen.add(sort);
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    expect(seen.size).toBe(7);
  });
});

it('scans reach every item once, by pages and in segments', async () => {
  const bench = openBench();
  for (let index = 0; index < 40; index += 1)
    await bench.client.send(new PutItemCommand({ TableName: TABLE, Item: at(`p${index >> 1}`, String(index)) }));
  const seen: (string | undefined)[] = [];
  for (const Segment of [0, 1, 2]) {
    let start: QueryCommandInput['ExclusiveStartKey'];
    do {
      const page = await bench.client.send(
        new ScanCommand({ TableName: TABLE, Segment, TotalSegments: 3, Limit: 3, ExclusiveStartKey: start }),
      );
      seen.push(...sorts(page.Items));
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
  }
  expect(seen).toHaveLength(40);
  expect(new Set(seen).size).toBe(40);
});
