import { hash } from 'node:crypto';
import { hashedUuid } from './ids.ts';

/** Crockford's base32 in lower case: no i, l, o, u, so that a key read aloud or retyped stays itself. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const PREFIX = 'trk_';

/** 160 random bits are 32 characters of 5 bits; 7 more carry 35 bits of checksum: a slip passes once in 34 billion. */
const RANDOM_BYTES = 20;
const CHECKSUM_CHARACTERS = 7;
const FORM = /^trk_[0-9a-hjkmnp-tv-z]{39}$/;

/** The API key made of 20 random bytes: `trk_`, 32 characters, 7 of checksum. Throws RangeError on another length. */
export function formatApiKey(random: Uint8Array): string {
  if (random.length !== RANDOM_BYTES) {
    throw new RangeError(`an API key is made of ${RANDOM_BYTES} random bytes; ${random.length} were given`);
  }
  const head = PREFIX + base32(random);
  return head + checksumOf(head);
}

/** Whether a text can be a key at all: form and checksum. A text that cannot is refused without a read. */
export function isWellFormedApiKey(text: string): boolean {
  if (!FORM.test(text)) return false;
  const head = text.slice(0, -CHECKSUM_CHARACTERS);
  return checksumOf(head) === text.slice(-CHECKSUM_CHARACTERS);
}

/** What is stored instead of the key: its SHA-256, in hex. */
export function digestApiKey(text: string): string {
  return hash('sha256', text, 'hex');
}

/** The uid that logs and lists call a key by. It follows from the digest, and leads back neither to it nor to the key. */
export function keyUidOf(digest: string): string {
  return hashedUuid(`key ${digest}`);
}

function checksumOf(head: string): string {
  return base32(hash('sha256', head, 'buffer').subarray(0, 5)).slice(0, CHECKSUM_CHARACTERS);
}

/** Five bytes give eight characters; lengths here are multiples of five, so nothing is padded. */
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
