import type { Message } from './message.ts';

/** A queue's settings, in SQS's own attribute names (all strings). */
export type QueueAttributes = Readonly<Record<string, string>>;

/** What the queue decided; the log keeps it and `QueueState` carries it out, live and on replay alike. */
export type QueueEvent =
  | { readonly op: 'queue'; readonly q: string; readonly attributes: QueueAttributes; readonly at: number }
  | { readonly op: 'drop'; readonly q: string }
  | { readonly op: 'purge'; readonly q: string }
  | { readonly op: 'put'; readonly q: string; readonly message: Message }
  | {
      readonly op: 'receive';
      readonly q: string;
      readonly ids: readonly string[];
      readonly at: number;
      readonly until: number;
    }
  | { readonly op: 'hide'; readonly q: string; readonly id: string; readonly until: number }
  | { readonly op: 'delete'; readonly q: string; readonly id: string };

/** The messages of one queue, ordered by when they can be received, then by arrival. */
export class QueueState {
  readonly name: string;
  readonly createdAt: number;
  attributes: QueueAttributes;
  readonly messages = new Map<string, Message>();
  #arrivals = 0;
  readonly #due = new DueHeap();

  constructor(name: string, attributes: QueueAttributes, createdAt: number) {
    this.name = name;
    this.attributes = attributes;
    this.createdAt = createdAt;
  }

  put(message: Message): void {
    this.messages.set(message.id, message);
    this.#schedule(message);
  }

  received(ids: readonly string[], at: number, until: number): void {
    for (const id of ids) {
      const message = this.messages.get(id);
      if (message === undefined) continue;
      message.receiveCount += 1;
      message.firstReceivedAt ??= at;
      message.visibleAt = until;
      this.#schedule(message);
    }
  }

  hide(id: string, until: number): void {
    const message = this.messages.get(id);
    if (message === undefined) return;
    message.visibleAt = until;
    this.#schedule(message);
  }

  /** Messages that were received and cannot be again yet. */
  inHand(now: number): readonly Message[] {
    return Array.from(this.messages.values()).filter((one) => one.firstReceivedAt !== null && one.visibleAt > now);
  }

  remove(id: string): void {
    this.messages.delete(id);
  }

  clear(): void {
    this.messages.clear();
  }

  /** The next message that can be received at `now`, taken out of the order; put it back with an event. */
  takeDue(now: number): Message | undefined {
    for (let entry = this.#due.peek(); entry !== undefined && entry.at <= now; entry = this.#due.peek()) {
      this.#due.pop();
      const message = this.messages.get(entry.id);
      if (message !== undefined && message.visibleAt === entry.at) return message;
    }
    return undefined;
  }

  /** When the next message can be received; undefined when the queue holds none. */
  nextDueAt(): number | undefined {
    for (let entry = this.#due.peek(); entry !== undefined; entry = this.#due.peek()) {
      if (this.messages.get(entry.id)?.visibleAt === entry.at) return entry.at;
      this.#due.pop();
    }
    return undefined;
  }

  #schedule(message: Message): void {
    this.#arrivals += 1;
    this.#due.push({ at: message.visibleAt, order: this.#arrivals, id: message.id });
  }
}

interface Due {
  readonly at: number;
  readonly order: number;
  readonly id: string;
}

/** A binary heap by instant, then order of arrival. Stale entries stay until they surface. */
class DueHeap {
  readonly #entries: Due[] = [];

  peek(): Due | undefined {
    return this.#entries[0];
  }

  push(entry: Due): void {
    const heap = this.#entries;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(entry, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = entry;
  }

  pop(): void {
    const heap = this.#entries;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      const goRight = left !== undefined && right !== undefined && isBefore(right, left);
      const child = goRight ? right : left;
      if (child === undefined || isBefore(last, child)) break;
      heap[at] = child;
      at = 2 * at + (goRight ? 2 : 1);
    }
    heap[at] = last;
  }
}

function isBefore(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
