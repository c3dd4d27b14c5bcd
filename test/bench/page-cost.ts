import { itemBytes } from './stored-bytes.ts';
import {
  benchInputs,
  createBenchAction,
  DENSE_PAGE,
  type PageBody,
  pagesOf,
  RANDOM_PAGE,
  SMALL_PAGE,
} from './bench-action.ts';
import { TABLE_NAME } from '../support/open-table.ts';
import type { GatherLimits } from '../../shared/engine/pages/gather-ends.ts';
import { openBenchSystem } from './bench-system.ts';
import type { Bill } from '../../shared/domain/prices.ts';
import { costOfMillionPages } from './prices.ts';
import type { Figure, Progress, Report } from './report.ts';
import type { Tally } from './tally.ts';

/** What calls commonly take within a region; they decide what meets in one batch, and the Lambda time. */
const LATENCIES = { dynamodbMs: 4, sqsMs: 8 };
const FULL_BATCH = 10;
const RECEIVER = 'https://receiver.example/hook';

/** A run to be measured. */
interface Case {
  readonly body: PageBody;
  readonly inputs: readonly Readonly<Record<string, unknown>>[];
  readonly inFlight: number;
  readonly batch: number;
  readonly workers: number;
  readonly pageMs?: () => number;
  readonly gather?: GatherLimits;
}

export interface Measured {
  readonly tally: Tally;
  readonly cost: Bill;
  readonly pages: number;
  /** Virtual time from the launch to the last callback, ms. */
  readonly tookMs: number;
}

const PAGES = [1, 2, 3, 10];
const IN_FLIGHT = [20, 50, 100, 500];

/** What a run is made of in AWS's bill, and what a million of its pages cost. */
export async function benchPageCost(progress: Progress): Promise<Report> {
  const shapes = await measureShapes(progress);
  const waits = await measureWaits(progress);
  const parts = await measureParts(progress);
  return {
    title: 'AWS bill of a page',
    notes: [
      'One run, each page delivered; the run’s fixed cost is in. In flight: inputs in hand at once. In step: all inputs have as many pages.',
      `Assumed: ${LATENCIES.dynamodbMs} ms a DynamoDB call, ${LATENCIES.sqsMs} ms an SQS call, action and receiver answer at once, pollers fill batches of ${FULL_BATCH} for 1 s.`,
      'us-east-1, arm64; one receive and one delete a batch; storage for 30 days; Lambda time is waiting on these calls, with the CPU measured in "page-steps" it is a few cents more. Where pages take time, that time is left out.',
    ],
    figures: [...shapes, ...waits, ...parts],
  };
}

/** By the shape of the run, the dearest first. */
async function measureShapes(progress: Progress): Promise<Figure[]> {
  const shapes: { what: string; measured: Measured; inputs: number; meets: boolean }[] = [];
  for (const inFlight of IN_FLIGHT) {
    const count = Math.max(600, inFlight * 6);
    for (const pages of PAGES) {
      progress(`${pages} pages an input, ${inFlight} in flight`);
      const inputs = Array.from({ length: pages === 10 ? Math.ceil(count / 3) : count }, (_, seed) => ({
        pages,
        seed,
      }));
      const measured = await measure({ ...SMALL, inputs, inFlight, workers: Math.ceil(inFlight / FULL_BATCH) });
      shapes.push({
        what: `${pages} an input in step, ${inFlight} in flight`,
        measured,
        inputs: inputs.length,
        meets: true,
      });
    }
    progress(`1 to 5 pages an input, ${inFlight} in flight`);
    const inputs = Array.from({ length: count }, (_, seed) => ({ pages: 1 + ((seed * 7) % 5), seed }));
    const measured = await measure({ ...SMALL, inputs, inFlight, workers: Math.ceil(inFlight / FULL_BATCH) });
    shapes.push({ what: `1 to 5 an input, ${inFlight} in flight`, measured, inputs: inputs.length, meets: false });
  }
  const dearest = shapes.toSorted((one, other) => other.measured.cost.total - one.measured.cost.total);
  return dearest.flatMap(({ what, measured: { tally, cost, pages }, inputs, meets }) => {
    const window = windowUnits(tally) / pages;
    return [
      figure(`${what}: cost of a million`, cost.total, '$', 1.7),
      figure('  write units a page', tally.writeUnits / pages, '', meets ? 1.5 : undefined),
      figure('    of these the window', window, '', meets ? 0.15 : undefined),
      atLeast('  inputs a second at 1,000 units an item', inputs / (windowUnits(tally) / 1_000), 1_000),
    ];
  });
}

/** What it costs to give a place on at once, and to wait for others that end. Enough workers for every place. */
async function measureWaits(progress: Progress): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const pages of [1, 3]) {
    let atOnce = 0;
    for (const gather of [
      { share: 0, longestMs: 0 },
      null,
      { share: 0.1, longestMs: 500 },
      { share: 0.3, longestMs: 1_500 },
    ]) {
      const name = gather === null ? 'as deployed' : `${gather.share * 100} % of its page, ≤ ${gather.longestMs} ms`;
      progress(`pages of 0.2–3 s, ${pages} an input, a place waits ${name}`);
      // Enough that the end of the run, where places are empty, is a small part of it.
      const inputs = Array.from({ length: pages === 1 ? 5_000 : 1_500 }, (_, seed) => ({ pages, seed }));
      const {
        tally,
        cost,
        pages: total,
        tookMs,
      } = await measure({
        ...SMALL,
        inputs,
        inFlight: 100,
        workers: 40,
        pageMs: pageTimes(),
        ...(gather === null ? {} : { gather }),
      });
      const rate = (inputs.length / tookMs) * 1_000;
      if (gather?.share === 0) atOnce = rate;
      const isOurs = gather === null;
      figures.push(
        figure(
          `pages of 0.2–3 s, ${pages} an input, 100 in flight, a place waits ${name}: write units`,
          tally.writeUnits / total,
          '',
          isOurs ? 2.5 : undefined,
        ),
        figure('    of these the window', windowUnits(tally) / total, '', gather?.share === 0 ? 1 : undefined),
        figure('  cost of a million, page time left out', cost.total - cost.lambdaTime, '$'),
        isOurs
          ? atLeast('  inputs a second, of those at once', (rate / atOnce) * 100, 95, '%')
          : figure('  inputs a second, of those at once', (rate / atOnce) * 100, '%'),
      );
    }
  }
  return figures;
}

/** By what a page is made of and how full the batches are; where the dollars and units go. */
async function measureParts(progress: Progress): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { body, batch, targets } of [
    { body: SMALL_PAGE, batch: 10, targets: { dollars: 1.75, writeUnits: 1.5 } },
    { body: SMALL_PAGE, batch: 3, targets: null },
    { body: SMALL_PAGE, batch: 1, targets: null },
    { body: RANDOM_PAGE, batch: 10, targets: { dollars: 2.45, writeUnits: 2.5 } },
    { body: DENSE_PAGE, batch: 10, targets: null },
  ]) {
    progress(`${body.name}, batches of ${batch}`);
    const { tally, cost, pages } = await measureCost(body, batch, 300);
    const about = `${body.name}, 6–14 an input, batches of ${(tally.messages / tally.invocations).toFixed(1)}`;
    const isFull = batch === FULL_BATCH;
    figures.push(
      figure(`${about}: cost of a million`, cost.total, '$', targets?.dollars),
      figure('  write units a page', tally.writeUnits / pages, '', targets?.writeUnits),
      figure('  read units a page', tally.readUnits / pages, ''),
      figure('  SQS requests a page', tally.sqsRequests / pages, '', isFull ? 0.7 : undefined),
      figure('  invocations a page', tally.invocations / pages, '', isFull ? 0.25 : undefined),
      ...partsOf(cost),
      ...(isFull ? unitsByItem(tally, pages) : []),
    );
  }
  return figures;
}

const SMALL = { body: SMALL_PAGE, batch: FULL_BATCH };

/** Runs so many inputs of ten pages on average and gives their bill. */
export async function measureCost(body: PageBody, batch: number, inputCount: number): Promise<Measured> {
  const inFlight = 20;
  return measure({ body, batch, inFlight, inputs: benchInputs(inputCount), workers: Math.ceil(inFlight / batch) });
}

async function measure({ body, inputs, inFlight, ...options }: Case): Promise<Measured> {
  const system = openBenchSystem({
    ...options,
    action: createBenchAction(body),
    inputsInFlight: inFlight,
    deliversCallbacks: true,
    latencies: LATENCIES,
  });
  const pages = pagesOf(inputs);
  await system.launch(inputs, RECEIVER);
  const startedAt = system.now();
  await system.drain();
  const tookMs = system.now() - startedAt;
  const tally = system.takeTally();
  const storedBytes = await itemBytes(system.engine, TABLE_NAME);
  return { tally, pages, tookMs, cost: costOfMillionPages(tally, pages, { storedBytes, gbMs: tally.gbMs }) };
}

function windowUnits(tally: Tally): number {
  return tally.items.get('UpdateItem window')?.writeUnits ?? 0;
}

/** The same times for the same case: 0.2 to 3 s, evenly (a generator of Park and Miller). */
function pageTimes(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return 200 + (2_800 * state) / 2_147_483_647;
  };
}

function partsOf(cost: Bill): Figure[] {
  return (['writes', 'reads', 'sqs', 'invocations', 'lambdaTime', 'objects', 'storage'] as const)
    .filter((part) => cost[part] > 0)
    .map((part) => figure(`    ${PART_NAMES[part]}`, cost[part], '$'));
}

const PART_NAMES = {
  writes: 'DynamoDB writes',
  reads: 'DynamoDB reads',
  sqs: 'SQS requests',
  invocations: 'Lambda invocations',
  lambdaTime: 'Lambda time',
  objects: 'S3 requests',
  storage: 'storage, 30 days',
} as const;

/** Where the units of a page go, the largest first; less than a hundredth is left out. */
function unitsByItem(tally: Tally, pages: number): Figure[] {
  return Array.from(tally.items, ([what, { readUnits, writeUnits }]) => ({
    what,
    units: readUnits + writeUnits,
    isWrite: writeUnits > 0,
  }))
    .filter(({ units }) => units / pages >= 0.01)
    .toSorted((a, b) => b.units - a.units)
    .map(({ what, units, isWrite }) => figure(`    ${what}`, units / pages, isWrite ? 'write units' : 'read units'));
}

function figure(what: string, value: number, unit: string, atMost?: number): Figure {
  return { what, value, unit, ...(atMost === undefined ? {} : { target: { atMost } }) };
}

function atLeast(what: string, value: number, least: number, unit = ''): Figure {
  return { what, value, unit, target: { atLeast: least } };
}
