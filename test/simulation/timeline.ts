interface Event {
  readonly at: number;
  /** Events of one instant happen in the order they were asked for. */
  readonly order: number;
  readonly happen: () => void;
}

/**
 * The clock of a history. Time passes only from one event to the next; all that an event starts runs before the next
 * one.
 */
export class Timeline {
  #now: number;
  #order = 0;
  /** A binary heap, the next event first. */
  readonly #events: Event[] = [];

  constructor(now: number) {
    this.#now = now;
  }

  /** Epoch ms. */
  now(): number {
    return this.#now;
  }

  /** Calls `happen` in so many ms; the returned function cancels that. */
  after(ms: number, happen: () => void): () => void {
    let wanted = true;
    this.#push({
      at: this.#now + Math.max(0, ms),
      order: (this.#order += 1),
      happen: () => {
        if (wanted) happen();
      },
    });
    return () => {
      wanted = false;
    };
  }

  /** Lets time pass until nothing is left to happen or `isOver`, which is asked after each event. */
  async run(isOver: () => boolean): Promise<void> {
    for (let event = this.#pop(); event !== undefined; event = this.#pop()) {
      this.#now = event.at;
      event.happen();
      await settled();
      if (isOver()) return;
    }
  }

  #push(event: Event): void {
    const events = this.#events;
    let at = events.length;
    events.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = events[parent];
      if (above === undefined || !isBefore(event, above)) break;
      events[at] = above;
      at = parent;
    }
    events[at] = event;
  }

  #pop(): Event | undefined {
    const events = this.#events;
    const first = events[0];
    const last = events.pop();
    if (first === undefined || last === undefined || events.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const left = events[child];
      const right = events[child + 1];
      if (left === undefined) break;
      let least = left;
      if (right !== undefined && isBefore(right, left)) {
        child += 1;
        least = right;
      }
      if (!isBefore(least, last)) break;
      events[at] = least;
      at = child;
    }
    events[at] = last;
    return first;
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.at === other.at ? one.order < other.order : one.at < other.at;
}

/** Resolved when every promise that can move has moved: asked for by a microtask, a tick comes after all of them. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}
