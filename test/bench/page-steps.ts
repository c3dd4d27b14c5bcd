import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { benchInputs, createBenchAction, pagesOf, SMALL_PAGE } from './bench-action.ts';
import { BENCH_TABLE, type BenchSystem, MEMORY_MB, openBenchSystem } from './bench-system.ts';
import { createDynamoDbClient, latencyOn } from './in-process-aws.ts';
import type { Progress, Report } from './report.ts';
import { Tally } from './tally.ts';

const WARM_INPUTS = 300;
const INPUTS = 300;
const ROUNDS = 3;
const MB_OF_ONE_CORE = 1_769; // AWS Lambda, "Configure Lambda function memory": one vCPU
const BODY_BYTES = 980; // with its keys, what a slot of such a page weighs

/** CPU of the page worker, a step at a time: real handler, real stores, in-process services that answer at once. */
export async function benchPageSteps(progress: Progress): Promise<Report> {
  const system = openBenchSystem({
    action: createBenchAction(SMALL_PAGE),
    batch: 10,
    workers: 2,
    inputsInFlight: 20,
    deliversCallbacks: false,
    latencies: { dynamodbMs: 0, sqsMs: 0 },
  });
  progress('warming up');
  await runPages(system, WARM_INPUTS);
  await putItems(system, 3_000);
  const steps: number[] = [];
  const puts: number[] = [];
  let calls = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    progress(`round ${round + 1} of ${ROUNDS}`);
    const measured = await runPages(system, INPUTS);
    steps.push(measured.cpuMs / measured.pages);
    calls = measured.dynamodbCalls / measured.pages;
    const count = Math.round(measured.dynamodbCalls);
    puts.push((await putItems(system, count)) / measured.pages);
  }
  const stepMs = Math.min(...steps);
  const putMs = Math.min(...puts);
  return {
    title: 'Page steps of one core',
    notes: [
      'CPU time of this process, best of three rounds, batches of 10, pages that compress to ≤ 800 B, action without a network.',
      'Baseline: as many PutItem of 1 KB by the bare SDK, through the same in-process DynamoDB; that service is in both figures.',
    ],
    figures: [
      {
        what: 'steps a second',
        value: 1_000 / stepMs,
        unit: '/s',
        target: { atLeast: 3_000 },
        baseline: 1_000 / putMs,
      },
      { what: 'CPU a step', value: stepMs, unit: 'ms', baseline: putMs },
      { what: 'of which not the SDK and DynamoDB', value: stepMs - putMs, unit: 'ms' },
      { what: 'steps a second without those', value: 1_000 / (stepMs - putMs), unit: '/s' },
      { what: 'DynamoDB calls a step', value: calls, unit: '' },
      {
        what: `CPU a step at ${MEMORY_MB.page} MB`,
        value: (stepMs * MB_OF_ONE_CORE) / MEMORY_MB.page,
        unit: 'ms',
      },
    ],
  };
}

async function runPages(
  system: BenchSystem,
  count: number,
): Promise<{ cpuMs: number; pages: number; dynamodbCalls: number }> {
  const inputs = benchInputs(count);
  await system.launch(inputs, 'https://receiver.example/hook');
  system.takeTally();
  const cpuMs = await cpuOf(() => system.drain());
  let dynamodbCalls = 0;
  for (const { calls } of system.takeTally().items.values()) dynamodbCalls += calls;
  return { cpuMs, pages: pagesOf(inputs), dynamodbCalls };
}

/** CPU ms of so many bare PutItem, ten side by side as in a batch. */
async function putItems(system: BenchSystem, count: number): Promise<number> {
  const tally = new Tally();
  const client = createDynamoDbClient(system.engine, () => tally, latencyOn(null, 0));
  const body = Buffer.alloc(BODY_BYTES, 7);
  const cpuMs = await cpuOf(async () => {
    for (let from = 0; from < count; from += 10) {
      const puts = Array.from({ length: Math.min(10, count - from) }, (_, index) =>
        client.send(
          new PutItemCommand({
            TableName: BENCH_TABLE,
            Item: { pk: { S: 'R#bare' }, sk: { S: `P#${from + index}` }, b: { B: body } },
          }),
        ),
      );
      await Promise.all(puts);
    }
  });
  client.destroy();
  return cpuMs;
}

async function cpuOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
