import { Consumption, writeUnits } from './consumption.ts';
import { type DynamoDbError, tableNotFound } from './errors.ts';
import type { LoggedItem, LogRecord, UsedToken } from './log-record.ts';
import { projectItem } from './project.ts';
import { applyChanges, keyNames, type SpaceChange, type Table } from './table.ts';
import type { Demand, Chaos } from './chaos.ts';

/** All state of the engine. */
export interface Database {
  readonly tables: Map<string, Table>;
  readonly tokens: Map<string, UsedToken>;
  readonly chaos: Chaos | null;
  /** Appends a record to the log, if there is one. */
  readonly record: (record: LogRecord) => void;
}

/** One call under way: the state, the time, and the units consumed so far. */
export interface Call {
  readonly db: Database;
  readonly now: number; // epoch ms
  readonly consumed: Consumption;
}

export function newCall(db: Database, now: number): Call {
  return { db, now, consumed: new Consumption() };
}

export function findTable(call: Call, name: string): Table {
  const table = call.db.tables.get(name);
  if (table === undefined) throw tableNotFound(name);
  return table;
}

/** One write of one item: what it changes and what it costs. Changes are empty when the item is only checked. */
export interface PlannedWrite {
  readonly table: Table;
  readonly changes: readonly SpaceChange[];
  readonly demands: readonly Demand[];
}

/**
 * Plans a write of one item. It costs the larger of the old and the new size; an index entry that moves costs a
 * deletion and a put. `factor` is 2 in transactions: it doubles the table's units, indexes are written once.
 */
export function planWrite(table: Table, changes: readonly SpaceChange[], factor: 1 | 2): PlannedWrite {
  const demands = changes.map(({ space, key, old, stored }) => ({
    space,
    partition: key.partition,
    kind: 'write' as const,
    units: writeUnits(Math.max(old?.size ?? 0, stored?.size ?? 0)) * (space.index === null ? factor : 1),
  }));
  return { table, changes, demands };
}

/** Adds units to the call's consumption, or returns the error of a partition that is too hot. */
export function spend(call: Call, demands: readonly Demand[]): DynamoDbError | null {
  const refusal = call.db.chaos?.book(demands, call.now) ?? null;
  if (refusal !== null) return refusal;
  for (const { space, kind, units } of demands) call.consumed.add(space, kind, units);
  return null;
}

/** Applies writes, all at once, and records them. */
export function commit(call: Call, writes: readonly PlannedWrite[], token: UsedToken | null): void {
  const changes = writes.flatMap((write) => write.changes);
  applyChanges(changes, call.now);
  if (token !== null) call.db.tokens.set(token.token, token);
  const items = changes.flatMap(recordOf);
  if (items.length > 0 || token !== null) call.db.record({ kind: 'items', items, token });
}

function recordOf({ space, old, stored }: SpaceChange): LoggedItem[] {
  if (space.index !== null) return [];
  const table = space.definition.name;
  if (stored !== null) return [{ table, put: stored.item }];
  return old === null
    ? []
    : [
        {
          table,
          gone: projectItem(
            old.item,
            keyNames(space).map((name) => [name]),
          ),
        },
      ];
}
