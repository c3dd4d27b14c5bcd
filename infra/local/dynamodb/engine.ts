import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { type Call, type Database, newCall } from './database.ts';
import { defineTable } from './define-table.ts';
import { serviceError } from './errors.ts';
import { expireItems } from './expire-items.ts';
import { Meter, type OperationMeter } from './meter.ts';
import { batchGetItem } from './operations/batch-get-item.ts';
import { batchWriteItem } from './operations/batch-write-item.ts';
import { deleteItem } from './operations/delete-item.ts';
import { getItem } from './operations/get-item.ts';
import { putItem } from './operations/put-item.ts';
import { query } from './operations/query.ts';
import { scan } from './operations/scan.ts';
import { createTable, deleteTable, describeTable, listTables } from './operations/tables.ts';
import { describeTimeToLive, updateTimeToLive } from './operations/time-to-live.ts';
import { transactGetItems } from './operations/transact-get-items.ts';
import { transactWriteItems } from './operations/transact-write-items.ts';
import { updateItem } from './operations/update-item.ts';
import { openStorage, type Storage } from './storage.ts';
import { tableDefinition } from './table-definition.ts';
import { Chaos } from './chaos.ts';

/**
 * An answer as AWS JSON 1.0 carries it; an error's body has `__type` and `message`. Not to be changed by its reader.
 */
export interface DynamoDbAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface DynamoDbEngine {
  /** One AWS call, e.g. `PutItem`. Rejects only when the engine itself is at fault (closed, or its disk is). */
  handle(operation: string, body: unknown): Promise<DynamoDbAnswer>;
  /**
   * Creates the table, or gives an existing one these indexes and keeps its data. Throws when its primary key differs.
   */
  createTable(input: CreateTableCommandInput): void;
  /** Deletes the items that have expired; the engine never does so by itself. Returns their number. */
  expireItems(tableName: string): Promise<number>;
  /** Calls and capacity units per operation and table or index, since the start or the last reset. */
  meter(): readonly OperationMeter[];
  resetMeter(): void;
  /** Writes the rest of the log and releases the directory. */
  close(): Promise<void>;
}

export interface DynamoDbOptions {
  /** The log's directory; null: everything is in memory and happens inside `handle`. */
  readonly dir: string | null;
  /** Epoch ms. */
  readonly now: () => number;
  /** Stale eventual and index reads, hot partitions, unprocessed batch entries. Absent: off. */
  readonly chaos?: { readonly seed: number };
}

type Operation = (call: Call, body: unknown) => object;

const OPERATIONS = new Map<string, Operation>(
  Object.entries({
    CreateTable: createTable,
    DescribeTable: describeTable,
    ListTables: listTables,
    DeleteTable: deleteTable,
    PutItem: putItem,
    GetItem: getItem,
    UpdateItem: updateItem,
    DeleteItem: deleteItem,
    Query: query,
    Scan: scan,
    BatchGetItem: batchGetItem,
    BatchWriteItem: batchWriteItem,
    TransactWriteItems: transactWriteItems,
    TransactGetItems: transactGetItems,
    UpdateTimeToLive: updateTimeToLive,
    DescribeTimeToLive: describeTimeToLive,
  }),
);

/** Opens the engine, from its log when it has a directory. Throws when another process has the directory open. */
export function openDynamoDb(options: DynamoDbOptions): DynamoDbEngine {
  const chaos = options.chaos === undefined ? null : new Chaos(options.chaos.seed);
  const storage = options.dir === null ? null : openStorage(options.dir);
  const db: Database = {
    tables: new Map(),
    tokens: new Map(),
    chaos,
    record: (record) => storage?.append(record),
  };
  loadOrClose(storage, db);
  const meter = new Meter();
  let closed = false;

  return {
    async handle(operation, body) {
      if (closed) throw new Error(`DynamoDB engine: ${operation} called after close()`);
      const call = newCall(db, options.now());
      const answer = answerCall(call, operation, body);
      meter.count(operation, call.consumed.spaces());
      if (storage !== null) await storage.flushed();
      return answer;
    },
    createTable(input) {
      defineTable(db, tableDefinition(input, options.now()));
      storage?.flushNow();
    },
    async expireItems(tableName) {
      const count = expireItems(newCall(db, options.now()), tableName);
      if (storage !== null) await storage.flushed();
      return count;
    },
    meter: () => meter.rows(),
    resetMeter: () => meter.reset(),
    async close() {
      if (closed) return;
      closed = true;
      if (storage !== null) await storage.close();
    },
  };
}

/** A log that cannot be read must not keep its directory locked. */
function loadOrClose(storage: Storage | null, db: Database): void {
  try {
    storage?.load(db);
  } catch (error) {
    storage?.release();
    throw error;
  }
}

function answerCall(call: Call, operation: string, body: unknown): DynamoDbAnswer {
  try {
    const run = OPERATIONS.get(operation);
    if (run === undefined)
      throw serviceError('UnknownOperationException', `${operation} is not supported by the local engine`);
    return { status: 200, body: run(call, body) };
  } catch (error) {
    if (isAnswer(error)) return { status: 400, body: error.body };
    throw error;
  }
}

/** Errors of this engine and of dynalite's validators carry the body to answer with. */
function isAnswer(error: unknown): error is Error & { readonly body: object } {
  return error instanceof Error && 'body' in error && typeof error.body === 'object';
}
