import { billOf, type Usage } from './prices.ts';

/** The work of a run, as far as its cost depends on it. */
export interface RunWork {
  readonly inputs: number;
  readonly pages: number;
  /** How many inputs are in hand at once. */
  readonly places: number;
  readonly page: TypicalPage;
  /** Callbacks that are sent: one for each page, only the run's own, or none. */
  readonly callbacks: 'all' | 'final' | 'none';
  /** The pace under which its pages wait for their turn, in calls a second; null: none. */
  readonly callsASecond: number | null;
  readonly retentionDays: number;
}

/** What a page usually takes. */
export interface TypicalPage {
  /** Time in the action, ms; null: unknown. */
  readonly ms: number | null;
  /** Its results as they are stored, compressed. */
  readonly storedBytes: number;
}

/** Assumed where an action does not say: the page of infra/README, "What it costs". */
export const USUAL_PAGE: TypicalPage = { ms: null, storedBytes: 800 };

/*
 * Measured by `npm run bench -- --only estimate`, which holds the sums below against real runs. A batch is what one
 * invocation takes from a queue: ten messages, or fewer where fewer inputs are in hand.
 */

const BATCH = 10;
/** Of a run, whatever its size: from the launch to the sweep that takes it off its list. */
const RUN = { writeUnits: 12, readUnits: 12, gbMs: 22, bytes: 1_600 } as const;
/** Further writes and reads of a run that has callbacks: the record of run.finished, and its counts. */
const RUN_CALLBACK = { writeUnits: 2, readUnits: 10, gbMs: 20, bytes: 900 } as const;
/** Of a batch of pages or callbacks: Lambda's time for reading and recording, in ms and GB, besides the action's. */
const PAGE_BATCH_GB_MS = 17;
const CALLBACK_BATCH_GB_MS = 4;
/** Memory of the page worker, GB. */
const PAGE_GB = 1;
/** Sending, receiving and deleting a batch. */
const REQUESTS_A_BATCH = 3;
/** The key and the facts of a page record, and what DynamoDB adds to an item that it stores. */
const RECORD_BYTES = 100;
const ITEM_BYTES = 100;
const DELIVERY_BYTES = 40;
/** Inputs are stored in chunks: units of an input. */
const INPUT_UNITS = 0.006;
/** Results that take more are an object beside the page record (storage/progress-store.ts). */
const INLINE_BYTES = 8 * 1_024;
/**
 * Of a page that waits for its turn: the pace's record, its own entry, its message again, and up to a second within its
 * worker. What is shared with the pages of its batch comes in a second number.
 */
const TURN = {
  writeUnits: { page: 0.35, batch: 3.55 },
  readUnits: { page: 0, batch: 4.8 },
  requests: { page: 1.2, batch: 1 },
  gbMs: { page: 80, batch: 14 },
} as const;

/** What a run uses of AWS, if nothing fails; storage until it expires. Backups, logs and egress are not in it. */
export function usageOfRun(work: RunWork): Usage {
  const { inputs, pages, callbacks, page } = work;
  // Under a slow pace pages come alone.
  const batch = Math.max(1, Math.min(BATCH, work.places, work.callsASecond ?? BATCH));
  const pageBatches = pages / batch;
  const callbackBatches = callbacks === 'all' ? pageBatches : 0;
  const ownCallbacks = callbacks === 'none' ? 0 : 1;
  const turns = (unit: keyof typeof TURN): number =>
    work.callsASecond === null ? 0 : pages * TURN[unit].page + pageBatches * TURN[unit].batch;
  const inTable = page.storedBytes <= INLINE_BYTES ? page.storedBytes : 0;
  const objects = inTable === page.storedBytes ? 0 : pages;
  const recordBytes = RECORD_BYTES + inTable;
  const bytes =
    RUN.bytes +
    RUN_CALLBACK.bytes * ownCallbacks +
    pages * (RECORD_BYTES + ITEM_BYTES + page.storedBytes + (callbacks === 'all' ? DELIVERY_BYTES : 0));
  const batches = pageBatches + callbackBatches + ownCallbacks + (inputs > 1 ? 1 : 0);
  return {
    writeUnits:
      RUN.writeUnits +
      RUN_CALLBACK.writeUnits * ownCallbacks +
      inputs * INPUT_UNITS +
      inputs / batch +
      pages * Math.ceil(recordBytes / 1_024) +
      callbackBatches +
      turns('writeUnits'),
    readUnits:
      RUN.readUnits +
      RUN_CALLBACK.readUnits * ownCallbacks +
      pageBatches +
      (callbacks === 'all' ? (pages * Math.ceil(recordBytes / 4_096)) / 2 : 0) +
      turns('readUnits'),
    sqsRequests: batches * REQUESTS_A_BATCH + turns('requests'),
    invocations: batches,
    objectPuts: objects,
    objectGets: callbacks === 'all' ? objects : 0,
    gbMs:
      RUN.gbMs +
      RUN_CALLBACK.gbMs * ownCallbacks +
      pageBatches * (PAGE_BATCH_GB_MS + (page.ms ?? 0) * PAGE_GB) +
      callbackBatches * CALLBACK_BATCH_GB_MS +
      turns('gbMs'),
    byteMonths: bytes * (work.retentionDays / 30),
  };
}

/** What a run costs in dollars, at the prices of us-east-1. */
export function usdOfRun(work: RunWork): number {
  return billOf(usageOfRun(work)).total;
}
