import { join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { openAppendLog } from '../append-log.ts';
import { AwsServiceError } from '../service.ts';
import { QueueState, type QueueEvent } from './queue.ts';

/** All queues of one account, durable: an event is on disk before it is applied. */
export interface Queues {
  get(name: string): QueueState;
  find(name: string): QueueState | undefined;
  all(): Iterable<QueueState>;
  commit(...events: readonly QueueEvent[]): void;
  close(): void;
}

/** Opens the queues kept under `dir`, or in memory when it is null. */
export function openQueues(dir: string | null): Queues {
  const queues = new Map<string, QueueState>();
  if (dir !== null) mkdirSync(dir, { recursive: true });
  const path = dir === null ? null : join(dir, 'sqs.log');
  const log = openAppendLog<QueueEvent>(path, (event) => apply(queues, event));
  const liveRecords = (): number => [...queues.values()].reduce((sum, queue) => sum + 1 + queue.messages.size, 0);
  if (log.isWasteful(liveRecords())) log.compact(snapshot(queues));
  let sinceCheck = 0;
  return {
    find: (name) => queues.get(name),
    get(name) {
      const queue = queues.get(name);
      if (queue === undefined) throw new AwsServiceError('QueueDoesNotExist', 'The specified queue does not exist.');
      return queue;
    },
    all: () => queues.values(),
    commit(...events) {
      log.append(events);
      for (const event of events) apply(queues, event);
      sinceCheck += events.length;
      if (sinceCheck < checkEvery) return;
      sinceCheck = 0;
      if (log.isWasteful(liveRecords())) log.compact(snapshot(queues));
    },
    close: () => log.close(),
  };
}

const checkEvery = 5_000;

function apply(queues: Map<string, QueueState>, event: QueueEvent): void {
  const queue = queues.get(event.q);
  if (event.op === 'queue') {
    if (queue === undefined) queues.set(event.q, new QueueState(event.q, event.attributes, event.at));
    else queue.attributes = event.attributes;
    return;
  }
  switch (event.op) {
    case 'drop':
      queues.delete(event.q);
      return;
    case 'purge':
      return queue?.clear();
    case 'put':
      return queue?.put(event.message);
    case 'receive':
      return queue?.received(event.ids, event.at, event.until);
    case 'hide':
      return queue?.hide(event.id, event.until);
    case 'delete':
      return queue?.remove(event.id);
  }
}

function* snapshot(queues: ReadonlyMap<string, QueueState>): Generator<QueueEvent> {
  for (const queue of queues.values()) {
    yield { op: 'queue', q: queue.name, attributes: queue.attributes, at: queue.createdAt };
    for (const message of queue.messages.values()) yield { op: 'put', q: queue.name, message };
  }
}
