import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { benchInputs, createBenchAction, pagesOf, SMALL_PAGE } from './bench-action.ts';
import { TABLE_NAME } from '../support/open-table.ts';
import { FUNCTIONS, WHOLE_CORE_MB } from '../../shared/functions.ts';
import { type BenchSystem, openBenchSystem } from './bench-system.ts';
import { createDynamoDbClient, createSqsClient, latencyOn } from './in-process-aws.ts';
import { cpuOf } from './process-cpu.ts';
import type { Progress, Report } from './report.ts';
import { Tally } from './tally.ts';

const WARM_INPUTS = 300;
const INPUTS = 300;
const ROUNDS = 3;
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
  await callBare(system, 3_000, 1_000);
  const steps: number[] = [];
  const puts: number[] = [];
  let calls = { dynamodb: 0, sqs: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    progress(`round ${round + 1} of ${ROUNDS}`);
    const measured = await runPages(system, INPUTS);
    steps.push(measured.cpuMs / measured.pages);
    calls = { dynamodb: measured.dynamodbCalls / measured.pages, sqs: measured.sqsSends / measured.pages };
    puts.push((await callBare(system, measured.dynamodbCalls, measured.sqsSends)) / measured.pages);
  }
  const stepMs = Math.min(...steps);
  const putMs = Math.min(...puts);
  return {
    title: 'Page steps of one core',
    notes: [
      'CPU time of this process, best of three rounds, batches of 10, pages that compress to ≤ 800 B, action without a network.',
      'Baseline: the bare SDK, its clients set up as ours, makes as many calls, PutItem of 1 KB and SendMessageBatch of ten, to the same in-process services, which are in both figures.',
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
      {
        what: 'CPU a step, in CPU of the same calls of the bare SDK',
        value: stepMs / putMs,
        unit: '×',
        target: { atMost: 1.6 },
      },
      { what: 'CPU a step beyond the baseline: our code', value: stepMs - putMs, unit: 'ms' },
      { what: 'steps a second of our code alone', value: 1_000 / (stepMs - putMs), unit: '/s' },
      { what: 'DynamoDB calls a step', value: calls.dynamodb, unit: '' },
      { what: 'SQS sends a step', value: calls.sqs, unit: '' },
      {
        what: `CPU a step at ${FUNCTIONS.page.memoryMb} MB`,
        value: (stepMs * WHOLE_CORE_MB) / FUNCTIONS.page.memoryMb,
        unit: 'ms',
      },
    ],
  };
}

async function runPages(
  system: BenchSystem,
  count: number,
): Promise<{ cpuMs: number; pages: number; dynamodbCalls: number; sqsSends: number }> {
  const inputs = benchInputs(count);
  await system.launch(inputs, 'https://receiver.example/hook');
  system.takeTally();
  const cpuMs = await cpuOf(() => system.drain());
  const { items, sqsSends } = system.takeTally();
  const dynamodbCalls = Array.from(items.values()).reduce((sum, { calls }) => sum + calls, 0);
  return { cpuMs, pages: pagesOf(inputs), dynamodbCalls, sqsSends };
}

let putSoFar = 0;

/** CPU ms of so many calls of the bare SDK, ten side by side as in a batch. */
async function callBare({ engine }: BenchSystem, putCount: number, sendCount: number): Promise<number> {
  const tally = new Tally();
  const dynamodb = createDynamoDbClient(engine, () => tally, latencyOn(null, 0));
  const sqs = createSqsClient(
    () => undefined,
    () => tally,
    latencyOn(null, 0),
  );
  const body = Buffer.alloc(BODY_BYTES, 7);
  const put = () => {
    putSoFar += 1;
    const Item = { pk: { S: 'R#bare' }, sk: { S: `P#${putSoFar}` }, b: { B: body } };
    return dynamodb.send(new PutItemCommand({ TableName: TABLE_NAME, Item }));
  };
  const entries = Array.from({ length: 10 }, (_, index) => ({ Id: String(index), MessageBody: MESSAGE }));
  const send = () =>
    sqs.send(new SendMessageBatchCommand({ QueueUrl: 'https://sqs.us-east-1.amazonaws.com/1/bare', Entries: entries }));
  const cpuMs = await cpuOf(async () => {
    await inTens(putCount, put);
    await inTens(sendCount, send);
  });
  dynamodb.destroy();
  sqs.destroy();
  return cpuMs;
}

const MESSAGE = 'x'.repeat(140); // about what a page message is

async function inTens(count: number, call: () => Promise<unknown>): Promise<void> {
  for (let left = count; left > 0; left -= 10) await Promise.all(Array.from({ length: Math.min(10, left) }, call));
}
