import { type AttributeValue, PutItemCommand, type ReturnValue, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { at, openBench, refusal, TABLE } from './harness.ts';

type Values = Record<string, AttributeValue>;
const n = (value: number | string) => ({ N: String(value) });

async function update(
  before: Values | null,
  expression: string,
  values: Values = {},
  returns: ReturnValue = 'ALL_NEW',
) {
  const { client } = openBench();
  if (before !== null)
    await client.send(new PutItemCommand({ TableName: TABLE, Item: { ...at('a', '1'), ...before } }));
  const names = expression.match(/#\w+/g) ?? [];
  const { Attributes = {} } = await client.send(
    new UpdateItemCommand({
      TableName: TABLE,
      Key: at('a', '1'),
      UpdateExpression: expression,
      ReturnValues: returns,
      ...(names.length === 0
        ? {}
        : { ExpressionAttributeNames: Object.fromEntries(names.map((name) => [name, name.slice(1)])) }),
      ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }),
    }),
  );
  const { pk: _pk, sk: _sk, ...rest } = Attributes;
  return rest;
}

const list = (...texts: string[]) => ({ L: texts.map((S) => ({ S })) });

describe('an update', () => {
  it.each<[string, Values | null, string, Values, Values]>([
    ['creates an absent item', null, 'SET a = :v', { ':v': n(1) }, { a: n(1) }],
    [
      'adds and subtracts',
      { a: n(1), b: n(5) },
      'SET a = a + :v, b = b - :v',
      { ':v': n('0.5') },
      { a: n(1.5), b: n(4.5) },
    ],
    ['defaults what is absent', {}, 'SET a = if_not_exists(a, :z) + :v', { ':z': n(0), ':v': n(1) }, { a: n(1) }],
    ['swaps, as operands are read before', { a: n(1), b: n(2) }, 'SET a = b, b = a', {}, { a: n(2), b: n(1) }],
    ['appends to lists', { l: list('a') }, 'SET l = list_append(l, :v)', { ':v': list('b') }, { l: list('a', 'b') }],
    ['closes up lists', { l: list('a', 'b', 'c') }, 'REMOVE l[0], l[1]', {}, { l: list('c') }],
    ['appends past the end', { l: list('a') }, 'SET l[7] = :v', { ':v': { S: 'z' } }, { l: list('a', 'z') }],
    ['adds to a number', { a: n(1) }, 'ADD a :v, b :v', { ':v': n(2) }, { a: n(3), b: n(2) }],
    ['adds to a set', { s: { SS: ['a'] } }, 'ADD s :v', { ':v': { SS: ['a', 'b'] } }, { s: { SS: ['a', 'b'] } }],
    ['deletes from a set', { s: { SS: ['a', 'b'] } }, 'DELETE s :v', { ':v': { SS: ['a'] } }, { s: { SS: ['b'] } }],
    ['drops an emptied set', { s: { NS: ['1'] } }, 'DELETE s :v', { ':v': { NS: ['1.0'] } }, {}],
    ['ignores deleting what is absent', {}, 'DELETE s :v REMOVE t', { ':v': { NS: ['1'] } }, {}],
    [
      'reaches into maps',
      { open: { M: { 5: { M: {} }, 7: n(7) } } },
      'REMOVE #open.#5 SET #open.#6 = :v, #open.#7 = #open.#7 + :v',
      { ':v': n(1) },
      { open: { M: { 6: n(1), 7: n(8) } } },
    ],
    ['keeps 38 digits', { a: n('1e37') }, 'SET a = a + :v', { ':v': n(1) }, { a: n(`1${'0'.repeat(36)}1`) }],
  ])('%s', async (_, before, expression, values, after) => {
    expect(await update(before, expression, values)).toEqual(after);
  });

  it.each<[string, Values, string, Values]>([
    ['a missing parent', {}, 'SET m.a = :v', { ':v': n(1) }],
    ['a parent that is no map', { m: n(1) }, 'SET m.a = :v', { ':v': n(1) }],
    ['a missing operand', {}, 'SET a = b', {}],
    ['a sum with text', { a: { S: 'x' } }, 'SET a = a + :v', { ':v': n(1) }],
    ['a set of another type', { s: { SS: ['a'] } }, 'ADD s :v', { ':v': { NS: ['1'] } }],
    ['a key attribute', {}, 'SET sk = :v', { ':v': { S: 'x' } }],
    ['overlapping paths', { m: { M: {} } }, 'SET m = :v, m.a = :v', { ':v': n(1) }],
    ['more than 38 digits', { a: n('1e38') }, 'SET a = a + :v', { ':v': n(1) }],
    ['an index key of another type', {}, 'SET #owner = :v', { ':v': n(1) }],
  ])('is refused for %s', async (_, before, expression, values) => {
    expect((await refusal(update(before, expression, values))).name).toBe('ValidationException');
  });

  it.each([
    ['ALL_OLD', { a: n(1), m: { M: { x: n(1), y: n(2) } } }],
    ['ALL_NEW', { a: n(2), m: { M: { x: n(9), y: n(2) } } }],
    ['UPDATED_OLD', { a: n(1), m: { M: { x: n(1) } } }],
    ['UPDATED_NEW', { a: n(2), m: { M: { x: n(9) } } }],
    ['NONE', {}],
  ] as const)('returns %s', async (returns, expected) => {
    const before = { a: n(1), m: { M: { x: n(1), y: n(2) } } };
    const values = { ':two': n(2), ':nine': n(9) };
    expect(await update(before, 'SET a = :two, m.x = :nine', values, returns)).toEqual(expected);
  });
});
