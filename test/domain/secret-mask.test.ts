import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSecretMask } from '../../shared/domain/secret-mask.ts';
import { SPELLINGS } from '../support/spellings.ts';

function maskOf(value: string, name = 'TOKEN') {
  const mask = createSecretMask();
  mask.learn(name, value);
  return mask;
}

const VALUES = ['hunter2', 'ghp_0123456789abcdefABCDEF', 'a/b+c=="\\ d?>~~', 'pässwörd-€', '%41%42%43', 'x'.repeat(70)];

describe.each(VALUES)('%s', (value) => {
  test.each(Object.entries(SPELLINGS))('is masked %s', (_, write) => {
    const written = write(value);
    const masked = maskOf(value).mask(`before, ${written}, behind`);
    expect(masked).toContain('[secret TOKEN]');
    expect(masked).toMatch(/^before, .*, behind$/);
    // What is left of a longer text that was encoded with it: less than a byte on either side.
    expect(masked.length).toBeLessThan(`before, [secret TOKEN], behind`.length + 20);
  });

  test('is found in what JSON and the usual encodings make of it', () => {
    for (const form of ['as it is', 'in JSON', 'percent-encoded', 'in hex', 'in base64', 'in base64url behind five'])
      expect([form, maskOf(value).find(`{"a":${SPELLINGS[form]?.(value)}}`)]).toEqual([form, 'TOKEN']);
  });
});

test('no form of any value is left, whatever stands around it', () => {
  const text = fc.string({ unit: 'grapheme-ascii', maxLength: 20 });
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 6, maxLength: 40 }), text, text, (value, before, behind) => {
      fc.pre(!before.includes(value) && !behind.includes(value) && value.length >= 4);
      const mask = maskOf(value);
      for (const write of Object.values(SPELLINGS)) {
        const written = write(value);
        const masked = mask.mask(`${before} ${written} ${behind}`);
        if (Buffer.byteLength(value) >= 5) expect(masked).not.toContain(written);
      }
    }),
    { numRuns: 30 },
  );
});

test.each([
  ['the token behind a scheme', 'Bearer ghp_0123456789', 'no such token: ghp_0123456789'],
  ['the password of Basic', `Basic ${btoa('user:correct-horse')}`, 'user may not come in with correct-horse'],
  [
    'the value of a stored header',
    '{"origins":["https://a.example"],"header":"x","value":"k-0123456789"}',
    'k-0123456789',
  ],
  ['a key in JSON', '{"client_email":"a@b.example","private_key":"MIIEvQIBADANBg"}', 'key MIIEvQIBADANBg'],
  ['a part of a long value', `${'abcdefgh'.repeat(8)}${'ijklmnop'.repeat(9)}`, `cut ${'abcdefgh'.repeat(8)}…`],
])('%s is known too', (_, value, text) => {
  expect(maskOf(value).mask(text)).toContain('[secret TOKEN]');
});

test('where a stored header may go is no secret', () => {
  const mask = maskOf('{"origins":["https://api.example.com"],"header":"authorization","value":"k-0123456789"}');
  const text = 'https://api.example.com/ wants authorization';
  expect(mask.mask(text)).toBe(text);
});

test('a value within another is masked as the longer one', () => {
  const mask = createSecretMask();
  mask.learn('SHORT', 'token-1');
  mask.learn('LONG', 'token-12345');
  expect(mask.mask('token-12345 token-1')).toBe('[secret LONG] [secret SHORT]');
});

test('what is not a secret stays as it is', () => {
  const text = 'The quick brown fox; 7b7d; eyJhIjoxfQ==; %7B%7D';
  expect(maskOf('hunter2').mask(text)).toBe(text);
  expect(maskOf('hunter2').find(text)).toBe(null);
  expect(maskOf('abc').mask('abc')).toBe('abc');
});
