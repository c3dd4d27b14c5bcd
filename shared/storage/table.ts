import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactionConflictException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import type { Clock } from '../engine/ports.ts';
import { type Item, toAttribute, toItem } from './attributes.ts';
import { type Condition, conditionOf, projectionOf, rangeOf, type Update, valuesOf } from './expressions.ts';
import type { Key } from './keys.ts';
import { backoffMs, sendInBatches } from './send-in-batches.ts';

/** Outcome of a conditional write: done, with the item as it is now, or refused, with the item that is stored. */
export type WriteResult =
  | { readonly done: true; readonly item: Item }
  | { readonly done: false; readonly item: Item | null };

const BATCH_GET_KEYS = 100;
const BATCH_WRITE_ENTRIES = 25;
const CONFLICT_ROUNDS = 8;

/** The table: the few operations of DynamoDB that the stores need. Where DynamoDB fails, the SDK's error is thrown. */
export class Table {
  readonly #client: DynamoDBClient;
  readonly #name: string;
  readonly #clock: Clock;
  readonly #sleep = (ms: number): Promise<void> => new Promise((resolve) => void this.#clock.after(ms, resolve));

  constructor(client: DynamoDBClient, name: string, clock: Clock) {
    this.#client = client;
    this.#name = name;
    this.#clock = clock;
  }

  async get(key: Key, consistency: 'strong' | 'eventual'): Promise<Item | null> {
    const { Item: item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#name, Key: toItem(key), ConsistentRead: consistency === 'strong' }),
    );
    return item ?? null;
  }

  /**
   * Gets items, up to 100 a call; keys that DynamoDB left unprocessed are asked for again with backoff. Keys without an
   * item are left out, and the order is undefined. `project`: the only attributes to return.
   */
  async batchGet(
    wanted: readonly Key[],
    options: { readonly consistency: 'strong' | 'eventual'; readonly project?: readonly string[] },
  ): Promise<readonly Item[]> {
    const distinct = new Map(wanted.map((key) => [`${key.pk} ${key.sk}`, toItem(key)]));
    const found: Item[] = [];
    await sendInBatches(this.#sleep, [...distinct.values()], BATCH_GET_KEYS, async (batch) => {
      const { Responses: items, UnprocessedKeys: undone } = await this.#client.send(
        new BatchGetItemCommand({
          RequestItems: {
            [this.#name]: {
              Keys: [...batch],
              ConsistentRead: options.consistency === 'strong',
              ...projectionOf(options.project),
            },
          },
        }),
      );
      found.push(...(items?.[this.#name] ?? []));
      return undone?.[this.#name]?.Keys ?? [];
    });
    return found;
  }

  /** Puts a whole item; if the condition fails, the result has the stored one. */
  async put(key: Key, record: object, condition: Condition | null = null): Promise<WriteResult> {
    const item = { ...toItem(record), ...toItem(key) };
    return this.#conditional(async () => {
      await this.#client.send(
        new PutItemCommand({ TableName: this.#name, Item: item, ...conditionOf(condition, condition?.expression) }),
      );
      return item;
    });
  }

  async update(key: Key, update: Update): Promise<WriteResult> {
    return this.#conditional(async () => {
      const { Attributes: item = {} } = await this.#client.send(
        new UpdateItemCommand({
          TableName: this.#name,
          Key: toItem(key),
          UpdateExpression: update.expression,
          ReturnValues: 'ALL_NEW',
          ...conditionOf(update, update.condition),
        }),
      );
      return item;
    });
  }

  /**
   * Puts whole items in one transaction, each under its condition. False: a condition failed and nothing was written.
   * A conflict with another transaction, which the SDK does not retry, is retried here with backoff.
   */
  async putTogether(
    puts: readonly { readonly key: Key; readonly record: object; readonly condition: Condition }[],
  ): Promise<boolean> {
    const items = puts.map(({ key, record, condition: { expression, names, values = {} } }) => ({
      Put: {
        TableName: this.#name,
        Item: { ...toItem(record), ...toItem(key) },
        ConditionExpression: expression,
        ...(names === undefined ? {} : { ExpressionAttributeNames: names }),
        ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: valuesOf(values) }),
      },
    }));
    for (let round = 1; ; round += 1) {
      try {
        await this.#client.send(new TransactWriteItemsCommand({ TransactItems: items }));
        return true;
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) throw error;
        const codes = error.CancellationReasons?.map(({ Code: code }) => code) ?? [];
        if (codes.includes('ConditionalCheckFailed')) return false;
        if (!codes.includes('TransactionConflict') || round > CONFLICT_ROUNDS) throw error;
        await this.#sleep(backoffMs(round));
      }
    }
  }

  /** Deletes an item; false where there was none. */
  async delete(key: Key): Promise<boolean> {
    const { Attributes: gone } = await this.#client.send(
      new DeleteItemCommand({ TableName: this.#name, Key: toItem(key), ReturnValues: 'ALL_OLD' }),
    );
    return gone !== undefined;
  }

  /**
   * Puts items without conditions, 25 a call. Items that DynamoDB left unprocessed, or throttled, are sent again with
   * backoff.
   */
  async putAll(records: readonly { readonly key: Key; readonly record: object }[]): Promise<void> {
    const writes: WriteRequest[] = records.map(({ key, record }) => ({
      PutRequest: { Item: { ...toItem(record), ...toItem(key) } },
    }));
    await this.#writeAll(writes);
  }

  /** Deletes items as {@link putAll} puts them; one that is not there is no error. */
  async deleteAll(gone: readonly Key[]): Promise<void> {
    await this.#writeAll(gone.map((key) => ({ DeleteRequest: { Key: toItem(key) } })));
  }

  async #writeAll(writes: readonly WriteRequest[]): Promise<void> {
    await sendInBatches(this.#sleep, writes, BATCH_WRITE_ENTRIES, async (batch) => {
      const { UnprocessedItems: undone } = await this.#client.send(
        new BatchWriteItemCommand({ RequestItems: { [this.#name]: [...batch] } }),
      );
      return undone?.[this.#name] ?? [];
    });
  }

  /** One page of a partition, or of the index `list`. */
  async query(query: {
    readonly pk: string;
    readonly index?: 'list';
    readonly from?: string;
    readonly to?: string;
    readonly prefix?: string;
    readonly limit?: number;
    readonly order?: 'ascending' | 'descending';
    readonly consistency?: 'strong' | 'eventual';
    readonly startAfter?: Item | undefined;
    /** The only attributes to return of each item. */
    readonly project?: readonly string[];
  }): Promise<{ readonly items: readonly Item[]; readonly lastKey: Item | undefined }> {
    const [pk, sk] = query.index === 'list' ? ['lpk', 'lsk'] : ['pk', 'sk'];
    const range = rangeOf(query);
    const projection = projectionOf(query.project);
    const { Items: items = [], LastEvaluatedKey: lastKey } = await this.#client.send(
      new QueryCommand({
        TableName: this.#name,
        IndexName: query.index,
        KeyConditionExpression: range === null ? '#pk = :pk' : `#pk = :pk AND ${range.expression}`,
        ExpressionAttributeNames: {
          '#pk': pk,
          ...(range === null ? {} : { '#sk': sk }),
          ...projection.ExpressionAttributeNames,
        },
        ProjectionExpression: projection.ProjectionExpression,
        ExpressionAttributeValues: { ':pk': toAttribute(query.pk), ...range?.values },
        Limit: query.limit,
        ScanIndexForward: query.order !== 'descending',
        ConsistentRead: query.consistency === 'strong',
        ExclusiveStartKey: query.startAfter,
      }),
    );
    return { items, lastKey };
  }

  /** All items of a range of a partition, page by page. */
  async *queryAll(query: Parameters<Table['query']>[0]): AsyncGenerator<Item> {
    let startAfter = query.startAfter;
    do {
      const page = await this.query({ ...query, startAfter });
      yield* page.items;
      startAfter = page.lastKey;
    } while (startAfter !== undefined);
  }

  /** Retries a write that conflicts with a transaction, as {@link putTogether} does. */
  async #conditional(write: () => Promise<Item>): Promise<WriteResult> {
    for (let round = 1; ; round += 1) {
      try {
        return { done: true, item: await write() };
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return { done: false, item: error.Item ?? null };
        if (!(error instanceof TransactionConflictException) || round > CONFLICT_ROUNDS) throw error;
        await this.#sleep(backoffMs(round));
      }
    }
  }
}
