/**
 * Dollars in us-east-1 (AWS price pages): per million of each, storage per GB and month, Lambda per GB-second on arm64.
 */
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

/** What AWS bills: counts, memory times time, and bytes that lie for a month of 30 days. */
export interface Usage {
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly sqsRequests: number;
  readonly invocations: number;
  readonly objectPuts: number;
  readonly objectGets: number;
  readonly gbMs: number;
  readonly byteMonths: number;
}

/** The bill of a usage in dollars, by service. */
export interface Bill {
  readonly writes: number;
  readonly reads: number;
  readonly sqs: number;
  readonly invocations: number;
  readonly lambdaTime: number;
  readonly objects: number;
  readonly storage: number;
  readonly total: number;
}

const MILLION = 1e6;

export function billOf(usage: Usage): Bill {
  const parts = {
    writes: (usage.writeUnits * PRICES.writeUnits) / MILLION,
    reads: (usage.readUnits * PRICES.readUnits) / MILLION,
    sqs: (usage.sqsRequests * PRICES.sqsRequests) / MILLION,
    invocations: (usage.invocations * PRICES.invocations) / MILLION,
    lambdaTime: (usage.gbMs / 1_000) * PRICES.gbSecond,
    objects: (usage.objectPuts * PRICES.objectPuts + usage.objectGets * PRICES.objectGets) / MILLION,
    storage: (usage.byteMonths * PRICES.storedGbMonth) / 2 ** 30,
  };
  return { ...parts, total: Object.values(parts).reduce((sum, part) => sum + part, 0) };
}
