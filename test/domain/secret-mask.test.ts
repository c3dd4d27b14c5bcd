import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSecretMask } from '../../shared/domain/secret-mask.ts';

function maskOf(value: string, name = 'TOKEN') {
  const mask = createSecretMask();
  mask.learn(name, value);
  return mask;
}

const percentOf = (text: string): string =>
  Array.from(Buffer.from(text), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

/** How a text may be written elsewhere. */
const FORMS: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'in JSON': (text) => JSON.stringify(text),
  'in JSON within JSON': (text) => JSON.stringify(JSON.stringify(text)),
  'with a slash escaped': (text) => JSON.stringify(text).replaceAll('/', '\\/'),
  'as \\u escapes': (text) => Array.from(text.split(''), (c) => `\\u${hex4(c)}`).join(''),
  'percent-encoded': encodeURIComponent,
  'percent-encoded in small letters': percentOf,
  'percent-encoded twice': (text) => encodeURIComponent(encodeURIComponent(text)),
  'in a form': (text) => new URLSearchParams({ a: text }).toString(),
  'in hex': (text) => Buffer.from(text).toString('hex'),
  'in capital hex': (text) => Buffer.from(text).toString('hex').toUpperCase(),
  'as node prints bytes': (text) => (Buffer.from(text).toString('hex').match(/../g) ?? []).join(' '),
  'in base64': (text) => Buffer.from(text).toString('base64'),
  'in base64url': (text) => Buffer.from(text).toString('base64url'),
  'in base64 behind one byte': (text) => Buffer.from(`:${text}`).toString('base64'),
  'in base64 behind two bytes': (text) => Buffer.from(`u:${text}`).toString('base64'),
  'in base64 behind three, before more': (text) => Buffer.from(`us:${text}\n…`).toString('base64'),
  'in base64url behind five': (text) => Buffer.from(`user:${text}`).toString('base64url'),
  'in base64 percent-encoded': (text) => encodeURIComponent(Buffer.from(`u:${text}>>`).toString('base64')),
};

function hex4(unit: string): string {
  return unit.charCodeAt(0).toString(16).padStart(4, '0');
}

const VALUES = ['hunter2', 'ghp_0123456789abcdefABCDEF', 'a/b+c=="\\ d?>~~', 'pässwörd-€', '%41%42%43', 'x'.repeat(70)];

describe.each(VALUES)('%s', (value) => {
  test.each(Object.entries(FORMS))('is masked %s', (_, write) => {
    const written = write(value);
    const masked = maskOf(value).mask(`before, ${written}, behind`);
    expect(masked).toContain('[secret TOKEN]');
    expect(masked).toMatch(/^before, .*, behind$/);
    // What is left of a longer text that was encoded with it: less than a byte on either side.
    expect(masked.length).toBeLessThan(`before, [secret TOKEN], behind`.length + 14);
  });

  test('is found in what JSON and the usual encodings make of it', () => {
    for (const form of ['as it is', 'in JSON', 'percent-encoded', 'in hex', 'in base64', 'in base64url behind five'])
      expect([form, maskOf(value).find(`{"a":${FORMS[form]?.(value)}}`)]).toEqual([form, 'TOKEN']);
  });
});

test('no form of any value is left, whatever stands around it', () => {
  const text = fc.string({ unit: 'grapheme-ascii', maxLength: 20 });
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 6, maxLength: 40 }), text, text, (value, before, behind) => {
      fc.pre(!before.includes(value) && !behind.includes(value) && value.length >= 4);
      const mask = maskOf(value);
      for (const write of Object.values(FORMS)) {
        const written = write(value);
        const masked = mask.mask(`${before} ${written} ${behind}`);
        if (Buffer.byteLength(value) >= 5) expect(masked).not.toContain(written);
      }
    }),
    { numRuns: 200 },
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
  const { mask } = maskOf('{"origins":["https://api.example.com"],"header":"authorization","value":"k-0123456789"}');
  const text = 'https://api.example.com/ wants authorization';
  expect(mask(text)).toBe(text);
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
