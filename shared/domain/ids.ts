import { hash } from 'node:crypto';

/**
 * What a uid of a run's family names. A run's uid is a UUIDv8 with 74 bits of its own. A uid derived from it (input,
 * stored chunk, callback) has the same 74 bits, and its other 48 say which part of the run it names; so each is found
 * by its uid alone, without an index. The 48 bits are masked by a hash of the 74, so a made-up uid is recognised
 * without a read. RFC 9562 §5.8 leaves the 122 bits of a UUIDv8 to its implementation.
 */
export type UidKind =
  | 'run'
  | 'input'
  | 'chunk'
  | 'page'
  | 'input_failed'
  | 'run_finished'
  | 'replay'
  | 'finished_replay'
  | 'notification'
  | 'notification_replay';

/** The parts of a uid. */
export interface DerivedUid {
  readonly kind: UidKind;
  readonly runUid: string;
  /** Input index, 0 to 1,048,575; for a chunk, the index of its first input. */
  readonly input: number;
  /** Page, 0 to 16,383. */
  readonly page: number;
  /** Part of a page's callback, from 1 (0 where there are no parts). */
  readonly part: number;
  /** Attempt (input_failed) or ending (run_finished) of the run, up to 63. */
  readonly ending: number;
}

/** The highest number that each part of a derived uid can hold. */
export const UID_CAPACITY = { input: 2 ** 20 - 1, page: 2 ** 14 - 1, part: 2 ** 6 - 1, ending: 2 ** 6 - 1 } as const;

// Two bits of kind. Kinds that need no part share kind 0 and differ by a fixed `part`.
const KIND_CODES: Readonly<Record<UidKind, readonly [kind: bigint, part: bigint | null]>> = {
  run: [0n, 0n],
  input: [0n, 1n],
  chunk: [0n, 2n],
  // A replay's numbers are drawn by a hash, except that its input is in the shard of the original's input.
  replay: [0n, 3n],
  finished_replay: [0n, 4n],
  // A notification's family is its own: its 74 bits are a hash of what happened.
  notification: [0n, 5n],
  notification_replay: [0n, 6n],
  page: [1n, null],
  input_failed: [2n, null],
  run_finished: [3n, null],
};
const TAIL_BITS = 48n;
const TAIL_MASK = (1n << TAIL_BITS) - 1n;
const OWN_BYTES = 10; // 74 bits, the top 6 of 80 unused

/** A run's uid from at least ten random (or hashed) bytes. Throws RangeError for fewer. */
export function runUidOf(bytes: Uint8Array): string {
  if (bytes.length < OWN_BYTES) throw new RangeError(`A run uid needs ${OWN_BYTES} bytes, got ${bytes.length}.`);
  const own = BigInt(`0x${Buffer.from(bytes.subarray(0, OWN_BYTES)).toString('hex')}`) & ((1n << 74n) - 1n);
  return format(own, 0n);
}

/**
 * The uid of a part of a run. Throws RangeError for numbers beyond {@link UID_CAPACITY}, which callers must not reach.
 */
export function deriveUid(
  runUid: string,
  kind: UidKind,
  at: { input?: number; page?: number; part?: number; ending?: number } = {},
): string {
  const own = bitsOf(runUid);
  if (own === null) throw new RangeError(`${runUid} is not a run uid.`);
  const [code, fixedPart] = KIND_CODES[kind];
  let tail = code;
  tail = (tail << 20n) | field('input', at.input);
  tail = (tail << 14n) | field('page', at.page);
  tail = (tail << 6n) | (fixedPart ?? field('part', at.part));
  tail = (tail << 6n) | field('ending', at.ending);
  return format(own >> TAIL_BITS, tail);
}

/** What a uid names; null for a text that is no uid of this family. */
export function readUid(uid: string): DerivedUid | null {
  const bits = bitsOf(uid);
  if (bits === null) return null;
  const own = bits >> TAIL_BITS;
  const tail = (bits & TAIL_MASK) ^ mask(own);
  const code = tail >> 46n;
  const part = (tail >> 6n) & 63n;
  const kind = (Object.keys(KIND_CODES) as UidKind[]).find((name) => {
    // keys of a closed literal
    const [wanted, fixedPart] = KIND_CODES[name];
    return wanted === code && (fixedPart === null || fixedPart === part);
  });
  if (kind === undefined) return null;
  const found: DerivedUid = {
    kind,
    runUid: format(own, 0n),
    input: Number((tail >> 26n) & 0xfffffn),
    page: Number((tail >> 12n) & 0x3fffn),
    part: KIND_CODES[kind][1] === null ? Number(part) : 0,
    ending: Number(tail & 63n),
  };
  return deriveUid(found.runUid, kind, found) === uid ? found : null;
}

/** Whether a uid is that of a notification or of its replay. */
export function isNotification({ kind }: Pick<DerivedUid, 'kind'>): boolean {
  return kind === 'notification' || kind === 'notification_replay';
}

/** Whether a text has the form of a run's uid. It does not say whether that run exists. */
export function isRunUid(uid: string): boolean {
  const found = readUid(uid);
  return found !== null && found.kind === 'run' && found.input + found.page + found.ending === 0;
}

/** A UUID that is the same for the same text (UUIDv8 of its SHA-256, RFC 9562 §5.8). */
export function hashedUuid(text: string): string {
  const hex = hash('sha256', text, 'hex');
  const variant = ((parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Eight characters that stand for a longer id where only equality matters, e.g. which message wrote a record. */
export function shortHash(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 8);
}

function field(name: keyof typeof UID_CAPACITY, value = 0): bigint {
  if (value < 0 || value > UID_CAPACITY[name]) throw new RangeError(`${name} ${value} does not fit a uid.`);
  return BigInt(value);
}

/** The latest mask, cached: the work of one message asks for its run's mask again and again. */
let lastMask = { own: -1n, mask: 0n };

function mask(own: bigint): bigint {
  if (lastMask.own === own) return lastMask.mask;
  const digest = hash('sha256', `trireme run ${own.toString(16)}`, 'hex');
  lastMask = { own, mask: BigInt(`0x${digest.slice(0, 12)}`) };
  return lastMask.mask;
}

const UUID_V8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The 122 free bits of a UUIDv8, or null. */
function bitsOf(uid: string): bigint | null {
  if (!UUID_V8.test(uid)) return null;
  const hex = uid.replaceAll('-', '');
  const high = BigInt(`0x${hex.slice(0, 12)}`);
  const middle = BigInt(`0x${hex.slice(13, 16)}`);
  const low = BigInt(`0x${hex.slice(16)}`) & ((1n << 62n) - 1n);
  return (high << 74n) | (middle << 62n) | low;
}

function format(own: bigint, tail: bigint): string {
  const bits = (own << TAIL_BITS) | (tail ^ mask(own));
  const high = (bits >> 74n).toString(16).padStart(12, '0');
  const middle = ((bits >> 62n) & 0xfffn).toString(16).padStart(3, '0');
  const low = ((bits & ((1n << 62n) - 1n)) | (2n << 62n)).toString(16).padStart(16, '0');
  return `${high.slice(0, 8)}-${high.slice(8)}-8${middle}-${low.slice(0, 4)}-${low.slice(4)}`;
}
