import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  addDecimals,
  compareDecimals,
  negateDecimal,
  orderedDecimal,
} from '../../../../infra/local/dynamodb/decimal.ts';
import { SortedMap } from '../../../../infra/local/dynamodb/sorted-map.ts';

it('a sorted map holds what a plain map holds, in order, after any changes', () => {
  const key = fc.integer({ min: 0, max: 3_000 }).map((number) => String(number).padStart(4, '0'));
  const change = fc.record({ key, set: fc.integer({ min: 0, max: 4 }) });
  const changes = fc.array(change, { minLength: 1_000, maxLength: 4_000, size: 'max' });
  const property = fc.property(changes, key, key, (list, lower, upper) => {
    const sorted = new SortedMap<number>();
    const plain = new Map<string, number>();
    for (const [at, { key, set }] of list.entries()) {
      if (set > 0) sorted.set(key, at);
      else sorted.delete(key);
      if (set > 0) plain.set(key, at);
      else plain.delete(key);
    }
    const all = [...plain].sort(([a], [b]) => (a < b ? -1 : 1));
    expect(sorted.size).toBe(plain.size);
    expect([...sorted.range('', null, false)]).toEqual(all);
    expect(sorted.get(lower)).toBe(plain.get(lower));
    const between = all.filter(([key]) => key >= lower && key < upper);
    expect([...sorted.range(lower, upper, false)]).toEqual(between);
    expect([...sorted.range(lower, upper, true)]).toEqual(between.toReversed());
  });
  fc.assert(property, { numRuns: 20 });
});

const decimal = fc
  .record({ unscaled: fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), scale: fc.integer({ min: 0, max: 18 }) })
  .map(({ unscaled, scale }) => addDecimals(plain(unscaled, scale), '0'));

/** unscaled ÷ 10^scale, written out. */
function plain(unscaled: bigint, scale: number): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return unscaled < 0n ? `-${text}` : text;
}

it('numbers as keys sort by value', () => {
  fc.assert(
    fc.property(decimal, decimal, (a, b) => {
      const order = orderedDecimal(a) < orderedDecimal(b) ? -1 : orderedDecimal(a) > orderedDecimal(b) ? 1 : 0;
      expect(order).toBe(Math.sign(compareDecimals(a, b)));
    }),
  );
});

it('a sum less one of its parts is the other', () => {
  fc.assert(
    fc.property(decimal, decimal, (a, b) => {
      expect(addDecimals(addDecimals(a, b), negateDecimal(b))).toBe(a);
    }),
  );
});
