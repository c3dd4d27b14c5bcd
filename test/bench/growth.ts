import { SMALL_PAGE } from './bench-action.ts';
import { measureCost } from './page-cost.ts';
import type { Figure, Progress, Report } from './report.ts';

const PAGES_AN_INPUT = 10;
const SIZES = [1_000, 10_000, 100_000];
const MILLION = 1_000_000;
const ALLOWED_PERCENT = 5;

/** Whether a page of a large run costs what a page of a small one does. `hasMillion` adds a run of a million pages. */
export async function benchGrowth(progress: Progress, hasMillion: boolean): Promise<Report> {
  const figures: Figure[] = [];
  let first: { readonly units: number; readonly requests: number } | null = null;
  for (const size of hasMillion ? [...SIZES, MILLION] : SIZES) {
    progress(`${size} pages`);
    const { tally, pages } = await measureCost(SMALL_PAGE, 10, size / PAGES_AN_INPUT);
    const units = (tally.writeUnits + tally.readUnits) / pages;
    const requests = tally.sqsRequests / pages;
    const about = `${size.toLocaleString('en-US')} pages`;
    figures.push(
      { what: `${about}: units a page`, value: units, unit: '' },
      { what: `${about}: SQS requests a page`, value: requests, unit: '' },
    );
    first ??= { units, requests };
    if (size === SIZES[0]) continue;
    const target = { atMost: ALLOWED_PERCENT };
    const change = (now: number, before: number): number => (100 * Math.abs(now - before)) / before;
    figures.push(
      { what: `${about}: units beside the smallest run`, value: change(units, first.units), unit: '%', target },
      { what: `${about}: requests beside it`, value: change(requests, first.requests), unit: '%', target },
    );
  }
  return {
    title: 'Growth: cost of a page by the size of its run',
    notes: ['As in "page-cost", batches of 10. Units are write and read units together.'],
    figures,
  };
}
