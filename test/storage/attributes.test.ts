import { expect, test } from 'vitest';
import { ItemReader, toAttribute, toItem } from '../../shared/storage/attributes.ts';

test('what is stored comes back as it was', () => {
  const record = {
    text: '',
    at: 1.5,
    absurd: 1e20,
    on: false,
    bytes: Buffer.from([0, 255]),
    list: ['a', { deep: [1] }],
    map: { n: 0 },
  };
  const read = new ItemReader(toItem({ ...record, names: new Set(['x', 'y']) }));
  for (const [name, value] of Object.entries(record)) expect(read.stored(name)).toEqual(value);
  expect(read.stored('names')).toEqual(new Set(['x', 'y']));
});

test('a member that is null takes no place in an item, at any depth, and reads as null; in a list it keeps its place', () => {
  const item = toItem({ gone: null, never: undefined, map: { gone: null, kept: 1 }, list: [null, { gone: null }] });
  expect(item).toEqual({ map: { M: { kept: { N: '1' } } }, list: { L: [{ NULL: true }, { M: {} }] } });
  expect(new ItemReader(item).textOrNull('gone')).toBeNull();
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, new Date(0), new Set(), [undefined], undefined])(
  'what DynamoDB cannot hold as it is, as %s, is refused',
  (value) => {
    expect(() => toAttribute(value)).toThrow();
  },
);
