import { expect, test } from 'vitest';
import { readNextLink } from '../../functions/actions/upstream/read-next-link.ts';

test.each([
  ['<https://a.example/x?page=2>; rel="next", <https://a.example/x?page=9>; rel="last"', 'https://a.example/x?page=2'],
  ['<a>;rel=prev,<b> ; REL=Next', 'b'],
  ['<a,b;c>; title="x, <y>; rel=\\"next\\""; rel="last next"', 'a,b;c'],
  ['<a>; title="; rel=next"', null],
  ['<a>; crossorigin; rel=next', 'a'],
  ['<a>; rel=prev; rel=next', null],
  ['<a>; rev=next', null],
  ['<a>; rel="nextpage"', null],
  ["<a>; rel='next'", 'a'],
  ["<a>; title*=UTF-8''x; rel='last next'", 'a'],
  ['<a>', null],
  ['next', null],
  [null, null],
])('the next link of %o is %o', (header, target) => {
  expect(readNextLink(header)).toEqual(target === null ? null : { target });
});

test('a header made to be hard costs no more than its length', () => {
  expect(readNextLink(`<a>${`;a${' '.repeat(50)}`.repeat(300)}"`)).toBe(null);
});
