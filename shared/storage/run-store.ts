import { isDeepStrictEqual } from 'node:util';
import { strippedControl } from '../domain/deletion.ts';
import { deriveUid } from '../domain/ids.ts';
import { chunkInputs } from '../domain/chunk-inputs.ts';
import { BLOCK_SHARDS, type InputChunk } from '../domain/input.ts';
import { RUN_MOVES, type RunMove, withHistory } from '../domain/run-status.ts';
import type { RunControl, RunDefinition } from '../domain/run.ts';
import type { UploadRef } from '../domain/upload.ts';
import { usageOfDay } from '../domain/usage.ts';
import { NO_USAGE } from '../domain/usage-counts.ts';
import type { DueStore } from '../engine/stores/due-store.ts';
import type { ControlChange, RunStore } from '../engine/stores/run-store.ts';
import { Lru } from '../process/lru.ts';
import { type Item, ItemReader } from './attributes.ts';
import { packInputs, unpackInputs, writeChunks } from './input-chunks.ts';
import { createInputReader, type DefinitionInHand } from './input-reader.ts';
import { blockPartition, DEPENDENT_PREFIX, type Key, keys, runPartition, shardPartition } from './keys.ts';
import type { LargeObjects } from './progress-store.ts';
import {
  controlFromItem,
  controlToRecord,
  deletedToRecord,
  deletionFromItem,
  deletionToRecord,
  definitionFromItem,
  definitionToRecord,
  presentControl,
  reasonToRecord,
} from './run-records.ts';
import type { Table } from './table.ts';
import { countsToRecord } from './usage-records.ts';
import { settleAll } from '../engine/settle-all.ts';

/** Inputs that are no larger than this when packed are stored within the definition, so a small run is two items. */
const INLINE_INPUT_BYTES = 4 * 1024;
const CACHED_DEFINITIONS = 500;
const CACHED_CONTROLS = 500;

type MoveRun = RunStore['moveRun'];

export function createRunStore(table: Table, due: Pick<DueStore, 'putDue'>, objects: LargeObjects): RunStore {
  const definitions = new Lru<DefinitionInHand>(CACHED_DEFINITIONS);
  const inputReader = createInputReader(table, objects, definitionOf);
  const reading = new Map<string, Promise<RunControl | null>>();
  const defining = new Map<string, Promise<DefinitionInHand | null>>();
  const moving = new Map<string, ReturnType<MoveRun>>();
  const seen = new Lru<RunControl>(CACHED_CONTROLS);

  async function definitionOf(runUid: string): Promise<DefinitionInHand | null> {
    const known = definitions.get(runUid);
    if (known !== undefined) return known;
    // The messages of a batch are mostly of one run: they share one read.
    const pending = defining.get(runUid);
    if (pending !== undefined) return pending;
    const fetching = fetchDefinition(runUid).finally(() => defining.delete(runUid));
    defining.set(runUid, fetching);
    return fetching;
  }

  async function fetchDefinition(runUid: string): Promise<DefinitionInHand | null> {
    const item = (await table.get(keys.definition(runUid), 'strong')) ?? (await liveDefinition(runUid));
    if (item === null) return null;
    const read = new ItemReader(item);
    const packed = read.bytesOrNull('inputs');
    const upload = read.stored<UploadRef>('upload');
    const definition = { ...definitionFromItem(item), ...(upload === null ? {} : { upload }) };
    const found = { definition, inputs: packed === null ? null : unpackInputs(packed) };
    // Not cached before the inputs of its upload are counted: until then the definition changes once more.
    if (definition.inputsTotal > 0) definitions.set(runUid, found);
    return found;
  }

  async function liveDefinition(runUid: string): Promise<Item | null> {
    const item = await table.get(keys.control(runUid), 'strong');
    return item !== null && item['parameters'] !== undefined ? item : null;
  }

  async function controlOf(runUid: string): Promise<RunControl | null> {
    const item = await table.get(keys.control(runUid), 'strong');
    const control = item === null ? null : presentControl(item);
    if (control === null) {
      definitions.delete(runUid);
      seen.delete(runUid);
      return null;
    }
    // A later expiry in the control record means that the definition was changed too: the cached one is old.
    if ((definitions.get(runUid)?.definition.expiresAt ?? Infinity) < control.expiresAt) definitions.delete(runUid);
    seen.set(runUid, control);
    return control;
  }

  function readControl(runUid: string): Promise<RunControl | null> {
    // All messages of a batch begin with this read in the same turn of the event loop: they share it.
    const pending = reading.get(runUid);
    if (pending !== undefined) return pending;
    const read = controlOf(runUid);
    reading.set(runUid, read);
    queueMicrotask(() => reading.delete(runUid));
    return read;
  }

  /** Tries the move on the cached control record first: if that is out of date, the write's condition fails. */
  async function makeMove(runUid: string, move: RunMove, epoch: number, change: ControlChange): ReturnType<MoveRun> {
    const { from }: { readonly from: readonly string[] } = RUN_MOVES[move];
    const mayMove = (control: RunControl): boolean => control.epoch === epoch && from.includes(control.status);
    const known = seen.get(runUid);
    let stored = known !== undefined && mayMove(known) ? known : await controlOf(runUid);
    while (stored !== null && mayMove(stored)) {
      const control = applyMove(stored, move, change);
      const put = await table.put(keys.control(runUid), controlToRecord(control), {
        expression: '#status = :status AND #epoch = :epoch AND #updated = :updated',
        names: { '#status': 'status', '#epoch': 'epoch', '#updated': 'updated_at' },
        values: { ':status': stored.status, ':epoch': epoch, ':updated': stored.updatedAt },
      });
      stored = put.done ? control : put.item === null ? null : presentControl(put.item);
      if (stored !== null) seen.set(runUid, stored);
      if (put.done) return { moved: true, control };
    }
    return { moved: false, current: stored };
  }

  return {
    async createRun({ definition, control, inputs, due: entries }) {
      const { uid, expiresAt } = definition;
      const chunks = chunkInputs(inputs);
      const packed = inlineInputs(chunks);
      const absent = { expression: 'attribute_not_exists(pk)' };
      const record = { ...definitionToRecord(definition), inputs: packed, upload: definition.upload ?? null };
      // A repeated call must not undo the count of the upload's inputs, which may have been written meanwhile.
      await settleAll([
        settleAll(entries.map((entry) => due.putDue(entry))),
        // Inputs of a request body go to the table: they are too small for an S3 object to save anything.
        packed === null ? writeChunks(table, null, uid, chunks, expiresAt) : undefined,
        table.put(keys.definition(uid), record, definition.upload === undefined ? null : absent),
      ]);
      const { done } = await table.put(keys.control(uid), controlToRecord(control), absent);
      return done ? 'created' : 'exists';
    },

    async readDefinition(runUid) {
      return (await definitionOf(runUid))?.definition ?? null;
    },

    async readRun(runUid) {
      const [control, found] = await settleAll([readControl(runUid), definitionOf(runUid)]);
      if (control === null || found === null) return null;
      if (isAsNew(found.definition, control)) return { control, definition: found.definition };
      const newer = await fetchDefinition(runUid); // the one found was read or cached before it was changed
      return newer === null ? null : { control, definition: newer.definition };
    },

    remembers: (runUid) => definitions.get(runUid) !== undefined,

    readControl,

    async readOrDeleted(runUid) {
      const item = await table.get(keys.control(runUid), 'strong');
      return item === null ? null : { control: controlFromItem(item), deletion: deletionFromItem(item) };
    },

    async deleteRun(control, deletion, totals) {
      const { uid, status, epoch, updatedAt } = control;
      const stripped = strippedControl(control, totals, deletion.at);
      const put = await table.put(keys.control(uid), deletedToRecord(stripped, deletion), {
        expression: '#status = :status AND epoch = :epoch AND updated_at = :before',
        names: { '#status': 'status' },
        values: { ':status': status, ':epoch': epoch, ':before': updatedAt },
      });
      definitions.delete(uid);
      seen.delete(uid);
      // Where the answer to the write is lost, the SDK repeats it and is refused by its own record.
      const isOwn = put.item !== null && isDeepStrictEqual(deletionFromItem(put.item), deletion);
      return put.done || isOwn ? stripped : null;
    },

    async unlist(runUid) {
      await table.update(keys.control(runUid), {
        expression: 'REMOVE lpk, lsk',
        condition: 'attribute_exists(deletion)',
      });
    },

    async noteDeletion(runUid, before, after) {
      const { done, item } = await table.update(keys.control(runUid), {
        expression: 'SET deletion = :after',
        condition: 'deletion.moved_at = :before',
        values: { ':after': deletionToRecord(after), ':before': before.movedAt },
      });
      return done || (item !== null && isDeepStrictEqual(deletionFromItem(item), after)); // as for deleteRun
    },

    moveRun(runUid, move, epoch, change) {
      // All pages of a batch may start their run at the same time: one write serves all of them.
      const name = `${runUid}:${move}:${epoch}`;
      const pending = moving.get(name);
      if (pending !== undefined) return pending;
      const moved = makeMove(runUid, move, epoch, change).finally(() => moving.delete(name));
      moving.set(name, moved);
      return moved;
    },

    async amendBlocked({ uid, epoch, updatedAt }, { now, reason, dependenciesWaived, bulkUid }) {
      const sets = {
        updated_at: Math.max(now, updatedAt + 1),
        ...(reason === undefined ? {} : { reason: reasonToRecord(reason) }),
        ...(dependenciesWaived === undefined ? {} : { dependencies_waived: dependenciesWaived }),
        ...(bulkUid === undefined ? {} : { bulk_uid: bulkUid }),
      };
      const names = Object.keys(sets);
      const { done } = await table.update(keys.control(uid), {
        expression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
        condition: '#status = :blocked AND epoch = :epoch AND #updated_at = :before',
        names: { '#status': 'status', ...Object.fromEntries(names.map((name) => [`#${name}`, name])) },
        values: {
          ...Object.fromEntries(Object.entries(sets).map(([name, value]) => [`:${name}`, value])),
          ':blocked': 'BLOCKED',
          ':epoch': epoch,
          ':before': updatedAt,
        },
      });
      return done;
    },

    async handOver({ uid, epoch, updatedAt }, now) {
      const { done } = await table.update(keys.control(uid), {
        expression: 'SET execution_mode = :async, updated_at = :now',
        condition: '#status = :running AND execution_mode = :live AND epoch = :epoch AND updated_at = :before',
        names: { '#status': 'status' },
        values: {
          ':async': 'ASYNC',
          ':live': 'LIVE',
          ':running': 'RUNNING',
          ':epoch': epoch,
          ':before': updatedAt,
          ':now': Math.max(now, updatedAt + 1),
        },
      });
      return done;
    },

    async moveExpiry({ uid, updatedAt }, expiresAt) {
      // The definition first: a reader that sees the new expiry in the control record must find it in the definition
      // too.
      await keepItem(table, keys.definition(uid), expiresAt);
      const { done } = await table.update(keys.control(uid), {
        expression: 'SET expires_at = :expires, updated_at = :next',
        condition: 'updated_at = :before',
        values: { ':expires': expiresAt, ':before': updatedAt, ':next': updatedAt + 1 },
      });
      return done;
    },

    async noteTotals({ uid, epoch, updatedAt }, totals) {
      const { done, item } = await table.update(keys.control(uid), {
        expression: 'SET totals = :totals, totals_epoch = :epoch, updated_at = :next',
        condition: 'updated_at = :before',
        values: { ':totals': totals, ':epoch': epoch, ':before': updatedAt, ':next': updatedAt + 1 },
      });
      return done ? controlFromItem(item) : null;
    },

    async countLater({ uid, updatedAt }) {
      const { done } = await table.update(keys.control(uid), {
        expression: 'SET usage_before = :nothing, updated_at = :next',
        condition: 'updated_at = :before',
        values: { ':nothing': countsToRecord(NO_USAGE), ':before': updatedAt, ':next': updatedAt + 1 },
      });
      return done;
    },

    async noteDelivered({ uid, epoch }) {
      // The condition is the epoch, not `updated_at`: a move that comes in between gives the run another epoch.
      await table.update(keys.control(uid), {
        expression: 'SET delivered_epoch = :epoch',
        condition: 'epoch = :epoch',
        values: { ':epoch': epoch },
      });
    },

    async keepItems(runUid, part, expiresAt) {
      for (const pk of partitionsOf(runUid, part)) {
        const query = { pk, project: ['sk', 'expires_at'], consistency: 'strong' } as const;
        for await (const item of table.queryAll(query)) {
          const read = new ItemReader(item);
          const isControl = part === null && read.text('sk') === keys.control(runUid).sk;
          if (isControl || (read.numberOrNull('expires_at') ?? Infinity) >= expiresAt) continue;
          await keepItem(table, { pk, sk: read.text('sk') }, expiresAt);
        }
      }
    },

    async addDependent(runUid, dependentUid, expiresAt) {
      await table.put(keys.dependent(runUid, dependentUid), { uid: dependentUid, expires_at: expiresAt });
    },

    async listDependents(runUid) {
      const dependents: string[] = [];
      const query = { pk: runPartition(runUid), prefix: DEPENDENT_PREFIX, consistency: 'strong' } as const;
      for await (const item of table.queryAll(query)) dependents.push(new ItemReader(item).text('uid'));
      return dependents;
    },

    async recordLive(definition, control, input) {
      const record = { ...definitionToRecord(definition), ...controlToRecord(control), inputs: packInputs([input]) };
      const { done } = await table.put(keys.control(definition.uid), record, {
        expression: 'attribute_not_exists(pk)',
      });
      return done;
    },

    writeInputs(runUid, chunks, expiresAt) {
      return writeChunks(table, objects, runUid, chunks, expiresAt);
    },

    async noteInputs(runUid, inputsTotal) {
      await table.update(keys.definition(runUid), {
        expression: 'SET inputs_total = :total',
        condition: 'attribute_exists(pk)',
        values: { ':total': inputsTotal },
      });
    },

    async countInputs(runUid, epoch, { now, inputsTotal }) {
      let stored = await controlOf(runUid);
      while (stored !== null && stored.epoch === epoch && stored.inputsTotal === 0) {
        const write = await table.update(keys.control(runUid), {
          expression: 'SET inputs_total = :total, updated_at = :now',
          condition: 'inputs_total = :none AND epoch = :epoch AND updated_at = :before',
          values: {
            ':total': inputsTotal,
            ':none': 0,
            ':epoch': epoch,
            ':before': stored.updatedAt,
            ':now': Math.max(now, stored.updatedAt + 1),
          },
        });
        if (write.done) return true;
        stored = await controlOf(runUid);
      }
      return false;
    },

    async prefetchInput(runUid, input) {
      if (definitions.get(runUid) === undefined) await inputReader.prefetch(runUid, input);
    },

    async readInput(runUid, input) {
      const chunk = await inputReader.chunkOf(runUid, input);
      const found = chunk.inputs[input - chunk.first];
      if (found === undefined) throw new Error(`Run ${runUid} has no input ${input}.`);
      return found;
    },

    async readInputs(runUid, from) {
      const chunk = await inputReader.chunkOf(runUid, from);
      return chunk.inputs.slice(from - chunk.first);
    },

    async batchUid(runUid, input) {
      return deriveUid(runUid, 'chunk', { input: await inputReader.firstOf(runUid, input) });
    },
  };
}

/**
 * Whether a definition is as new as a control record: changes of a definition are written before the control record's.
 */
function isAsNew({ expiresAt, inputsTotal }: RunDefinition, control: RunControl): boolean {
  return expiresAt >= control.expiresAt && (inputsTotal > 0 || control.inputsTotal === 0);
}

/** Moves an item's expiry to that time (epoch seconds), unless it is later already. */
async function keepItem(table: Table, key: Key, expiresAt: number): Promise<void> {
  await table.update(key, {
    expression: 'SET expires_at = :expires',
    condition: 'attribute_exists(pk) AND expires_at < :expires',
    values: { ':expires': expiresAt },
  });
}

/**
 * The run's own partition (part null), or those of a block: its inputs and callbacks, and its pages once it has begun.
 */
function partitionsOf(runUid: string, part: Parameters<RunStore['keepItems']>[1]): readonly string[] {
  if (part === null) return [runPartition(runUid)];
  const { block, hasBegun } = part;
  const shards = Array.from({ length: hasBegun ? BLOCK_SHARDS : 0 }, (_, at) => block * BLOCK_SHARDS + at);
  return [blockPartition(runUid, block), ...shards.map((shard) => shardPartition(runUid, shard))];
}

/**
 * The packed inputs of a single small chunk, for the definition; null where they need chunks of their own or are none.
 */
function inlineInputs([only, second]: readonly InputChunk[]): Uint8Array | null {
  if (only === undefined || second !== undefined) return null;
  const packed = packInputs(only.inputs);
  return packed.length <= INLINE_INPUT_BYTES ? packed : null;
}

/** The control record after a move. Pure, so that the record written and the record returned are the same. */
function applyMove(control: RunControl, move: RunMove, change: ControlChange): RunControl {
  const { now, reason, newEpoch, newAttempt, restart } = change;
  const { to } = RUN_MOVES[move];
  return {
    ...control,
    mode: change.mode ?? control.mode,
    status: to,
    reason,
    epoch: control.epoch + (newEpoch === true ? 1 : 0),
    restartEpoch: restart === true ? control.epoch + 1 : control.restartEpoch,
    attempt: control.attempt + (newAttempt === true ? 1 : 0),
    usageBefore: newAttempt === true ? usageOfDay(control) : control.usageBefore,
    retryCount: control.retryCount + (['retry', 'retryBlocked'].includes(move) ? 1 : 0),
    inputsTotal: change.inputsTotal ?? control.inputsTotal,
    totals: change.totals ?? control.totals,
    lastError: change.lastError === undefined ? control.lastError : change.lastError,
    lastInfo: change.lastInfo === undefined ? control.lastInfo : change.lastInfo,
    deadlineAt: change.deadlineAt === undefined ? control.deadlineAt : change.deadlineAt,
    deadlineLeftMs: change.deadlineLeftMs === undefined ? control.deadlineLeftMs : change.deadlineLeftMs,
    waitedMs: change.waitedMs ?? control.waitedMs,
    postponedUntil: change.postponedUntil ?? null,
    startedAt: change.startedAt ?? control.startedAt,
    finishedAt: change.finishedAt === undefined ? control.finishedAt : change.finishedAt,
    updatedAt: Math.max(now, control.updatedAt + 1), // always increases, because writes use it as the record's version
    ...(change.bulkUid === undefined ? {} : { bulkUid: change.bulkUid }),
    history: withHistory(control.history, { status: to, at: now, reason: reason?.code ?? null }),
  };
}
