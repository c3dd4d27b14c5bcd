import type { Message } from './message.ts';

/** A queue's settings, in SQS's own attribute names (all strings). */
export type QueueAttributes = Readonly<Record<string, string>>;

/** A change of a queue. The log keeps it, and `QueueState` applies it, when it happens and on replay alike. */
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

/**
 * The messages of one queue, ordered by when they can be received, then by arrival. Messages of a group that has more
 * than half of all messages in flight come after those of other groups (Amazon SQS developer guide, "Fair queues":
 * messages of quiet groups are returned first; a noisy group's are returned while there are no others).
 */
export class QueueState {
  readonly name: string;
  readonly createdAt: number;
  attributes: QueueAttributes;
  readonly messages = new Map<string, Message>();
  #arrivals = 0;
  readonly #due = new Map<string, DueHeap>();
  readonly #inFlight = new Set<string>();

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
      this.#inFlight.add(id);
      this.#schedule(message);
    }
  }

  hide(id: string, until: number): void {
    const message = this.messages.get(id);
    if (message === undefined) return;
    message.visibleAt = until;
    this.#schedule(message);
  }

  /** Messages that were received and are hidden still. */
  inFlight(now: number): readonly Message[] {
    return Array.from(this.messages.values()).filter((one) => one.firstReceivedAt !== null && one.visibleAt > now);
  }

  remove(id: string): void {
    this.messages.delete(id);
    this.#inFlight.delete(id);
  }

  clear(): void {
    this.messages.clear();
    this.#inFlight.clear();
  }

  /** Takes the next message that can be received at `now` out of the order. An event puts it back. */
  takeDue(now: number): Message | undefined {
    const due = [...this.#due.keys()].flatMap((group) => {
      const entry = this.#next(group);
      return entry !== undefined && entry.at <= now ? [{ group, ...entry }] : [];
    });
    const noisy = due.length > 1 ? this.#noisyGroup() : null;
    const [first] = due.toSorted((a, b) => Number(a.group === noisy) - Number(b.group === noisy) || compare(a, b));
    if (first === undefined) return undefined;
    this.#due.get(first.group)?.pop();
    this.#inFlight.delete(first.id); // if it was received before, its visibility timeout has ended
    return this.messages.get(first.id);
  }

  /** When the next message can be received; undefined when the queue holds none. */
  nextDueAt(): number | undefined {
    const due = [...this.#due.keys()].map((group) => this.#next(group)?.at).filter((at) => at !== undefined);
    return due.length === 0 ? undefined : Math.min(...due);
  }

  /** The first entry of a group that is not stale. A group without one is removed. */
  #next(group: string): Due | undefined {
    const heap = this.#due.get(group);
    for (let entry = heap?.peek(); entry !== undefined; entry = heap?.peek()) {
      if (this.messages.get(entry.id)?.visibleAt === entry.at) return entry;
      heap?.pop();
    }
    this.#due.delete(group);
    return undefined;
  }

  /** The group that has more than half of what is in flight; null: there is none. */
  #noisyGroup(): string | null {
    const counts = new Map<string, number>();
    for (const id of this.#inFlight) {
      const group = this.messages.get(id)?.groupId ?? null;
      if (group !== null) counts.set(group, (counts.get(group) ?? 0) + 1);
    }
    const noisy = [...counts].find(([, count]) => 2 * count > this.#inFlight.size);
    return noisy?.[0] ?? null;
  }

  #schedule(message: Message): void {
    this.#arrivals += 1;
    const group = message.groupId ?? '';
    const heap = this.#due.get(group) ?? new DueHeap();
    this.#due.set(group, heap);
    heap.push({ at: message.visibleAt, order: this.#arrivals, id: message.id });
  }
}

interface Due {
  readonly at: number;
  readonly order: number;
  readonly id: string;
}

/**
 * A binary heap by instant, then order of arrival. An entry goes stale when its message changes, and stays until it is
 * first.
 */
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

function compare(a: Due, b: Due): number {
  return a.at - b.at || a.order - b.order;
}

function isBefore(a: Due, b: Due): boolean {
  return compare(a, b) < 0;
}
