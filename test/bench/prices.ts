import type { Tally } from './tally.ts';

/** Dollars in us-east-1 (AWS price pages): per million of each, storage per GB and month, Lambda per GB-second on arm64. */
const PRICES = {
  writeUnits: 0.625,
  readUnits: 0.125,
  sqsRequests: 0.4,
  invocations: 0.2,
  objectPuts: 5,
  objectGets: 0.4,
  storedGbMonth: 0.25,
  gbSecond: 0.0000133334,
} as const;

/** What a million pages cost of each service, in dollars. */
export interface PageCost {
  readonly writes: number;
  readonly reads: number;
  readonly sqs: number;
  readonly invocations: number;
  readonly lambdaTime: number;
  readonly objects: number;
  readonly storage: number;
  readonly total: number;
}

/** The bill of a million such pages; `storedBytes` lie for 30 days. */
export function costOfMillionPages(
  tally: Tally,
  pages: number,
  more: { readonly storedBytes: number; readonly gbMs: number },
): PageCost {
  const parts = {
    writes: (tally.writeUnits / pages) * PRICES.writeUnits,
    reads: (tally.readUnits / pages) * PRICES.readUnits,
    sqs: (tally.sqsRequests / pages) * PRICES.sqsRequests,
    invocations: (tally.invocations / pages) * PRICES.invocations,
    lambdaTime: (more.gbMs / pages) * 1_000 * PRICES.gbSecond, // ms → s is 1/1,000, a million pages
    objects: (tally.objectPuts * PRICES.objectPuts + tally.objectGets * PRICES.objectGets) / pages,
    storage: ((more.storedBytes / pages) * 1e6 * PRICES.storedGbMonth) / 2 ** 30,
  };
  return { ...parts, total: Object.values(parts).reduce((sum, part) => sum + part, 0) };
}
