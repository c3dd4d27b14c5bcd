import { expect, test } from 'vitest';
import { readInputLine } from '../../shared/domain/input-line.ts';

const read = (text: string | Uint8Array) => readInputLine({ number: 7, bytes: Buffer.from(text) });

test('custom_data is parted from the input', () => {
  expect(read('{"country":"NL","custom_data":{"row":1}}')).toEqual({
    input: { country: 'NL' },
    customData: { row: 1 },
  });
  expect(read(' {"country":"ÅÄ"} ')).toEqual({ input: { country: 'ÅÄ' }, customData: null });
});

test.each([
  ['is not valid JSON at column 6', '{"a":}'],
  ['must be a JSON object', '[1]'],
  ['must be a JSON object', 'null'],
  ['must be a JSON object', '"text"'],
  ['is not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])],
  ['custom_data must be an object', '{"custom_data":[1]}'],
  ['custom_data must be an object', '{"custom_data":1e400}'],
  ['must be a JSON object', '9007199254740993'],
  ['a.__proto__: is not allowed as a property name', '{"a":{"__proto__":1}}'],
  ['custom_data takes', `{"custom_data":{"a":"${'x'.repeat(8 * 1024)}"}}`],
  ['a[0][0][0]: objects and lists nest deeper than 32 levels', `{"a":${'['.repeat(32)}${']'.repeat(32)}}`],
])('a line that cannot be an input says its number and why: %s', (why, text) => {
  expect(read(text).fault).toContain(`line 7: ${why}`);
});

test('a line at the edge of depth and custom_data is an input', () => {
  expect(read(`{"a":${'['.repeat(31)}${']'.repeat(31)}}`).fault).toBeUndefined();
  expect(read(`{"custom_data":{"a":"${'x'.repeat(8 * 1024 - 8)}"}}`).fault).toBeUndefined();
});

test('a line longer than an input may be says so', () => {
  expect(readInputLine({ number: 3, bytes: null }).fault).toContain('line 3: is over the limit of 32768 bytes');
});
