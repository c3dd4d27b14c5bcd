import type { SpaceUnits } from './consumption.ts';

/** What an operation has cost so far on one table or index. */
export interface OperationMeter {
  readonly operation: string;
  /** Empty for calls that touched no table. */
  readonly table: string;
  /** Null: the table itself. */
  readonly index: string | null;
  readonly calls: number;
  readonly readUnits: number;
  readonly writeUnits: number;
}

/** Adds up calls and capacity units per operation and table or index. Refused calls count too. */
export class Meter {
  #rows = new Map<string, { -readonly [K in keyof OperationMeter]: OperationMeter[K] }>();

  count(operation: string, spaces: readonly SpaceUnits[]): void {
    if (spaces.length === 0) this.#add(operation, { table: '', index: null, read: 0, write: 0 });
    for (const space of spaces) this.#add(operation, space);
  }

  rows(): readonly OperationMeter[] {
    return [...this.#rows.values()].map((row) => ({ ...row }));
  }

  reset(): void {
    this.#rows = new Map();
  }

  #add(operation: string, units: SpaceUnits): void {
    const { table, index, read, write } = units;
    const key = `${operation}/${table}/${index ?? ''}`;
    const row = this.#rows.get(key) ?? { operation, table, index, calls: 0, readUnits: 0, writeUnits: 0 };
    row.calls += 1;
    row.readUnits += read;
    row.writeUnits += write;
    this.#rows.set(key, row);
  }
}
