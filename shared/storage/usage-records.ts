import type { UsageCounts } from '../domain/usage-counts.ts';

/** Usage as it is stored: a list without names, for the record of a day has one for each action. */
export type CountsRecord = readonly [
  runs: number,
  liveCalls: number,
  pages: number,
  outputs: number,
  callbacks: number,
];

export function countsToRecord({ runs, liveCalls, pages, outputs, callbacks }: UsageCounts): CountsRecord {
  return [runs, liveCalls, pages, outputs, callbacks];
}

export function countsFromRecord(record: CountsRecord): UsageCounts;
export function countsFromRecord(record: CountsRecord | null): UsageCounts | null;
export function countsFromRecord(record: CountsRecord | null): UsageCounts | null {
  if (record === null) return null;
  const [runs, liveCalls, pages, outputs, callbacks] = record;
  return { runs, liveCalls, pages, outputs, callbacks };
}
