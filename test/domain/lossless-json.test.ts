import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimalValue } from '../../shared/domain/decimal-value.ts';
import { isLosslessNumber, MAX_LOSSLESS_NUMBERS, parseLosslessJson } from '../../shared/domain/lossless-json.ts';

const again = (text: string): string => JSON.stringify(parseLosslessJson(text));

describe('numbers a double does not hold', () => {
  test.each([
    '738529527931269425',
    '9007199254740993',
    '-9007199254740993',
    '1e400',
    '-1e400',
    '1E+400',
    '1e-400',
    '0.1000000000000000055',
    '123456789012345678901234567890',
    '1e99999999999999999999999999999999',
    '9'.repeat(8_000),
  ])('%.60s stays as it was written', (number) => {
    expect(again(number)).toBe(number);
    expect(again(`{"a":[1,${number},{"b":${number}}]}`)).toBe(`{"a":[1,${number},{"b":${number}}]}`);
    expect(isLosslessNumber(parseLosslessJson(` ${number} `))).toBe(true);
  });

  test.each([
    ['1.0', 1],
    ['1E5', 100_000],
    ['-0', -0],
    ['0e400', 0],
    ['9007199254740992', 2 ** 53],
    ['1000000000000000000000', 1e21],
    ['0.10000000000000000', 0.1],
    ['1e300', 1e300],
    ['1.7976931348623157e308', Number.MAX_VALUE],
    ['5e-324', 5e-324],
    ['1e250', 1e250],
    ['-3e250', -3e250],
  ])('%s is a number as any other', (text, number) => {
    expect(parseLosslessJson(text)).toBe(number);
    expect(parseLosslessJson(`{"a":[${text},1e400]}`)).toMatchObject({ a: [number, {}] });
  });
});

test('what looks like a number in a string, and what looks like a lossless number in an object, is left alone', () => {
  const text = String.raw`{"rawJSON":"1","a":"1e400 \" 9007199254740993","9007199254740993":{"rawJSON":"1e400"},"b":[]}`;
  const value = parseLosslessJson(`[${text},1e400]`);
  expect(value).toEqual([JSON.parse(text), expect.anything()]);
  expect(isLosslessNumber((value as unknown[])[0])).toBe(false);
  expect(again('{"__proto__":9007199254740993}')).toBe('{"__proto__":9007199254740993}');
});

test.each(['01234567890123456789', '[1e400', '9007199254740993.', '[12345678901234567890e]', '1e400 1', '--1e400'])(
  'what is no JSON is refused as JSON.parse refuses it: %s',
  (text) => {
    expect(() => parseLosslessJson(text)).toThrow(thrownBy(() => JSON.parse(text)));
  },
);

test('more such numbers than a body has room for are a RangeError', () => {
  const all = `[${'1e400,'.repeat(MAX_LOSSLESS_NUMBERS)}1]`;
  expect(parseLosslessJson(all)).toHaveLength(MAX_LOSSLESS_NUMBERS + 1);
  expect(() => parseLosslessJson(`[1e400,${all}]`)).toThrow(RangeError);
});

const digits = fc.stringMatching(/^(0|[1-9]\d{0,24})$/);
const numberText = fc
  .tuple(
    fc.constantFrom('', '-'),
    digits,
    fc.option(fc.stringMatching(/^\d{1,24}$/)),
    fc.option(fc.stringMatching(/^[eE][+-]?\d{1,4}$/)),
  )
  .map(
    ([sign, whole, fraction, exponent]) => `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${exponent ?? ''}`,
  );

test('a number comes back with the value it was written with', () => {
  fc.assert(
    fc.property(numberText, (text) => {
      const back = again(text);
      expect(decimalValue(back)).toBe(decimalValue(text));
      if (decimalValue(String(Number(text))) !== decimalValue(text)) expect(back).toBe(text);
    }),
    { numRuns: 2_000 },
  );
});

test('any other JSON is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.json(), numberText, (text, number) => {
      expect(parseLosslessJson(text)).toEqual(JSON.parse(text));
      expect(parseLosslessJson(`{"n":${number},"value":${text}}`)).toHaveProperty('value', JSON.parse(text));
    }),
  );
});

test.each([
  ['1e400', '10.0E+399'],
  ['0', '-0.000e12'],
  ['120', '1.2e2'],
  ['-0.05', '-5e-2'],
])('%s and %s are one value', (one, other) => {
  expect(decimalValue(one)).toBe(decimalValue(other));
  expect(decimalValue(one)).not.toBe(decimalValue('7'));
});

function thrownBy(work: () => unknown): unknown {
  try {
    work();
    return null;
  } catch (error) {
    return error;
  }
}
