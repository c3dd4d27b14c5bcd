import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { Secret } from './secret.ts';

/**
 * The stage's master secrets by version, at least 32 bytes each. New records use `current`; each record has its
 * version.
 */
export type MasterSecrets = {
  readonly current: number;
  readonly versions: Readonly<Record<number, Uint8Array>>;
};

/** Keys derived from the master secret, so that callbacks, cursors and sealed headers need no calls of KMS. */
export type Keyring = {
  /** The version that new records get. */
  readonly currentVersion: number;
  /** Whether it has the master secret of that version. */
  holds(version: number): boolean;
  /**
   * A workspace's callback secret (`whsec_…`); always the same for the same uid, version and generation. Generation 0
   * is the first; each rotation makes a higher one.
   */
  signingSecret(workspaceUid: string, version: number, generation: number): Secret;
  /** Encrypts a text. Only `open` with the same `aad` (such as the record's key) decrypts it. */
  seal(plain: string, aad: string): string;
  /** Decrypts a sealed text. Throws KeyringError if it was altered, has another `aad`, or its version is missing. */
  open(sealed: string, aad: string): string;
  /** A signature of a text for one purpose (`cursor`, …); it does not verify for any other purpose. */
  sign(purpose: string, text: string): string;
  verify(purpose: string, text: string, tag: string): boolean;
  /** The keys that `sign` used for one purpose, by version, for a function that may have only those keys. */
  macKeys(purpose: string): Readonly<Record<number, Uint8Array>>;
};

/** A sealed text cannot be opened, or the keyring lacks a version. The message never contains secret material. */
export class KeyringError extends Error {
  override readonly name = 'KeyringError';
}

const NONCE_BYTES = 12;
const GCM_TAG_BYTES = 16;

/**
 * `v<version>-<base64url>`: the version tells which master secret was used. No dot, because cursors are split at a dot.
 */
const VERSIONED = /^v([1-9]\d{0,5})-([A-Za-z0-9_-]+)$/;

/** A keyring over one master secret (version 1) or several. `randomBytes` gives the nonces of `seal`. */
export function createKeyring(master: Uint8Array | MasterSecrets, randomBytes: (size: number) => Uint8Array): Keyring {
  const { current, versions } = master instanceof Uint8Array ? { current: 1, versions: { 1: master } } : master;
  const keyOf = createKeyDeriver(versions);
  keyOf(current, 'seal');

  return {
    currentVersion: current,
    holds: (version) => versions[version] !== undefined,
    signingSecret(workspaceUid, version, generation) {
      const purpose = `webhook:${workspaceUid}${generation === 0 ? '' : `:${generation}`}`;
      const bytes = keyOf(version, purpose).export();
      return new Secret(`whsec_${bytes.toString('base64')}`);
    },
    seal(plain, aad) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', keyOf(current, 'seal'), nonce);
      const body = Buffer.concat([cipher.setAAD(Buffer.from(aad)).update(plain, 'utf8'), cipher.final()]);
      return `v${current}-${Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64url')}`;
    },
    open(sealed, aad) {
      const { version, bytes } = parseVersioned(sealed);
      return decrypt(keyOf(version, 'seal'), bytes, aad);
    },
    sign(purpose, text) {
      return tagOf(current, macOf(keyOf(current, `mac:${purpose}`), text));
    },
    verify(purpose, text, tag) {
      const version = versionOf(tag);
      if (version === undefined || versions[version] === undefined) return false;
      return isSame(tag, tagOf(version, macOf(keyOf(version, `mac:${purpose}`), text)));
    },
    macKeys: (purpose) =>
      Object.fromEntries(
        Object.keys(versions).map((version) => [version, keyOf(Number(version), `mac:${purpose}`).export()]),
      ),
  };
}

/** The version of the master secret with which a text was sealed or signed; undefined where it names none. */
export function versionOf(text: string): number | undefined {
  const version = VERSIONED.exec(text)?.[1];
  return version === undefined ? undefined : Number(version);
}

/** The same signature as `sign` makes, with a key from `macKeys`. */
export function signWith(version: number, key: Uint8Array, text: string): string {
  return tagOf(version, macOf(createSecretKey(key), text));
}

/** Whether the tag is what {@link signWith} makes of the text. */
export function verifyWith(version: number, key: Uint8Array, text: string, tag: string): boolean {
  return isSame(tag, signWith(version, key, text));
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function tagOf(version: number, mac: Buffer): string {
  return `v${version}-${mac.toString('base64url')}`;
}

/**
 * Derives a 32-byte key for a purpose by HKDF-SHA256 (RFC 5869). Caches up to 1,000, as a derivation takes about 10 µs.
 */
function createKeyDeriver(
  versions: Readonly<Record<number, Uint8Array>>,
): (version: number, purpose: string) => KeyObject {
  const cache = new Map<string, KeyObject>();
  return (version, purpose) => {
    const name = `trireme:${version}:${purpose}`;
    const found = cache.get(name);
    if (found !== undefined) return found;
    const master = versions[version];
    if (master === undefined) throw new KeyringError(`the keyring holds no master secret of version ${version}`);
    if (master.length < 32)
      throw new KeyringError(`master secret ${version} has ${master.length} bytes; ≥ 32 are needed`);
    const key = createSecretKey(Buffer.from(hkdfSync('sha256', master, '', name, 32)));
    if (cache.size >= 1000) cache.clear();
    cache.set(name, key);
    return key;
  };
}

function macOf(key: KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function parseVersioned(sealed: string): { version: number; bytes: Buffer } {
  const match = VERSIONED.exec(sealed);
  const bytes = Buffer.from(match?.[2] ?? '', 'base64url');
  if (match === null || bytes.length < NONCE_BYTES + GCM_TAG_BYTES) {
    throw new KeyringError('the sealed text is not of the form "v<version>-<base64url>"');
  }
  return { version: Number(match[1]), bytes };
}

function decrypt(key: KeyObject, bytes: Buffer, aad: string): string {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
    authTagLength: GCM_TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(aad)).setAuthTag(bytes.subarray(-GCM_TAG_BYTES));
  try {
    const body = bytes.subarray(NONCE_BYTES, -GCM_TAG_BYTES);
    return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new KeyringError('the sealed text was altered or belongs to another record', { cause });
  }
}
