import type { Capacity, ServiceName } from '../services/service.ts';

/** The calls of one operation by one principal, and their cost. */
export interface MeterRow {
  readonly principal: string;
  readonly service: ServiceName;
  readonly operation: string;
  readonly calls: number;
  /** Of the calls: denied by IAM. */
  readonly denied: number;
  /** Of the calls: answered by any other refusal, injected ones included. */
  readonly failed: number;
  readonly readUnits: number;
  readonly writeUnits: number;
}

export interface CallMeter {
  count(
    call: { readonly principal: string; readonly service: ServiceName; readonly operation: string },
    outcome: 'done' | 'denied' | 'failed',
    capacity?: Capacity,
  ): void;
  rows(): readonly MeterRow[];
  reset(): void;
}

/** Adds up calls per principal, service and operation. */
export function createCallMeter(): CallMeter {
  type Row = { -readonly [K in keyof MeterRow]: MeterRow[K] };
  let rows = new Map<string, Row>();
  return {
    count({ principal, service, operation }, outcome, capacity) {
      const key = `${principal} ${service} ${operation}`;
      let row = rows.get(key);
      if (row === undefined) {
        row = { principal, service, operation, calls: 0, denied: 0, failed: 0, readUnits: 0, writeUnits: 0 };
        rows.set(key, row);
      }
      row.calls += 1;
      if (outcome !== 'done') row[outcome] += 1;
      row.readUnits += capacity?.read ?? 0;
      row.writeUnits += capacity?.write ?? 0;
    },
    rows: () => [...rows.values()].map((row) => ({ ...row })),
    reset() {
      rows = new Map();
    },
  };
}
