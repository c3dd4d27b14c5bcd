import { type RunWork, USUAL_PAGE, usageOfRun, usdOfRun } from './run-cost.ts';
import type { UsageCounts } from './usage-counts.ts';

/** Work as usages have it: usual pages, enough inputs in hand to fill batches, 30 days of storage, no pace. */
const usual: Omit<RunWork, 'inputs' | 'pages' | 'callbacks'> = {
  places: 20,
  page: USUAL_PAGE,
  callsASecond: null,
  retentionDays: 30,
};

/*
 * What the parts of a usage cost in dollars, from the reckoning by which a launch is estimated: a page and its callback
 * as in a run of ten pages an input, and a run without its page.
 */
const INPUTS = 300;
const PAGES = 3_000;
const SMALL_RUN_USD = usdOfRun({ ...usual, inputs: 1, pages: 1, callbacks: 'none' });
const LARGE_RUN_USD = usdOfRun({ ...usual, inputs: INPUTS, pages: PAGES, callbacks: 'none' });
const DELIVERED_RUN = { ...usual, inputs: INPUTS, pages: PAGES, callbacks: 'all' } as const;
const DELIVERED_RUN_USD = usdOfRun(DELIVERED_RUN);
const PAGE_USD = (LARGE_RUN_USD - SMALL_RUN_USD) / (PAGES - 1);
const RUN_USD = SMALL_RUN_USD - PAGE_USD;
const CALLBACK_USD = (DELIVERED_RUN_USD - LARGE_RUN_USD) / PAGES;
/** API Gateway 1.00 of a million, three writes 1.88, reads 0.20, Lambda 0.60, storage 0.40 (calculated). */
const LIVE_CALL_USD = 0.000_004;

/** What a usage costs in dollars, to a millionth. A live call's page is in the price of the call. */
export function usdOf({ runs, liveCalls, pages, callbacks }: UsageCounts): number {
  const asyncPages = Math.max(0, pages - liveCalls);
  const usd = runs * RUN_USD + asyncPages * PAGE_USD + callbacks * CALLBACK_USD + liveCalls * LIVE_CALL_USD;
  return Number(usd.toFixed(6));
}

/**
 * Dollars of a stage by two units that AWS meters itself. A write unit stands for all that its page and callback cost, as
 * in the run above; with a run of one page it is a third less, and pages in objects and the time of actions are not in
 * it. Of a call: API Gateway 1.00 of a million, Lambda and reads of a usual one 1.00 (calculated).
 */
export const USD_BY_METER = {
  writeUnit: Number((DELIVERED_RUN_USD / usageOfRun(DELIVERED_RUN).writeUnits).toFixed(9)),
  call: 0.000_002,
} as const;
