import { billOf } from '../../shared/domain/prices.ts';
import type { Action } from '../../shared/sdk/action.ts';
import { searchCities } from '../../functions/actions/search-cities.ts';
import { TABLE_NAME } from '../support/open-table.ts';
import {
  createBenchAction,
  DENSE_PAGE,
  type PageBody,
  RANDOM_PAGE,
  RESULTS_A_PAGE,
  SMALL_PAGE,
} from './bench-action.ts';
import { type BenchSystem, openBenchSystem } from './bench-system.ts';
import type { Figure, Progress, Report } from './report.ts';
import { itemBytes } from './stored-bytes.ts';

const RECEIVER = 'https://receiver.example/hook';
/** When the sweep first looks at a run, and past the minute in which it does. */
const SWEPT_AFTER_MS = 200_000;
const LATENCIES = { dynamodbMs: 4, sqsMs: 8 };
const IN_FLIGHT = 20;
const BATCH = 10;
/** How far the dollars may be off, %. */
const MOST_OFF = 20;

/** A run to be estimated, then done and metered. */
interface Case {
  readonly what: string;
  readonly action: Action;
  readonly inputs: readonly Readonly<Record<string, unknown>>[];
  readonly callbacks: boolean;
  readonly pageMs?: number;
}

/** The estimate of a dry run beside the bill of the same run: real handlers, every request and unit counted. */
export async function benchEstimate(progress: Progress): Promise<Report> {
  const figures: Figure[] = [];
  for (const one of cases()) {
    progress(one.what);
    figures.push(...(await compare(one)));
  }
  return {
    title: 'Estimates of dry runs beside real runs',
    notes: [
      `Each run alone, ${IN_FLIGHT} inputs in flight, batches of ${BATCH} where as many are in hand, from the launch to the sweep that takes it off its list; storage for 30 days.`,
      'Every input gives as many results as it may, on full pages. Exact means that the pages are as many as estimated.',
    ],
    figures,
  };
}

function cases(): Case[] {
  const pages = (count: number, each: number) => Array.from({ length: count }, (_, seed) => ({ pages: each, seed }));
  const plain = (body: PageBody, storedBytes: number, each: number, pageMs?: number): Action =>
    createBenchAction(body, {
      maxResults: { default: each * RESULTS_A_PAGE, ceiling: each * RESULTS_A_PAGE },
      typicalPage: { storedBytes, ...(pageMs === undefined ? {} : { ms: pageMs }) },
    });
  const small = (each: number, pageMs?: number) => plain(SMALL_PAGE, 800, each, pageMs);
  const countries = ['FR', 'DE', 'US', 'IN', 'JP', 'IT', 'ES', 'BR', 'MX', 'GB'].map((country) => ({ country }));
  return [
    { what: '1 input of 1 page', action: small(1), inputs: pages(1, 1), callbacks: true },
    { what: '1 input of 10 pages, no callbacks', action: small(10), inputs: pages(1, 10), callbacks: false },
    { what: '5 inputs of 4 pages', action: small(4), inputs: pages(5, 4), callbacks: true },
    { what: '20 inputs of 10 pages', action: small(10), inputs: pages(20, 10), callbacks: true },
    { what: '1,000 inputs of 1 page', action: small(1), inputs: pages(1_000, 1), callbacks: true },
    { what: '1,000 inputs of 3 pages, no callbacks', action: small(3), inputs: pages(1_000, 3), callbacks: false },
    {
      what: '200 inputs of 3 pages of half a second',
      action: small(3, 500),
      inputs: pages(200, 3),
      callbacks: true,
      pageMs: 500,
    },
    {
      what: '200 inputs of 3 pages of 2 KB of random text',
      action: plain(RANDOM_PAGE, 1_700, 3),
      inputs: pages(200, 3),
      callbacks: true,
    },
    {
      what: '200 inputs of 3 pages of 2 KB compressed',
      action: plain(DENSE_PAGE, 2_048, 3),
      inputs: pages(200, 3),
      callbacks: true,
    },
    ...[
      { calls: 20, perMs: 1_000 },
      { calls: 5, perMs: 1_000 },
      { calls: 2, perMs: 10_000 },
    ].map((pace) => ({
      what: `100 inputs of 2 pages, ${pace.calls} calls in ${pace.perMs / 1_000} s`,
      action: createBenchAction(SMALL_PAGE, { maxResults: { default: 16, ceiling: 16 }, pace }),
      inputs: pages(100, 2),
      callbacks: true,
    })),
    {
      what: 'search-cities, 10 large countries, 20 pages each',
      action: searchCities,
      inputs: countries,
      callbacks: true,
    },
  ];
}

async function compare({ what, action, inputs, callbacks, pageMs }: Case): Promise<Figure[]> {
  const system = openBenchSystem({
    action,
    batch: BATCH,
    workers: Math.ceil(Math.min(inputs.length, IN_FLIGHT) / BATCH),
    inputsInFlight: IN_FLIGHT,
    deliversCallbacks: true,
    latencies: LATENCIES,
    ...(pageMs === undefined ? {} : { pageMs: () => pageMs }),
  });
  const url = callbacks ? RECEIVER : null;
  const { estimate } = await system.dryRun(inputs, url);
  const sweep = await meter(system, () => system.sweepAfter(SWEPT_AFTER_MS));
  const run = await meter(system, async () => {
    await system.launch(inputs, url);
    await system.drain();
    await system.sweepAfter(SWEPT_AFTER_MS);
  });
  const storedBytes = await itemBytes(system.engine, TABLE_NAME);
  const bill = billOf({ ...run, readUnits: run.readUnits - sweep.readUnits, byteMonths: storedBytes });
  const estimated = estimate?.usd ?? 0;
  const off = (estimated / bill.total - 1) * 100;
  const missing = (estimate?.pages ?? 0) - run.pages;
  return [
    { what: `${what}: pages that the estimate is off`, value: Math.abs(missing), unit: '', target: { atMost: 0 } },
    { what: '  metered, a million such runs', value: bill.total * 1e6, unit: '$' },
    { what: '  estimated', value: estimated * 1e6, unit: '$' },
    { what: '  off by', value: Math.abs(off), unit: '%', target: { atMost: MOST_OFF } },
  ];
}

async function meter(system: BenchSystem, work: () => Promise<void>) {
  system.takeTally();
  await work();
  const { writeUnits, readUnits, sqsRequests, invocations, objectPuts, objectGets, gbMs, items } = system.takeTally();
  const pages = items.get('PutItem page record')?.calls ?? 0;
  return { writeUnits, readUnits, sqsRequests, invocations, objectPuts, objectGets, gbMs, pages };
}
