import { isDeepStrictEqual } from 'node:util';
import { chunkInputs } from '../domain/chunk-inputs.ts';
import type { Fire } from '../domain/fire.ts';
import type { StoredInput } from '../domain/input.ts';
import type { Schedule } from '../domain/schedule.ts';
import type { ListedSchedule, ScheduleStore } from '../engine/schedules/schedule-ports.ts';
import { type Item, ItemReader } from './attributes.ts';
import { packInputs, unpackInputs } from './input-chunks.ts';
import {
  CHUNK_PREFIX,
  DEFINITION_PREFIX,
  FIRE_PREFIX,
  type Key,
  keys,
  listedAt,
  scheduleChunkPrefix,
  schedulePartition,
  schedulesOf,
} from './keys.ts';
import {
  fireFromItem,
  fireToRecord,
  scheduleDefinitionFromItem,
  scheduleDefinitionToRecord,
  scheduleFromItem,
  scheduleToRecord,
} from './schedule-records.ts';
import type { Condition } from './expressions.ts';
import type { Table } from './table.ts';

const ABSENT: Condition = { expression: 'attribute_not_exists(pk)' };

export function createScheduleStore(table: Table): ScheduleStore {
  return {
    async writeRevision(definition, inputs) {
      const { uid, ref } = definition;
      const chunks = inputs === null ? [] : chunkInputs(inputs);
      await table.putAll(
        chunks.map((chunk) => ({
          key: keys.scheduleChunk(uid, ref, chunk.first),
          record: { first: chunk.first, inputs: packInputs(chunk.inputs) },
        })),
      );
      await table.put(keys.scheduleDefinition(uid, ref), scheduleDefinitionToRecord(definition));
    },

    async createSchedule(schedule) {
      await table.put(keys.schedule(schedule.uid), scheduleToRecord(schedule), ABSENT);
    },

    async readSchedule(uid) {
      const item = await table.get(keys.schedule(uid), 'strong');
      return item === null ? null : scheduleFromItem(item);
    },

    async replaceSchedule(next) {
      const put = await table.put(keys.schedule(next.uid), scheduleToRecord(next), versionBefore(next));
      // Where the answer to a write is lost, the SDK repeats it and the condition fails: then the stored record is
      // `next`.
      return put.done || (put.item !== null && isDeepStrictEqual(scheduleFromItem(put.item), next));
    },

    async readDefinition(uid, ref) {
      const item = await table.get(keys.scheduleDefinition(uid, ref), 'strong');
      return item === null ? null : scheduleDefinitionFromItem(item);
    },

    async readDefinitions(schedules) {
      const wanted = schedules.map(({ uid, definitionRef }) => keys.scheduleDefinition(uid, definitionRef));
      const items = await table.batchGet(wanted, { consistency: 'eventual' });
      return new Map(items.map(scheduleDefinitionFromItem).map((definition) => [definition.uid, definition]));
    },

    async readInputs(uid, ref, from, limit) {
      return readChunks(table, uid, ref, from, limit);
    },

    async recordFire(next, fire, expiresAt) {
      return table.putTogether([
        { key: fireKey(fire), record: fireToRecord(fire, expiresAt), condition: ABSENT },
        { key: keys.schedule(next.uid), record: scheduleToRecord(next), condition: versionBefore(next) },
      ]);
    },

    async readFire(uid, nominalAt) {
      const item = await table.get(keys.fire(uid, nominalAt), 'strong');
      return item === null ? null : fireFromItem(item);
    },

    async readTrigger(uid, at, fireUid) {
      const item = await table.get(keys.trigger(uid, at, fireUid), 'strong');
      return item === null ? null : fireFromItem(item);
    },

    async listFiresBefore(uid, nominalAt, limit) {
      const { pk, sk } = keys.fire(uid, nominalAt);
      const { items } = await table.query({
        pk,
        prefix: FIRE_PREFIX,
        order: 'descending',
        limit,
        consistency: 'strong',
        startAfter: { pk: { S: pk }, sk: { S: sk } },
      });
      return items.map(fireFromItem);
    },

    async listFires(uid, after, limit) {
      const pk = schedulePartition(uid);
      const { items, lastKey } = await table.query({
        pk,
        prefix: FIRE_PREFIX,
        order: 'descending',
        limit,
        consistency: 'strong',
        startAfter: after === null ? undefined : { pk: { S: pk }, sk: { S: after } },
      });
      const rows = items.map((item) => {
        const read = new ItemReader(item);
        return { fire: fireFromItem(item), place: read.text('sk'), expiresAt: read.number('expires_at') };
      });
      return { rows, more: lastKey !== undefined };
    },

    async listSchedules(workspaceUid, { order, after, limit }) {
      const { items, lastKey } = await table.query({
        pk: schedulesOf(workspaceUid),
        index: 'list',
        order,
        limit,
        startAfter: after === null ? undefined : indexKey(workspaceUid, after),
      });
      return { rows: items.map(listedFromItem), more: lastKey !== undefined };
    },

    async readSchedules(uids) {
      const items = await table.batchGet(uids.map(keys.schedule), { consistency: 'eventual' });
      return new Map(items.map(scheduleFromItem).map((schedule) => [schedule.uid, schedule]));
    },

    async expireRevisions(uid, kept, expiresAt) {
      const keptChunks = kept === null ? null : scheduleChunkPrefix(kept.inputs);
      const keptDefinition = kept === null ? null : keys.scheduleDefinition(uid, kept.definition).sk;
      for (const prefix of [DEFINITION_PREFIX, CHUNK_PREFIX]) {
        const query = { pk: schedulePartition(uid), prefix, project: ['sk', 'expires_at'] };
        for await (const item of table.queryAll(query)) {
          const read = new ItemReader(item);
          const sk = read.text('sk');
          const isKept = sk === keptDefinition || (keptChunks !== null && sk.startsWith(keptChunks));
          if (isKept || read.numberOrNull('expires_at') !== null) continue;
          await expire(table, { pk: query.pk, sk }, expiresAt);
        }
      }
    },
  };
}

function versionBefore(next: Schedule): Condition {
  return { expression: 'version = :before', values: { ':before': next.version - 1 } };
}

function fireKey({ scheduleUid, nominalAt, cause, uid }: Fire): Key {
  return cause === 'trigger' ? keys.trigger(scheduleUid, nominalAt, uid) : keys.fire(scheduleUid, nominalAt);
}

async function readChunks(
  table: Table,
  uid: string,
  ref: string,
  from: number,
  limit: number,
): Promise<readonly StoredInput[]> {
  const pk = schedulePartition(uid);
  // The chunk that contains index `from` is the last one that begins at or before it.
  const { items } = await table.query({
    pk,
    from: scheduleChunkPrefix(ref),
    to: keys.scheduleChunk(uid, ref, from).sk,
    order: 'descending',
    limit: 1,
    consistency: 'strong',
    project: ['sk'],
  });
  const [first] = items;
  if (first === undefined) return [];
  const inputs: StoredInput[] = [];
  const query = { pk, from: new ItemReader(first).text('sk'), to: `${scheduleChunkPrefix(ref)}~` } as const;
  for await (const item of table.queryAll({ ...query, consistency: 'strong' })) {
    const read = new ItemReader(item);
    const skipped = Math.max(0, from - read.number('first'));
    inputs.push(...unpackInputs(read.bytesOrNull('inputs') ?? new Uint8Array()).slice(skipped));
    if (inputs.length >= limit) break;
  }
  return inputs.slice(0, limit);
}

async function expire(table: Table, key: Key, expiresAt: number): Promise<void> {
  await table.update(key, {
    expression: 'SET expires_at = :at',
    condition: 'attribute_exists(pk)',
    values: { ':at': expiresAt },
  });
}

function indexKey(
  workspaceUid: string,
  { createdAt, uid }: { readonly createdAt: number; readonly uid: string },
): Item {
  const { pk, sk } = keys.schedule(uid);
  return {
    pk: { S: pk },
    sk: { S: sk },
    lpk: { S: schedulesOf(workspaceUid) },
    lsk: { S: listedAt(createdAt, uid) },
  };
}

function listedFromItem(item: Item): ListedSchedule {
  const read = new ItemReader(item);
  return {
    uid: read.text('uid'),
    createdAt: Number(read.text('lsk').split('#')[0]),
    actionName: read.text('action_name'),
    name: read.textOrNull('name'),
  };
}
