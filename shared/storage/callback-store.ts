import type { CallbackPayload, CallbackRecord, CallbackStatus, CallbackType } from '../domain/callback.ts';
import type { ErrorRecord } from '../domain/errors.ts';
import { attemptName, attemptsFromItem, attemptsToItem, attemptToStored } from './attempt-records.ts';
import { isNotification, readUid } from '../domain/ids.ts';
import { blockOf } from '../domain/input.ts';
import type { Random } from '../engine/ports.ts';
import type { CallbackStore, Delivery } from '../engine/stores/callback-store.ts';
import type { Batcher } from '../process/batcher.ts';
import { type Item, ItemReader } from './attributes.ts';
import {
  blockPartition,
  DELIVERY_PREFIX,
  type Key,
  keys,
  listedAt,
  notificationsOf,
  RECORD_PREFIX,
  recordKey,
  runPartition,
} from './keys.ts';
import { parsed, textOf } from './run-records.ts';
import type { Table } from './table.ts';
import { settleAll } from '../engine/settle-all.ts';

interface LoggedDelivery extends Delivery {
  readonly expiresAt: number;
}

/**
 * Callback records and the delivery log. `gather` makes the batcher that writes an invocation's deliveries of a block
 * as one item.
 */
export function createCallbackStore(
  table: Table,
  random: Pick<Random, 'uuid'>,
  gather: (flush: (deliveries: readonly LoggedDelivery[]) => Promise<void>) => Batcher<LoggedDelivery>,
): CallbackStore {
  const log = gather(async (deliveries) => {
    const blocks = Map.groupBy(deliveries, ({ runUid, input }) => `${runUid}#${blockOf(input)}`);
    await settleAll(Array.from(blocks.values(), putDeliveries));
  });

  async function putDeliveries(deliveries: readonly LoggedDelivery[]): Promise<void> {
    const [first] = deliveries;
    if (first === undefined) return;
    const key = keys.deliveries(first.runUid, blockOf(first.input), first.at, random.uuid().slice(0, 8));
    await table.put(key, {
      d: deliveries.flatMap(({ input, page, part, httpStatus, at }) => [input, page, part, httpStatus, at - first.at]),
      ms: deliveries.map(({ durationMs }) => durationMs ?? 0),
      at: first.at,
      expires_at: first.expiresAt,
    });
  }

  return {
    ...createCallbackRecords(table),

    async updateRecord(uid, expected, { attempt = null, ...change }) {
      const sets = Object.entries(changeToItem(change));
      const names: Record<string, string> = Object.fromEntries(sets.map(([name]) => [`#${name}`, name]));
      const assigned = sets.filter(([, value]) => value !== null);
      const removed = sets.filter(([, value]) => value === null);
      if (attempt !== null) {
        names['#attempt'] = attemptName(attempt);
        assigned.push(['attempt', attemptToStored(attempt)]);
      }
      const set = `SET ${assigned.map(([name]) => `#${name} = :${name}`).join(', ')}`;
      const remove = removed.length === 0 ? '' : ` REMOVE ${removed.map(([name]) => `#${name}`).join(', ')}`;
      const { done } = await table.update(keyOf(uid), {
        expression: set + remove,
        condition: '#status = :fromStatus AND #retry_count = :fromCount',
        names: { ...names, '#status': 'status', '#retry_count': 'retry_count' },
        values: {
          ...Object.fromEntries(assigned.map(([name, value]) => [`:${name}`, value])),
          ':fromStatus': expected.status,
          ':fromCount': expected.retryCount,
        },
      });
      return done;
    },

    async logDelivery(delivery, expiresAt) {
      await log.add({ ...delivery, expiresAt });
    },

    async readDeliveries(runUid, block) {
      const deliveries: Delivery[] = [];
      const query = { pk: blockPartition(runUid, block), prefix: DELIVERY_PREFIX, consistency: 'strong' } as const;
      for await (const item of table.queryAll(query)) deliveries.push(...deliveriesOf(runUid, item));
      return deliveries;
    },

    async takeReplay(runUid, { by, until }, now, expiresAt) {
      const { done, item } = await table.update(keys.replay(runUid), {
        expression: 'SET #by = :by, #until = :until, expires_at = :expiresAt',
        condition: 'attribute_not_exists(pk) OR #by = :by OR #until <= :now',
        names: { '#by': 'by', '#until': 'until' },
        values: { ':by': by, ':until': until, ':now': now, ':expiresAt': expiresAt },
      });
      return done || item === null ? null : new ItemReader(item).number('until');
    },

    async listRecords(runUid, block) {
      const pk = block === null ? runPartition(runUid) : blockPartition(runUid, block);
      const records: CallbackRecord[] = [];
      for await (const item of table.queryAll({ pk, prefix: RECORD_PREFIX, consistency: 'strong' })) {
        records.push(recordFromItem(item));
      }
      return records;
    },
  };
}

/** Making and reading records, for a function that does nothing else with callbacks. */
export type CallbackRecords = Pick<CallbackStore, 'createRecord' | 'readRecord'>;

export function createCallbackRecords(table: Table): CallbackRecords {
  return {
    async createRecord(record) {
      const put = await table.put(keyOf(record.uid), recordToItem(record), { expression: 'attribute_not_exists(pk)' });
      return put.done || put.item === null ? record : recordFromItem(put.item);
    },

    async readRecord(uid) {
      const key = recordKey(uid);
      const item = key === null ? null : await table.get(key, 'strong');
      return item === null ? null : recordFromItem(item);
    },
  };
}

function keyOf(uid: string): Key {
  const key = recordKey(uid);
  if (key === null) throw new Error(`${uid} is not the uid of a callback.`);
  return key;
}

/**
 * The deliveries in an item of the log: five numbers each (input, page, part, HTTP status, ms after the item's `at`),
 * and in a list beside them how long each took, which release 0.1.0 did not write and does not read.
 */
export function deliveriesOf(runUid: string, item: Item): readonly Delivery[] {
  const read = new ItemReader(item);
  const flat = read.stored<number[]>('d') ?? [];
  const durations = read.stored<number[]>('ms') ?? [];
  const start = read.number('at');
  const deliveries: Delivery[] = [];
  for (let index = 0; index + 4 < flat.length; index += 5) {
    const [input = 0, page = 0, part = 0, httpStatus = 0, after = 0] = flat.slice(index, index + 5);
    const durationMs = durations[index / 5] ?? null;
    deliveries.push({ runUid, input, page, part, httpStatus, at: start + after, durationMs });
  }
  return deliveries;
}

function changeToItem(change: Partial<CallbackRecord>): Record<string, unknown> {
  const item: Record<string, unknown> = {};
  if (change.status !== undefined) item['status'] = change.status;
  if (change.retryCount !== undefined) item['retry_count'] = change.retryCount;
  if (change.by !== undefined) item['w'] = change.by;
  if (change.httpStatus !== undefined) item['http_status'] = change.httpStatus;
  if (change.httpResponse !== undefined) item['http_response'] = change.httpResponse;
  if (change.error !== undefined) item['error'] = textOf(change.error);
  if (change.url !== undefined) item['url'] = change.url;
  if (change.nextAttemptAt !== undefined) item['next_attempt_at'] = change.nextAttemptAt;
  if (change.heldSince !== undefined) item['held_since'] = change.heldSince;
  if (change.deferredAt !== undefined) item['deferred_at'] = change.deferredAt;
  if (change.deliveredAt !== undefined) item['delivered_at'] = change.deliveredAt;
  return item;
}

function recordToItem(record: CallbackRecord): object {
  return {
    ...changeToItem(record),
    ...attemptsToItem(record.attempts),
    ...listingOf(record),
    uid: record.uid,
    ref_uid: record.refUid,
    parent_uid: record.parentUid,
    type: record.type,
    run_uid: record.runUid,
    workspace_uid: record.workspaceUid,
    input: record.input,
    page: record.page,
    part: record.part,
    created_at: record.createdAt,
    payload: textOf(record.payload),
    expires_at: record.expiresAt,
  };
}

/** A notification is listed by the index; a callback is found by way of its run. */
function listingOf({ uid, workspaceUid, createdAt }: CallbackRecord): object {
  const about = readUid(uid);
  if (about === null || !isNotification(about)) return {};
  return { lpk: notificationsOf(workspaceUid), lsk: listedAt(createdAt, uid) };
}

export function recordFromItem(item: Item): CallbackRecord {
  const read = new ItemReader(item);
  return {
    uid: read.text('uid'),
    refUid: read.text('ref_uid'),
    parentUid: read.textOrNull('parent_uid'),
    type: read.text('type') as CallbackType, // cast: written from the same type
    runUid: read.textOrNull('run_uid'),
    workspaceUid: read.text('workspace_uid'),
    url: read.textOrNull('url'),
    input: read.numberOrNull('input'),
    page: read.numberOrNull('page'),
    part: read.numberOrNull('part'),
    status: read.text('status') as CallbackStatus, // cast: as above
    retryCount: read.number('retry_count'),
    by: read.textOrNull('w') ?? '',
    httpStatus: read.numberOrNull('http_status'),
    httpResponse: read.textOrNull('http_response'),
    error: parsed<ErrorRecord>(read.textOrNull('error')),
    nextAttemptAt: read.numberOrNull('next_attempt_at'),
    heldSince: read.numberOrNull('held_since'),
    deferredAt: read.numberOrNull('deferred_at'),
    createdAt: read.number('created_at'),
    deliveredAt: read.numberOrNull('delivered_at'),
    attempts: attemptsFromItem(read),
    payload: parsed<CallbackPayload>(read.textOrNull('payload')),
    expiresAt: read.number('expires_at'),
  };
}
