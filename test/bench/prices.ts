import { type Bill, billOf } from '../../shared/domain/prices.ts';
import type { Tally } from './tally.ts';

const MILLION = 1e6;

/** The bill in dollars of a million such pages; `storedBytes` lie for 30 days. */
export function costOfMillionPages(
  tally: Tally,
  pages: number,
  more: { readonly storedBytes: number; readonly gbMs: number },
): Bill {
  const { writeUnits, readUnits, sqsRequests, invocations, objectPuts, objectGets } = tally;
  const bill = billOf({
    writeUnits,
    readUnits,
    sqsRequests,
    invocations,
    objectPuts,
    objectGets,
    gbMs: more.gbMs,
    byteMonths: more.storedBytes,
  });
  const entries = Object.entries(bill).map(([part, dollars]: [string, number]) => [part, (dollars / pages) * MILLION]);
  return Object.fromEntries(entries) as Bill; // cast: the same parts
}
