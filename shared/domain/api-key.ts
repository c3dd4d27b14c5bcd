import { hash } from 'node:crypto';
import { hashedUuid } from './ids.ts';

/** Crockford's base32 in lower case: without i, l, o, u, so that a key survives being read aloud or retyped. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const PREFIX = 'trk_';

/**
 * 160 random bits are 32 characters of 5 bits. 7 more are 35 bits of checksum: one typing error in 34 billion passes.
 */
const RANDOM_BYTES = 20;
const CHECKSUM_CHARACTERS = 7;
const FORM = /^trk_[0-9a-hjkmnp-tv-z]{39}$/;

/** The API key of 20 random bytes: `trk_`, 32 characters, 7 of checksum. Throws RangeError for another length. */
export function formatApiKey(random: Uint8Array): string {
  if (random.length !== RANDOM_BYTES) {
    throw new RangeError(`an API key is made of ${RANDOM_BYTES} random bytes; ${random.length} were given`);
  }
  const head = PREFIX + base32(random);
  return head + checksumOf(head);
}

/** Whether a text has a key's form and checksum. A text without them is refused without a read. */
export function isWellFormedApiKey(text: string): boolean {
  if (!FORM.test(text)) return false;
  const head = text.slice(0, -CHECKSUM_CHARACTERS);
  return checksumOf(head) === text.slice(-CHECKSUM_CHARACTERS);
}

/** What is stored instead of the key: its SHA-256, in hex. */
export function digestApiKey(text: string): string {
  return hash('sha256', text, 'hex');
}

/**
 * The uid of a key in logs and lists. It is a hash of the digest, so neither digest nor key can be computed from it.
 */
export function keyUidOf(digest: string): string {
  return hashedUuid(`key ${digest}`);
}

function checksumOf(head: string): string {
  return base32(hash('sha256', head, 'buffer').subarray(0, 5)).slice(0, CHECKSUM_CHARACTERS);
}

/** Base32 of bytes whose number is a multiple of five: five bytes give eight characters, without padding. */
function base32(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(held >>> bits) & 31] ?? '';
    }
    held &= (1 << bits) - 1;
  }
  return text;
}
