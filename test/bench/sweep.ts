import { SWEEP_WORK_MS } from '../../shared/domain/timing.ts';
import { createCorePorts, noLargeObjects } from '../../functions/wiring/create-ports.ts';
import { keys } from '../../shared/storage/keys.ts';
import { toItem } from '../../shared/storage/attributes.ts';
import type { CorePorts } from '../../shared/engine/ports.ts';
import { DUE_PARTITIONS, type DueEntry } from '../../shared/engine/stores/due-store.ts';
import { handleDueEntry } from '../../shared/engine/sweep/handle-due-entry.ts';
import { sweep } from '../../shared/engine/sweep/sweep.ts';
import { settleAll } from '../../shared/engine/settle-all.ts';
import { settingsOf } from '../../infra/settings.ts';
import { openEngine, TABLE_NAME } from '../support/open-table.ts';
import { createShortDynamoDbClient, createShortSqsClient } from '../support/short-clients.ts';
import type { Progress, Report } from './report.ts';
import { VirtualClock } from './virtual-clock.ts';

const ROWS = 100_000;
const START = Date.UTC(2026, 0, 5, 12);
const MINUTE_MS = 60_000;
const DYNAMODB_MS = 5;
const SQS_MS = 10;
const PAGE_ROWS = 25;

type Sweep = (ports: CorePorts, until: number) => Promise<unknown>;

/** What a sweep does in its minute where 100,000 schedules fell due at once. */
export async function benchSweep(progress: Progress): Promise<Report> {
  progress(`a sweep of ${ROWS} due rows`);
  const turns = await measure(sweep);
  progress('the same, one partition after the other');
  const inOrder = await measure(sweepInOrder);
  progress('the same, behind 100 rows a partition that fail');
  const behindBad = await measure(sweep, 100);
  return {
    title: 'Sweep: a backlog of 100,000 due rows',
    notes: [
      `The real stores on a table in memory; ${DYNAMODB_MS} ms a DynamoDB call, ${SQS_MS} ms a send. Rows are looks at schedules: two writes and a send each.`,
      'A sweep has 45 s of its minute. Baseline: one partition to its end, then the next, and no row put off.',
    ],
    figures: [
      { what: 'rows a minute', value: turns.rows, unit: '', target: { atLeast: 10_000 }, baseline: inOrder.rows },
      {
        what: 'partitions that had their turn in the first minute',
        value: turns.partitions,
        unit: `of ${DUE_PARTITIONS}`,
        target: { atLeast: DUE_PARTITIONS },
        baseline: inOrder.partitions,
      },
      { what: 'rows a minute behind 1,000 that fail', value: behindBad.rows, unit: '', baseline: turns.rows },
    ],
  };
}

async function measure(run: Sweep, badRows = 0): Promise<{ readonly rows: number; readonly partitions: number }> {
  const clock = new VirtualClock(START);
  const engine = openEngine({ now: () => clock.now() });
  const told: string[] = [];
  const entries = Array.from({ length: ROWS }, (_, index): DueEntry => {
    return { at: START - MINUTE_MS, kind: 'schedule', uid: `schedule ${index}` };
  });
  const bad = Array.from({ length: badRows * DUE_PARTITIONS }, (_, index) => ({
    pk: { S: `DUE#${index % DUE_PARTITIONS}` },
    sk: { S: `${START - 2 * MINUTE_MS}#audit#${index}` },
  }));
  for (const entry of entries) {
    await engine.handle('PutItem', { TableName: TABLE_NAME, Item: { ...toItem(entry), ...toItem(keys.due(entry)) } });
  }
  for (const Item of bad) await engine.handle('PutItem', { TableName: TABLE_NAME, Item });
  const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const random = { fraction: () => 0.5, bytes: (count: number) => Buffer.alloc(count), uuid: () => '' };
  const dynamodb = createShortDynamoDbClient(async (operation, body) => {
    const answer = await engine.handle(operation, body);
    await clock.sleep(DYNAMODB_MS);
    return answer;
  });
  const sqs = createShortSqsClient(async (_, body) => {
    await clock.sleep(SQS_MS);
    const { Entries: sent = [] } = body as { readonly Entries?: readonly { readonly MessageGroupId: string }[] }; // cast: as our sender writes it
    told.push(...sent.map(({ MessageGroupId: group }) => group));
    return { status: 200, body: {} };
  });
  const url = 'https://sqs.us-east-1.amazonaws.com/1/control';
  const env = { table: TABLE_NAME, settings: settingsOf('prod').runtime, controlQueueUrl: url };
  const ports = createCorePorts(env, { clock, random, log: silent }, { dynamodb, sqs, objects: noLargeObjects });
  await run(ports, START + SWEEP_WORK_MS);
  const partitions = new Set(told.map((uid) => keys.due({ at: 0, kind: 'schedule', uid }).pk));
  return { rows: told.length, partitions: partitions.size };
}

/** The baseline: from the first row of each partition until none is left in it. */
async function sweepInOrder(ports: CorePorts, until: number): Promise<void> {
  for (let partition = 0; partition < DUE_PARTITIONS; partition += 1) {
    while (ports.clock.now() < until) {
      const { rows } = await ports.due.listDue(partition, ports.clock.now(), PAGE_ROWS);
      await settleAll(rows.map(async ({ entry }) => entry !== null && (await handleDueEntry(ports, entry))));
      if (rows.length < PAGE_ROWS) break;
    }
  }
}
