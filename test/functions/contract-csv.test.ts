import { expect, it } from 'vitest';
import { csvLine } from '../../shared/api/csv.ts';

it.each<[unknown, string]>([
  ['plain', 'plain'],
  ['', ''],
  [null, ''],
  [undefined, ''],
  [0, '0'],
  [-1.5, '-1.5'],
  [false, 'false'],
  ['a,b', '"a,b"'],
  ['say "hi"', '"say ""hi"""'],
  ['two\nlines', '"two\nlines"'],
  [{ a: [1, 'x'] }, '"{""a"":[1,""x""]}"'],
  [[], '[]'],
  ['=1+1', "'=1+1"],
  ['+49', "'+49"],
  ['-1', "'-1"],
  ['@home', "'@home"],
  ['=a,b', '"\'=a,b"'],
  ['a=b', 'a=b'],
])('%j is the cell %s', (value, cell) => {
  expect(csvLine([value])).toBe(`${cell}\r\n`);
});

it('a line has its cells in order', () => {
  expect(csvLine(['a', null, 2])).toBe('a,,2\r\n');
});
