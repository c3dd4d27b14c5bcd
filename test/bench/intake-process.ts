/**
 * Takes in one run in a process of its own: its lines by upload, or its inputs in a body. Prints what that took and the
 * live heap of each function at its highest, as one line of JSON. Run by intake.ts, with `--expose-gc`.
 */
import { LAUNCH_DEFAULTS } from '../../shared/domain/launch-terms.ts';
import type { SQSRecord } from 'aws-lambda';
import type { DynamoDbEngine } from '../../infra/local/dynamodb/engine.ts';
import { createCorePorts } from '../../functions/wiring/create-ports.ts';
import { createControlHandler } from '../../functions/workers/control.ts';
import { createIntakeHandler } from '../../functions/workers/intake.ts';
import { createPageHandler } from '../../functions/workers/page.ts';
import { settingsOf } from '../../infra/settings.ts';
import type { LargeObjects } from '../../shared/storage/progress-store.ts';
import { unzip } from '../../shared/process/unzip.ts';
import { systemRandom, systemClock } from '../../shared/process/system.ts';
import { asyncBody } from '../../shared/api/launches/schemas.ts';
import { parseJson } from '../../shared/api/parse-json.ts';
import type { UploadRef } from '../../shared/domain/upload.ts';
import type { ActionServices } from '../../shared/engine/ports.ts';
import { startRun } from '../../shared/engine/launch/start-run.ts';
import type { UploadObjects } from '../../shared/engine/launch/upload-ports.ts';
import { createRegistry } from '../../shared/sdk/action-registry.ts';
import { createBenchAction, SMALL_PAGE } from './bench-action.ts';
import { openEngine, TABLE_NAME } from '../support/open-table.ts';
import { silentLog } from './bench-system.ts';
import { createDynamoDbClient, createSqsClient, latencyOn, type SentMessage } from './in-process-aws.ts';
import { Tally } from './tally.ts';
import { anyCallback } from '../support/any-callback.ts';

/** What one intake took. */
export interface IntakeFigures {
  readonly seconds: number;
  readonly writeUnits: number;
  readonly objectGets: number;
  readonly objectPuts: number;
  /** Live heap at its highest while a function worked, MB. */
  readonly heapMb: Readonly<Record<'launch' | 'intake' | 'control' | 'page', number>>;
}

const PAGES = 200;
const BATCH = 10;
/** Forty bytes an input with the line feed, with seeds that differ as a caller's keys would. */
function lineOf(at: number): string {
  return `{"pages":1,"seed":${String((at * 982_451_653) % 1_000_003).padStart(20)}}\n`;
}

const LINE_BYTES = lineOf(0).length;

const [kind = 'upload', countText = '1000'] = process.argv.slice(2);
const count = Number(countText);

const heapMb = { launch: 0, intake: 0, control: 0, page: 0 };
let phase: keyof typeof heapMb = 'launch';
function watchHeap(): void {
  globalThis.gc?.();
  heapMb[phase] = Math.max(heapMb[phase], process.memoryUsage().heapUsed / 1024 ** 2);
}

const tally = new Tally();
/** An upload that is made as it is read: nothing of it is held here. */
const uploads: Pick<UploadObjects, 'readBytes' | 'unzip'> = {
  unzip,
  async readBytes(_, upload, from, bytes) {
    watchHeap();
    tally.objectGets += 1;
    const first = Math.floor(from / LINE_BYTES);
    const lines = Array.from({ length: Math.ceil(bytes / LINE_BYTES) + 1 }, (_, index) => lineOf(first + index));
    const offset = from - first * LINE_BYTES;
    return Buffer.from(lines.join('')).subarray(offset, offset + Math.min(bytes, upload.bytes - from));
  },
};

let firstChunk: Uint8Array | null = null;
/** Chunks that are large; the pages here read the first. */
const chunkObjects: LargeObjects = {
  async put(_, bytes) {
    tally.objectPuts += 1;
    firstChunk ??= bytes;
  },
  async get(key) {
    if (firstChunk === null) throw new Error(`There is no object ${key}.`);
    return firstChunk;
  },
};

const action = createBenchAction(SMALL_PAGE);
const engine = openEngine({ now: () => Date.now() });
const queues: Record<string, SentMessage[]> = { control: [], page: [], callback: [], intake: [] };
const deliver = (url: string, message: SentMessage): void =>
  void queues[url.slice(url.lastIndexOf('/') + 1)]?.push(message);
const env = {
  table: TABLE_NAME,
  settings: settingsOf('prod').runtime,
  controlQueueUrl: 'https://sqs.us-east-1.amazonaws.com/1/control',
  pageQueueUrl: 'https://sqs.us-east-1.amazonaws.com/1/page',
  callbackQueueUrl: 'https://sqs.us-east-1.amazonaws.com/1/callback',
  intakeQueueUrl: 'https://sqs.us-east-1.amazonaws.com/1/intake',
};
const noWait = latencyOn(null, 0);
const actionServices: ActionServices = {
  enter: (_, work) => work(),
  forWorkspace: () => ({
    fetch: () => Promise.reject(new Error('The bench has no network.')),
    secret: () => Promise.reject(new Error('The bench has no secrets.')),
    maskSecrets: (text: string) => text,
    findSecret: () => null,
  }),
};
const ports = {
  ...createCorePorts(
    env,
    { clock: systemClock, random: systemRandom, log: silentLog },
    {
      dynamodb: createDynamoDbClient(forgetful(engine), () => tally, noWait),
      sqs: createSqsClient(deliver, () => tally, noWait),
      objects: chunkObjects,
    },
    0,
  ),
  actions: createRegistry({ 'bench-action.ts': action }),
  actionServices,
};
const handlers = {
  control: createControlHandler(ports),
  intake: createIntakeHandler({ ...ports, uploads }),
  page: createPageHandler(ports, 2),
};

/**
 * The table lies in this process, and is no function's memory: inputs that no page here reads are deleted from it as soon
 * as they are written and counted.
 */
function forgetful(table: DynamoDbEngine): DynamoDbEngine {
  return {
    ...table,
    async handle(operation, body) {
      const answer = await table.handle(operation, body);
      if (operation !== 'BatchWriteItem') return answer;
      // cast: the SDK has serialized it
      const { RequestItems } = body as { RequestItems: Record<string, { PutRequest: { Item: ChunkItem } }[]> };
      for (const { PutRequest } of RequestItems[TABLE_NAME] ?? []) {
        const { pk, sk, first } = PutRequest.Item;
        if (Number(first?.N ?? 0) > PAGES) await table.handle('DeleteItem', { TableName: TABLE_NAME, Key: { pk, sk } });
      }
      return answer;
    },
  };
}

interface ChunkItem {
  readonly pk: object;
  readonly sk: object;
  readonly first?: { readonly N: string };
}

/** Hands a batch of a queue to its function. */
async function handOut(name: keyof typeof handlers): Promise<void> {
  phase = name;
  const batch = queues[name]?.splice(0, name === 'page' ? BATCH : 1) ?? [];
  if (batch.length === 0) throw new Error(`There is nothing for ${name} to do.`);
  const { batchItemFailures } = await handlers[name]({ Records: batch.map(recordOf) });
  if (batchItemFailures.length > 0) throw new Error(`${name} failed.`);
  watchHeap();
}

function recordOf({ id, body }: SentMessage): SQSRecord {
  const attributes = {
    ApproximateReceiveCount: '1',
    SentTimestamp: '0',
    SenderId: '',
    ApproximateFirstReceiveTimestamp: '0',
  };
  const about = { messageAttributes: {}, md5OfBody: '', eventSource: 'aws:sqs', eventSourceARN: '', awsRegion: '' };
  return { messageId: id, receiptHandle: id, body, attributes, ...about };
}

async function launch(inputs: readonly Readonly<Record<string, unknown>>[], upload: UploadRef | null): Promise<void> {
  const { secrets, callbackPolicy } = { secrets: noSecrets, callbackPolicy: anyCallback };
  await startRun(
    { ...ports, secrets, callbackPolicy },
    {
      workspaceUid: '11111111-1111-4111-8111-111111111111',
      actionName: action.name,
      inputs,
      parameters: {},
      callback: null,
      name: null,
      ...LAUNCH_DEFAULTS,
      dependsOn: [],
      scheduleAt: null,
      ...(upload === null ? {} : { upload }),
    },
  );
}

const never = (): Promise<never> => Promise.reject(new Error('There is nothing to seal.'));
const noSecrets = { signatureHeaders: never, sealHeaders: never, unsealHeaders: never };

const bodyInputs = Array.from({ length: kind === 'body' ? count : 1 }, (_, at) => lineOf(at).trim());
const body = `{"inputs":[${bodyInputs.join(',')}]}`;
watchHeap();
const began = performance.now();
if (kind === 'body') {
  const { inputs = [] } = asyncBody.parse(parseJson(Buffer.from(body)));
  await launch(inputs, null);
  watchHeap();
} else {
  await launch([], { uid: '22222222-2222-4222-8222-222222222222', etag: '"1"', bytes: count * LINE_BYTES });
  await handOut('control');
  await handOut('intake');
}
const seconds = (performance.now() - began) / 1_000;
const { writeUnits, objectGets, objectPuts } = tally;
if (kind === 'upload') {
  await handOut('control');
  for (let done = 0; done < Math.min(PAGES, count); done += BATCH) await handOut('page');
}
const figures: IntakeFigures = { seconds, writeUnits, objectGets, objectPuts, heapMb };
console.log(JSON.stringify(figures));
process.exit(0);
