import type { Clock } from '../../shared/engine/ports.ts';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/**
 * A clock that jumps to its next timer as soon as nothing else is left to do: waits cost no real time, and their order
 * is that of the latencies they stand for.
 */
export class VirtualClock implements Clock {
  #now: number;
  #timers: Timer[] = [];
  #isPumping = false;

  constructor(startAt: number) {
    this.#now = startAt;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, ms), callback };
    this.#timers.push(timer);
    this.#pump();
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index >= 0) this.#timers.splice(index, 1);
    };
  }

  /** Resolved after so many virtual ms. */
  async sleep(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.after(ms, resolve);
    });
  }

  /** An immediate runs only when all promises have settled that can, so nothing that happens now is overtaken. */
  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    setImmediate(() => {
      this.#isPumping = false;
      this.#fireNext();
      if (this.#timers.length > 0) this.#pump();
    });
  }

  #fireNext(): void {
    let next = 0;
    for (const [index, timer] of this.#timers.entries()) {
      if (timer.at < (this.#timers[next]?.at ?? Infinity)) next = index;
    }
    const [timer] = this.#timers.splice(next, 1);
    if (timer === undefined) return;
    this.#now = Math.max(this.#now, timer.at);
    timer.callback();
  }
}
