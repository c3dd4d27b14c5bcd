import { expect, test } from 'vitest';
import { readJson, readJsonBytes } from '../../shared/domain/read-json.ts';

const bytes = (...parts: readonly (string | number)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))));

test('a byte order mark is no part of the text', () => {
  expect(readJsonBytes(bytes(0xef, 0xbb, 0xbf, '{"a":1}'))).toEqual({ json: { a: 1 } });
  expect(readJson('\uFEFF[1]')).toEqual({ json: [1] });
});

test.each([
  ['a byte of no character', bytes('{"a":"', 0xff, '"}'), 6],
  ['a character cut short', bytes('{"é":"', 0xe2, 0x82, '"}'), 7],
  ['after replacement characters that were sent', bytes('"\uFFFD\uFFFDé', 0xc0, '"'), 9],
  ['the end', bytes('"\uFFFD', 0xf0, 0x9f), 4],
  ['half a surrogate pair', bytes('"', 0xed, 0xa0, 0x80, '"'), 1],
])('what is not UTF-8 names the offset: %s', (_, sent, offset) => {
  expect(readJsonBytes(sent)).toMatchObject({
    refusal: { kind: 'not_utf8', message: expect.stringContaining(`offset ${offset} `) },
  });
});

test.each([
  ['{"__proto__":1}', '__proto__'],
  ['{"a":[{},{"b":{"__proto__":null}}]}', 'a[1].b.__proto__'],
  ['{"a-b":{"\\u005f_proto__":1}}', '["a-b"].__proto__'],
  ['{"\\u005F\\u005f\\u0070\\u0072\\u006F\\u0074\\u006f\\u005f_":{}}', '__proto__'],
  [String.raw`{"a":"\\","__proto__" :1}`, '__proto__'],
])('__proto__ is refused by its path: %s', (text, path) => {
  expect(readJson(text)).toMatchObject({ refusal: { kind: 'forbidden_name', path } });
});

test('the words of a string may say __proto__', () => {
  expect(readJson('{"a":"__proto__"}')).toEqual({ json: { a: '__proto__' } });
  expect(readJson(String.raw`{"a\"__proto__":"\"__proto__\":1"}`)).toEqual({
    json: { 'a"__proto__': '"__proto__":1' },
  });
});

test('nesting is refused beyond its limit, however deep', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  expect(readJson(nested(32))).toHaveProperty('json');
  expect(readJson(nested(33))).toMatchObject({ refusal: { kind: 'too_deep' } });
  expect(readJson(nested(2_000_000))).toMatchObject({ refusal: { kind: 'too_deep' } });
  expect(readJson(nested(40), 40)).toHaveProperty('json');
});

const deep = '['.repeat(40);
test.each([
  ['a body', `{"name":"x","inputs":[{},{"custom_data":{"b":[[1,2],{}],"a":${deep}`, 'inputs[1].custom_data.a'],
  ['a list', `[1,{"a":[2]},"]",${deep}`, '[3][0][0][0]'],
  ['values that are no names', `{"a" : "b", "c\\"d" : ["e",${deep}`, '["c\\"d"][1][0][0]'],
  ['names that are none', `{"\\q":${deep}`, '["\\\\q"][0][0][0]'],
  ['nothing but objects', '{"a":'.repeat(40), 'a.a.a.a'],
  ['more ends than begins', `${']'.repeat(3)}${deep}`, '[0][0][0][0]'],
  ['a long name', `{"${'n'.repeat(5_000)}":${deep}`, `["${'n'.repeat(100)}"…][0][0][0]`],
])('nesting too deep says where it begins: %s', (_, text, path) => {
  expect(readJson(text)).toMatchObject({ refusal: { kind: 'too_deep', path } });
});

test('what is no JSON says where, and what was expected', () => {
  expect(readJson('{"a":9007199254740993,\n "b":}')).toMatchObject({
    refusal: { kind: 'not_json', message: 'is not valid JSON at line 2, column 6; expected a value' },
  });
});

test('more numbers than are kept say what to do', () => {
  expect(readJson(`[${'1e400,'.repeat(250_001)}1]`)).toMatchObject({
    refusal: { kind: 'too_many_numbers', message: expect.stringContaining('write them as strings') },
  });
});
