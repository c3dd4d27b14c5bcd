import type { Random } from '../../shared/engine/ports.ts';

/** Seeded chance. Each part of a history draws from its own stream, so that one more draw in one shifts no other. */
export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number, stream: string) {
    let hash = seed ^ 0x9e3779b9;
    for (let at = 0; at < stream.length; at += 1) hash = Math.imul(hash ^ stream.charCodeAt(at), 0x01000193);
    this.#state = hash;
    for (let warm = 0; warm < 4; warm += 1) this.fraction();
  }

  /** Uniform in [0, 1); mulberry32, a small generator with a 32-bit state. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    const state = this.#state;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.fraction() * (max - min + 1));
  }

  /** True in this share of cases. */
  happens(share: number): boolean {
    return share > 0 && this.fraction() < share;
  }

  /** Spread evenly over orders of magnitude: as likely from 1 to 10 as from 10 to 100. */
  logarithmic(min: number, max: number): number {
    return min * (max / min) ** this.fraction();
  }

  pick<Item>(items: readonly [Item, ...(readonly Item[])]): Item {
    return items[this.int(0, items.length - 1)] ?? items[0];
  }

  /** Takes one out of a list that is not empty. */
  take<Item>(items: Item[]): Item {
    const [item] = items.splice(this.int(0, items.length - 1), 1);
    if (item === undefined) throw new RangeError('Nothing to take from.');
    return item;
  }

  bytes(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count; at += 1) bytes[at] = this.int(0, 255);
    return bytes;
  }

  uuid(): string {
    const hex = Buffer.from(this.bytes(16)).toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  }
}
