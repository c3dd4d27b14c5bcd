import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createKeyring, KeyringError } from '../../shared/aws/keyring.ts';
import { Secret } from '../../shared/aws/secret.ts';

const ONE = Buffer.alloc(32, 1);
const TWO = Buffer.alloc(32, 2);
const keyring = createKeyring(ONE, randomBytes);
const rotated = createKeyring({ current: 2, versions: { 1: ONE, 2: TWO } }, randomBytes);

describe('signingSecret', () => {
  test('is another one in each generation', () => {
    const secrets = [0, 1, 2, 11].map((generation) => keyring.signingSecret('w1', 1, generation).reveal());
    expect(new Set(secrets).size).toBe(4);
  });

  test('is whsec_ and 32 bytes, the same for one workspace and version', () => {
    const secret = keyring.signingSecret('w1', 1, 0).reveal();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(createKeyring(ONE, randomBytes).signingSecret('w1', 1, 0).reveal()).toBe(secret);
    expect(rotated.signingSecret('w1', 1, 0).reveal()).toBe(secret);
  });

  test('differs by workspace and by version', () => {
    const secrets = [
      keyring.signingSecret('w1', 1, 0),
      keyring.signingSecret('w2', 1, 0),
      rotated.signingSecret('w1', 2, 0),
    ];
    expect(new Set(secrets.map((secret) => secret.reveal())).size).toBe(3);
  });

  test('is what HKDF-SHA256 gives, for ever: receivers keep it', () => {
    expect(keyring.signingSecret('w1', 1, 0).reveal()).toBe('whsec_hg95LCbcJ10an1M4cU+UFTM8cTCY9FTJG2x9MKBNfeQ=');
  });

  test('names a version the keyring does not hold', () => {
    expect(() => keyring.signingSecret('w1', 2, 0)).toThrow(/no master secret of version 2/);
  });
});

describe('seal', () => {
  test('gives back the text under the same aad', () => {
    for (const plain of ['', 'Bearer é🚣', 'x'.repeat(5000)]) {
      expect(keyring.open(keyring.seal(plain, 'run:1'), 'run:1')).toBe(plain);
    }
  });

  test('hides the text and never repeats itself', () => {
    const sealed = keyring.seal('token', 'run:1');
    expect(sealed).toMatch(/^v1-[A-Za-z0-9_-]+$/);
    expect(keyring.seal('token', 'run:1')).not.toBe(sealed);
  });

  test('does not open under another aad', () => {
    expect(() => keyring.open(keyring.seal('token', 'run:1'), 'run:2')).toThrow(KeyringError);
  });

  test('does not open with any byte altered, cut short or malformed', () => {
    const sealed = keyring.seal('token', 'run:1');
    const bytes = Buffer.from(sealed.slice(3), 'base64url');
    for (let i = 0; i < bytes.length; i++) {
      const altered = Buffer.from(bytes);
      altered[i] = (altered[i] ?? 0) ^ 1;
      expect(() => keyring.open(`v1-${altered.toString('base64url')}`, 'run:1')).toThrow(KeyringError);
    }
    for (const bad of [sealed.slice(0, 20), 'token', '', sealed.replace('v1', 'v3'), sealed.replace('v1', 'v01')]) {
      expect(() => keyring.open(bad, 'run:1')).toThrow(KeyringError);
    }
  });

  test('opens what an older master secret sealed, and seals with the current one', () => {
    expect(rotated.open(keyring.seal('token', 'a'), 'a')).toBe('token');
    expect(rotated.seal('token', 'a')).toMatch(/^v2-/);
    expect(() => keyring.open(rotated.seal('token', 'a'), 'a')).toThrow(/version 2/);
  });
});

describe('sign', () => {
  test('verifies the text under its purpose only', () => {
    const tag = keyring.sign('cursor', 'abc');
    expect(tag).toMatch(/^v1-[A-Za-z0-9_-]{43}$/);
    expect(keyring.verify('cursor', 'abc', tag)).toBe(true);
    expect(keyring.verify('cursor', 'abd', tag)).toBe(false);
    expect(keyring.verify('upload', 'abc', tag)).toBe(false);
  });

  test('a tag of an older master secret still verifies', () => {
    expect(rotated.verify('cursor', 'abc', keyring.sign('cursor', 'abc'))).toBe(true);
    expect(keyring.verify('cursor', 'abc', rotated.sign('cursor', 'abc'))).toBe(false);
  });

  test.each(['', 'v1-', 'v1-AAAA', 'v9-AAAA', 'x', 'v1-%%%'])('the tag %j is false, not an error', (tag) => {
    expect(keyring.verify('cursor', 'abc', tag)).toBe(false);
  });
});

test('a master secret that is missing or short is told at the start', () => {
  expect(() => createKeyring({ current: 2, versions: { 1: ONE } }, randomBytes)).toThrow(/version 2/);
  expect(() => createKeyring(Buffer.alloc(16), randomBytes)).toThrow(/16 bytes/);
});

test('a secret does not print', () => {
  const secret = new Secret('hush');
  const texts = [
    [secret].join(),
    JSON.stringify({ secret }),
    inspect({ secret }, { showHidden: true }),
    String(secret),
  ];
  for (const text of texts) {
    expect(text).toContain('[secret]');
    expect(text).not.toContain('hush');
  }
});
