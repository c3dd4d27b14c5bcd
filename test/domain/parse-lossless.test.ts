import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { parseLosslessJson } from '../../shared/domain/lossless-json.ts';
import { parseLossless, takesLossless } from '../../shared/domain/parse-lossless.ts';

const parse = (schema: z.ZodType, text: string) => parseLossless(schema, parseLosslessJson(text));

describe('a lossless number', () => {
  test.each([
    ['z.unknown()', z.strictObject({ a: z.unknown() })],
    ['a loose object', z.looseObject({})],
    ['a record of anything', z.record(z.string(), z.unknown())],
    ['a list of anything', z.object({ a: z.union([z.string(), z.unknown()]) })],
  ])('passes where anything is taken: %s', (_, schema) => {
    const text = '{"a":[1,9007199254740993,{"b":1e400}]}';
    const parsed = parse(schema, text);
    expect(parsed.success && JSON.stringify(parsed.data)).toBe(text);
  });

  test.each([
    ['z.number()', z.number()],
    ['z.int()', z.int()],
    ['an optional number', z.number().optional()],
    ['a number with words of its own', z.number('give a number')],
    ['a number or a list', z.union([z.number(), z.array(z.number())])],
  ])('is refused by %s, which says why', (_, schema) => {
    expect(parse(z.looseObject({ a: z.array(schema) }), '{"a":[1,9007199254740993],"b":1e400}')).toMatchObject({
      success: false,
      issues: [
        {
          path: ['a', 1],
          message: expect.stringContaining('9007199254740993 cannot be represented exactly (IEEE 754 double)'),
        },
      ],
    });
  });

  test.each([
    ['text', z.string()],
    ['an object', z.looseObject({})],
    ['an object that drops what it does not know', z.object({})],
    ['a record', z.record(z.string(), z.unknown())],
    ['JSON, whose objects it would be copied into', z.json()],
    ['text made of it', z.coerce.string().min(20)],
  ])('is refused where %s is wanted', (_, schema) => {
    const parsed = parse(z.object({ a: schema }), '{"a":1e400}');
    expect(parsed).toMatchObject({ success: false, issues: [{ path: ['a'] }] });
    expect(JSON.stringify(parsed)).not.toContain('symbol');
  });

  test('is told in short, however long it is', () => {
    const parsed = parse(z.object({ a: z.number() }), `{"a":${'9'.repeat(1_000)}}`);
    expect(!parsed.success && parsed.issues[0]?.message.length).toBeLessThan(200);
  });
});

test('what a schema is said to check by hand reaches it as it is, lossless numbers and all', () => {
  const seen: unknown[] = [];
  const list = z.unknown().superRefine((value) => void seen.push(value));
  const given = Object(parseLosslessJson('{"list":[1e400],"n":1e400}'));
  const parsed = parseLossless(z.object({ list, n: z.unknown() }), given, 'list');
  expect(parsed).toEqual({ success: true, data: given });
  expect(new Set(seen)).toEqual(new Set([given.list]));
  expect(parseLossless(z.object({ list, n: z.number() }), given, 'list')).toMatchObject({ issues: [{ path: ['n'] }] });
});

test.each([
  [z.looseObject({}), true],
  [z.object({ a: z.looseObject({}) }), false],
  [z.object({ a: z.number() }), false],
])('takesLossless says what parseLossless would: %#', (schema, taken) => {
  const value = parseLosslessJson('{"a":1e400}');
  expect(takesLossless(schema, value)).toBe(taken);
  expect(parseLossless(schema, value).success).toBe(taken);
});

test("a caller's own rawJSON is an object", () => {
  expect(parse(z.object({ rawJSON: z.string() }), '{"rawJSON":"1"}')).toEqual({
    success: true,
    data: { rawJSON: '1' },
  });
});

test('a schema sees all else as it is', () => {
  const schema = z.object({ n: z.number().max(3), any: z.unknown(), text: z.string().default('x') });
  expect(parse(schema, '{"n":4,"any":1e400}')).toMatchObject({ success: false, issues: [{ path: ['n'] }] });
  expect(parse(schema, '{"n":3,"any":1}')).toEqual({ success: true, data: { n: 3, any: 1, text: 'x' } });
});
