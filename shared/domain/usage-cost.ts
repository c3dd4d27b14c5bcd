import type { UsageCounts } from './usage-counts.ts';

/*
 * What the parts of a usage cost in dollars at the list prices of us-east-1, measured as infra/README, "What it costs",
 * says: pages that compress to 800 B or less, in batches of ten, with 30 days of storage; backups, logs, egress and the
 * time of actions are not in it.
 */

/** A run of one input and one page costs $0.0000164 without callbacks; the page is less of that. */
const RUN_USD = 0.000_015;
/** 300 inputs of 2,991 pages cost $0.0034 where no callback is delivered, and $0.0041 where all are. */
const PAGE_USD = 0.000_001_13;
const CALLBACK_USD = 0.000_000_25;
/** API Gateway 1.00 of a million, three writes 1.88, reads 0.20, Lambda 0.60, storage 0.40 (calculated). */
const LIVE_CALL_USD = 0.000_004;

/** What a usage costs in dollars, to a millionth. A live call's page is in the price of the call. */
export function usdOf({ runs, liveCalls, pages, callbacks }: UsageCounts): number {
  const asyncPages = Math.max(0, pages - liveCalls);
  const usd = runs * RUN_USD + asyncPages * PAGE_USD + callbacks * CALLBACK_USD + liveCalls * LIVE_CALL_USD;
  return Number(usd.toFixed(6));
}
