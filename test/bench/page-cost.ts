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
import { openBenchSystem } from './bench-system.ts';
import { costOfMillionPages, type PageCost } from './prices.ts';
import type { Figure, Progress, Report } from './report.ts';
import type { Tally } from './tally.ts';

const INPUTS = 300;
const IN_FLIGHT = 20;
/** What calls commonly take within a region; they decide what meets in one batch, and the Lambda time. */
const LATENCIES = { dynamodbMs: 4, sqsMs: 8 };

interface Case {
  readonly body: PageBody;
  readonly batch: number;
  readonly targets: { readonly dollars: number; readonly writeUnits: number } | null;
}

const CASES: readonly Case[] = [
  { body: SMALL_PAGE, batch: 10, targets: { dollars: 1.75, writeUnits: 1.5 } },
  { body: SMALL_PAGE, batch: 3, targets: null },
  { body: SMALL_PAGE, batch: 1, targets: null },
  { body: RANDOM_PAGE, batch: 10, targets: { dollars: 2.45, writeUnits: 2.5 } },
  { body: DENSE_PAGE, batch: 10, targets: null },
];

/** What a run is made of in AWS's bill, and what a million of its pages cost. */
export async function benchPageCost(progress: Progress): Promise<Report> {
  const figures: Figure[] = [];
  for (const { body, batch, targets } of CASES) {
    progress(`${body.name}, batches of ${batch}`);
    const { tally, cost, pages } = await measureCost(body, batch, INPUTS);
    const about = `${body.name}, batches of ${(tally.messages / tally.invocations).toFixed(1)}`;
    const isFull = batch === 10;
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
  return {
    title: 'AWS bill of a page',
    notes: [
      `One run of ${INPUTS} inputs of 10 pages on average (6–14), ${IN_FLIGHT} in flight, each page delivered; the run's fixed cost is in.`,
      `Assumed: ${LATENCIES.dynamodbMs} ms a DynamoDB call, ${LATENCIES.sqsMs} ms an SQS call, action and receiver answer at once, pollers fill batches for 1 s.`,
      'us-east-1, arm64; one receive and one delete a batch; storage for 30 days; Lambda time is waiting on these calls, with the CPU measured in "page-steps" it is a few cents more.',
    ],
    figures,
  };
}

/** Runs so many inputs and gives their bill. */
export async function measureCost(
  body: PageBody,
  batch: number,
  inputCount: number,
): Promise<{ readonly tally: Tally; readonly cost: PageCost; readonly pages: number }> {
  const system = openBenchSystem({
    action: createBenchAction(body),
    batch,
    workers: Math.ceil(IN_FLIGHT / batch),
    inputsInFlight: IN_FLIGHT,
    deliversCallbacks: true,
    latencies: LATENCIES,
  });
  const inputs = benchInputs(inputCount);
  const pages = pagesOf(inputs);
  await system.launch(inputs, 'https://receiver.example/hook');
  await system.drain();
  const tally = system.takeTally();
  const storedBytes = await itemBytes(system.engine, TABLE_NAME);
  return { tally, pages, cost: costOfMillionPages(tally, pages, { storedBytes, gbMs: tally.gbMs }) };
}

function partsOf(cost: PageCost): Figure[] {
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
