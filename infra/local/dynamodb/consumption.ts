import type { Space } from './table.ts';

export type CapacityMode = 'INDEXES' | 'TOTAL' | 'NONE' | undefined;

/** Units one call took from a table or one of its indexes. */
export interface SpaceUnits {
  readonly table: string;
  /** Null: the table itself. */
  readonly index: string | null;
  read: number;
  write: number;
}

export interface ConsumedCapacity {
  readonly TableName: string;
  readonly CapacityUnits: number;
  readonly ReadCapacityUnits?: number;
  readonly WriteCapacityUnits?: number;
  readonly Table?: { readonly CapacityUnits: number };
  readonly GlobalSecondaryIndexes?: Readonly<Record<string, { readonly CapacityUnits: number }>>;
}

/** Capacity units of one call, by table and index. */
export class Consumption {
  readonly #spaces = new Map<string, SpaceUnits>();

  add(space: Space, kind: 'read' | 'write', units: number): void {
    const table = space.definition.name;
    const index = space.index?.name ?? null;
    const key = `${table}/${index ?? ''}`;
    const entry = this.#spaces.get(key) ?? { table, index, read: 0, write: 0 };
    entry[kind] += units;
    this.#spaces.set(key, entry);
  }

  spaces(): readonly SpaceUnits[] {
    return [...this.#spaces.values()];
  }

  /** The `ConsumedCapacity` member of an answer about one table, or nothing when it was not asked for. */
  member(mode: CapacityMode): { ConsumedCapacity?: ConsumedCapacity } {
    const [first] = this.#tables(mode, false);
    return first === undefined ? {} : { ConsumedCapacity: first };
  }

  /** The same for batches and transactions: one entry per table. */
  listMember(mode: CapacityMode, transactional: boolean): { ConsumedCapacity?: readonly ConsumedCapacity[] } {
    const tables = this.#tables(mode, transactional);
    return tables.length === 0 ? {} : { ConsumedCapacity: tables };
  }

  #tables(mode: CapacityMode, transactional: boolean): ConsumedCapacity[] {
    if (mode !== 'INDEXES' && mode !== 'TOTAL') return [];
    const names = new Set(this.spaces().map(({ table }) => table));
    return [...names].map((name) => this.#table(name, mode, transactional));
  }

  #table(name: string, mode: 'INDEXES' | 'TOTAL', transactional: boolean): ConsumedCapacity {
    const spaces = this.spaces().filter(({ table }) => table === name);
    const read = spaces.reduce((sum, space) => sum + space.read, 0);
    const write = spaces.reduce((sum, space) => sum + space.write, 0);
    const total = {
      TableName: name,
      CapacityUnits: read + write,
      ...(transactional && read > 0 ? { ReadCapacityUnits: read } : {}),
      ...(transactional && write > 0 ? { WriteCapacityUnits: write } : {}),
    };
    if (mode === 'TOTAL') return total;
    const own = spaces.find(({ index }) => index === null);
    const indexes = spaces.flatMap((space) =>
      space.index === null ? [] : [[space.index, { CapacityUnits: space.read + space.write }] as const],
    );
    return {
      ...total,
      Table: { CapacityUnits: own === undefined ? 0 : own.read + own.write },
      ...(indexes.length === 0 ? {} : { GlobalSecondaryIndexes: Object.fromEntries(indexes) }),
    };
  }
}

/** Write units of so many bytes: one per started KB, at least one. */
export function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 1024));
}

/** Read units of so many bytes: one per started 4 KB, at least one; half when eventually consistent. */
export function readUnits(bytes: number, consistent: boolean): number {
  return Math.max(1, Math.ceil(bytes / 4096)) * (consistent ? 1 : 0.5);
}
