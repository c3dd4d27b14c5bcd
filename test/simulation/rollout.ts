import type { SeededRandom } from './random.ts';

/** A deployment amid a history: from one moment to another, processes of two versions work side by side. */
export class Rollout {
  readonly #now: () => number;
  readonly #random: SeededRandom;
  readonly #beginsAt: number;
  readonly #endsAt: number;

  constructor(now: () => number, random: SeededRandom, stormMs: number) {
    this.#now = now;
    this.#random = random;
    this.#beginsAt = now() + stormMs * (0.05 + 0.6 * random.fraction());
    this.#endsAt = Math.min(now() + stormMs, this.#beginsAt + random.logarithmic(5_000, 2_400_000));
  }

  /** What a process runs that starts now. */
  draw(): CodeVersion {
    if (this.#now() < this.#beginsAt) return 1;
    return this.#now() >= this.#endsAt || this.#random.happens(0.5) ? 2 : 1;
  }

  /** Whether a process of that version is given no more work. */
  isRetired(version: CodeVersion): boolean {
    return version === 1 && this.#now() >= this.#endsAt;
  }
}

/** 2 is the code as it is, but for its messages: it sends a shape that 1 does not know, and reads both. */
export type CodeVersion = 1 | 2;

/** A message's body as a process of that version sends it. */
export function sentBy(version: CodeVersion, body: string): string {
  if (version === 1) return body;
  const { v, ...members } = JSON.parse(body) as Record<string, unknown>; // cast: written by our own code
  return v === 1 ? JSON.stringify({ v: 2, k: members['k'], said: members }) : body;
}

/** What the code of a process of that version is given of a body: 2 reads its own shape beside the old one. */
export function readBy(version: CodeVersion, body: string): string {
  return version === 1 ? body : asOld(body);
}

/** The body in the shape of version 1, whichever it has. */
export function asOld(body: string): string {
  const message = JSON.parse(body) as { readonly v: number; readonly said?: object }; // cast: as above
  return message.said === undefined ? body : JSON.stringify({ v: 1, ...message.said });
}

export function isNewer(body: string): boolean {
  return body.startsWith('{"v":2,');
}
