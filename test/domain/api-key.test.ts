import { expect, test } from 'vitest';
import { digestApiKey, formatApiKey, isWellFormedApiKey } from '../../shared/domain/api-key.ts';

const RANDOM = Uint8Array.from({ length: 20 }, (_, i) => i * 13);
const KEY = formatApiKey(RANDOM);

test('a key is trk_, 32 characters of its random bits and 7 of checksum', () => {
  expect(KEY).toMatch(/^trk_[0-9abcdefghjkmnpqrstvwxyz]{39}$/);
  expect(formatApiKey(new Uint8Array(20))).toMatch(/^trk_0{32}/);
  expect(formatApiKey(new Uint8Array(20).fill(255))).toMatch(/^trk_z{32}/);
});

test('every random bit is in the key', () => {
  const keys = new Set([KEY]);
  for (let bit = 0; bit < 160; bit++) {
    const flipped = Uint8Array.from(RANDOM);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    keys.add(formatApiKey(flipped).slice(0, 36));
  }
  expect(keys.size).toBe(161);
});

test('a made key is well formed', () => {
  expect(isWellFormedApiKey(KEY)).toBe(true);
});

test('a key with any one character changed is not', () => {
  for (let i = 0; i < KEY.length; i++) {
    const other = KEY[i] === '7' ? '8' : '7';
    expect(isWellFormedApiKey(KEY.slice(0, i) + other + KEY.slice(i + 1))).toBe(false);
  }
});

test.each(['', 'trk_', KEY.slice(0, -1), `${KEY}0`, ` ${KEY}`, `${KEY}\n`, KEY.toUpperCase()])('%j is not', (text) => {
  expect(isWellFormedApiKey(text)).toBe(false);
});

test('a key of another length of randomness is not made', () => {
  expect(() => formatApiKey(new Uint8Array(16))).toThrow(/made of 20 random bytes; 16 were given/);
});

test('the digest is SHA-256 in hex', () => {
  expect(digestApiKey('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
