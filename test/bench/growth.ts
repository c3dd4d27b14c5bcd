import { SMALL_PAGE } from './bench-action.ts';
import { measureCost } from './page-cost.ts';
import type { Figure, Progress, Report } from './report.ts';

const PAGES_AN_INPUT = 10;
const SIZES = [1_000, 10_000, 100_000];
const MILLION = 1_000_000;
const ALLOWED_PERCENT = 5;

interface Measured {
  readonly size: number;
  readonly pages: number;
  readonly units: number;
  readonly requests: number;
}

/** Whether a page of a large run costs what a page of a small one does. `hasMillion` adds a run of a million pages. */
export async function benchGrowth(progress: Progress, hasMillion: boolean): Promise<Report> {
  const runs: Measured[] = [];
  for (const size of hasMillion ? [...SIZES, MILLION] : SIZES) {
    progress(`${size} pages`);
    const { tally, pages } = await measureCost(SMALL_PAGE, 10, size / PAGES_AN_INPUT);
    runs.push({ size, pages, units: tally.writeUnits + tally.readUnits, requests: tally.sqsRequests });
  }
  return {
    title: 'Growth: cost of a page by the size of its run',
    notes: [
      'As in "page-cost", batches of 10. Units are write and read units together.',
      'The two smallest runs part what a run costs once from what each page costs; the larger ones are held against that.',
    ],
    figures: [...figuresOf(runs, 'units', 'units'), ...figuresOf(runs, 'requests', 'SQS requests')],
  };
}

function figuresOf(runs: readonly Measured[], key: 'units' | 'requests', name: string): Figure[] {
  const [small, medium, ...large] = runs;
  if (small === undefined || medium === undefined)
    throw new Error('Two sizes are needed to part fixed from growing cost.');
  const aPage = (medium[key] - small[key]) / (medium.pages - small.pages);
  const once = small[key] - aPage * small.pages;
  return [
    { what: `${name} a run, once: the fixed part`, value: once, unit: '' },
    { what: `${name} a page beyond it`, value: aPage, unit: '' },
    ...runs.map((run) => ({ what: `  ${said(run)}: a page, all in`, value: run[key] / run.pages, unit: '' })),
    ...large.map((run) => ({
      what: `  ${said(run)}: a page beyond the fixed part, change`,
      value: (100 * Math.abs((run[key] - once) / run.pages - aPage)) / aPage,
      unit: '%',
      target: { atMost: ALLOWED_PERCENT },
    })),
  ];
}

function said({ size }: Measured): string {
  return `${size.toLocaleString('en-US')} pages`;
}
