import { isDeepStrictEqual } from 'node:util';
import { chunkInputs } from '../domain/chunk-inputs.ts';
import { strippedControl } from '../domain/deletion.ts';
import { deriveUid } from '../domain/ids.ts';
import type { InputChunk } from '../domain/input.ts';
import { RUN_MOVES, type RunMove } from '../domain/run-status.ts';
import type { RunControl, RunDefinition } from '../domain/run.ts';
import { settleAll } from '../engine/settle-all.ts';
import type { DueStore } from '../engine/stores/due-store.ts';
import type { ControlChange, RunStore } from '../engine/stores/run-store.ts';
import { applyMove } from './apply-move.ts';
import { ItemReader } from './attributes.ts';
import { createControlNotes } from './control-notes.ts';
import { packInputs, writeChunks } from './input-chunks.ts';
import { createInputReader } from './input-reader.ts';
import { DEPENDENT_PREFIX, keys, runPartition } from './keys.ts';
import type { LargeObjects } from './progress-store.ts';
import { createRunExpiry } from './run-expiry.ts';
import { createRunMemory } from './run-memory.ts';
import {
  controlFromItem,
  controlToRecord,
  deletedToRecord,
  definitionToRecord,
  deletionFromItem,
  deletionToRecord,
  presentControl,
} from './run-records.ts';
import type { Table } from './table.ts';

/** Inputs that are no larger than this when packed are stored within the definition, so a small run is two items. */
const INLINE_INPUT_BYTES = 4 * 1024;

type MoveRun = RunStore['moveRun'];

export function createRunStore(table: Table, due: Pick<DueStore, 'putDue'>, objects: LargeObjects): RunStore {
  const memory = createRunMemory(table);
  const inputReader = createInputReader(table, objects, memory.definitionOf);
  const moving = new Map<string, ReturnType<MoveRun>>();

  /** Tries the move on the cached control record first: if that is out of date, the write's condition fails. */
  async function makeMove(runUid: string, move: RunMove, epoch: number, change: ControlChange): ReturnType<MoveRun> {
    const { from }: { readonly from: readonly string[] } = RUN_MOVES[move];
    const mayMove = (control: RunControl): boolean => control.epoch === epoch && from.includes(control.status);
    const known = memory.lastControl(runUid);
    let stored = known !== undefined && mayMove(known) ? known : await memory.fetchControl(runUid);
    while (stored !== null && mayMove(stored)) {
      const control = applyMove(stored, move, change);
      const put = await table.put(keys.control(runUid), controlToRecord(control), {
        expression: '#status = :status AND #epoch = :epoch AND #updated = :updated',
        names: { '#status': 'status', '#epoch': 'epoch', '#updated': 'updated_at' },
        values: { ':status': stored.status, ':epoch': epoch, ':updated': stored.updatedAt },
      });
      stored = put.done ? control : put.item === null ? null : presentControl(put.item);
      if (stored !== null) memory.noteControl(stored);
      if (put.done) return { moved: true, control };
    }
    return { moved: false, current: stored };
  }

  return {
    ...createControlNotes(table, memory.fetchControl),
    ...createRunExpiry(table),

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
      return (await memory.definitionOf(runUid))?.definition ?? null;
    },

    async readRun(runUid) {
      const [control, found] = await settleAll([memory.readControl(runUid), memory.definitionOf(runUid)]);
      if (control === null || found === null) return null;
      if (isAsNew(found.definition, control)) return { control, definition: found.definition };
      const newer = await memory.fetchDefinition(runUid); // the one found was read or cached before it was changed
      return newer === null ? null : { control, definition: newer.definition };
    },

    remembers: memory.remembersDefinition,
    readControl: memory.readControl,

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
      memory.forget(uid);
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

    async prefetchInput(runUid, input) {
      if (!memory.remembersDefinition(runUid)) await inputReader.prefetch(runUid, input);
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

/**
 * The packed inputs of a single small chunk, for the definition; null where they need chunks of their own or are none.
 */
function inlineInputs([only, second]: readonly InputChunk[]): Uint8Array | null {
  if (only === undefined || second !== undefined) return null;
  const packed = packInputs(only.inputs);
  return packed.length <= INLINE_INPUT_BYTES ? packed : null;
}
