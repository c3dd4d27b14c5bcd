import type { OperationMeter } from '../../infra/local/dynamodb/meter.ts';

/** What calls on one kind of item have cost. */
export interface ItemCost {
  calls: number;
  readUnits: number;
  writeUnits: number;
}

/** What the workers of one queue did. */
export interface QueueWork {
  readonly invocations: number;
  readonly messages: number;
  readonly ms: number;
}

/** AWS's own bill of a stretch of work. */
export class Tally {
  /** By `operation kind of item`. */
  readonly items = new Map<string, ItemCost>();
  sqsSends = 0;
  sqsReceives = 0;
  sqsDeletes = 0;
  objectPuts = 0;
  objectGets = 0;
  invocations = 0;
  messages = 0;
  /** Virtual ms of invocations × GB of memory, CPU not counted. */
  gbMs = 0;
  /** The same by queue: invocations, their messages, and virtual ms together. */
  readonly queues = new Map<string, QueueWork>();

  addInvocation(queue: string, messages: number, tookMs: number, memoryMb: number): void {
    const work = this.queues.get(queue) ?? { invocations: 0, messages: 0, ms: 0 };
    this.queues.set(queue, {
      invocations: work.invocations + 1,
      messages: work.messages + messages,
      ms: work.ms + tookMs,
    });
    this.invocations += 1;
    this.messages += messages;
    this.gbMs += (tookMs * memoryMb) / 1_024;
  }

  addItem(operation: string, kind: string, rows: readonly OperationMeter[]): void {
    const name = `${operation} ${kind}`;
    const cost = this.items.get(name) ?? { calls: 0, readUnits: 0, writeUnits: 0 };
    cost.calls += 1;
    for (const row of rows) {
      cost.readUnits += row.readUnits;
      cost.writeUnits += row.writeUnits;
    }
    this.items.set(name, cost);
  }

  get readUnits(): number {
    return sum(this.items.values(), ({ readUnits }) => readUnits);
  }

  get writeUnits(): number {
    return sum(this.items.values(), ({ writeUnits }) => writeUnits);
  }

  get sqsRequests(): number {
    return this.sqsSends + this.sqsReceives + this.sqsDeletes;
  }
}

function sum<Value>(values: Iterable<Value>, of: (value: Value) => number): number {
  let total = 0;
  for (const value of values) total += of(value);
  return total;
}

/** What an item is, told by its key. */
export function kindOfItem(pk: string, sk: string): string {
  if (pk.startsWith('DUE#')) return 'due entry';
  if (pk.startsWith('KEY#')) return 'API key';
  if (pk.startsWith('LIMITS#')) return 'limits';
  if (pk.startsWith('W#')) return workspaceKind(sk);
  const kind = RUN_KINDS.find(([prefix]) => sk.startsWith(prefix));
  return kind === undefined ? 'other' : kind[1];
}

const RUN_KINDS: readonly (readonly [string, string])[] = [
  ['DEF', 'run definition'],
  ['CTL', 'run control'],
  ['WIN', 'window'],
  ['IN#', 'input chunk'],
  ['F#', 'failed inputs'],
  ['O#', 'order of a retry'],
  ['C#', 'callback record'],
  ['P#', 'page record'],
  ['D#', 'delivery log'],
];

function workspaceKind(sk: string): string {
  if (sk.startsWith('WAIT#')) return 'waiting runs';
  return sk === 'SLOTS' ? 'slots of runs' : 'workspace';
}
