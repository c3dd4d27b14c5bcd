import { deriveUid } from '../../domain/ids.ts';
import type { StoredInput } from '../../domain/input.ts';
import { RUN_MOVES, type RunControl, type RunDefinition, type RunMove, withHistory } from '../../domain/run.ts';
import type { ControlChange, DueStore, RunStore } from '../../engine/ports.ts';
import { Lru } from '../lru.ts';
import { type Item, ItemReader } from './attributes.ts';
import { chunkInputs, type InputChunk, packInputs, unpackInputs } from './input-chunks.ts';
import { CHUNK_PREFIX, DEPENDENT_PREFIX, keys, runPartition } from './keys.ts';
import {
  controlFromItem,
  controlToRecord,
  definitionFromItem,
  definitionToRecord,
  reasonToRecord,
} from './run-records.ts';
import type { Table } from './table.ts';

/** Inputs that pack to this much lie within the definition: a small run is two items. */
const INLINE_INPUT_BYTES = 4 * 1024;
const CACHED_DEFINITIONS = 500;
const CACHED_CHUNKS = 200;
const CACHED_CONTROLS = 500;

type MoveRun = RunStore['moveRun'];

interface DefinitionInHand {
  readonly definition: RunDefinition;
  /** The inputs, where they lie within the definition. */
  readonly inputs: readonly StoredInput[] | null;
}

export function createRunStore(table: Table, due: Pick<DueStore, 'putDue'>): RunStore {
  const definitions = new Lru<DefinitionInHand>(CACHED_DEFINITIONS);
  const chunks = new Lru<InputChunk>(CACHED_CHUNKS);
  const reading = new Map<string, Promise<RunControl | null>>();
  const moving = new Map<string, ReturnType<MoveRun>>();
  const seen = new Lru<RunControl>(CACHED_CONTROLS);

  async function definitionOf(runUid: string): Promise<DefinitionInHand | null> {
    const known = definitions.get(runUid);
    if (known !== undefined) return known;
    const item = (await table.get(keys.definition(runUid), 'strong')) ?? (await liveDefinition(runUid));
    if (item === null) return null;
    const packed = new ItemReader(item).bytesOrNull('inputs');
    const found = { definition: definitionFromItem(item), inputs: packed === null ? null : unpackInputs(packed) };
    definitions.set(runUid, found);
    return found;
  }

  async function liveDefinition(runUid: string): Promise<Item | null> {
    const item = await table.get(keys.control(runUid), 'strong');
    return item !== null && item['parameters'] !== undefined ? item : null;
  }

  async function chunkOf(runUid: string, input: number): Promise<InputChunk> {
    const found = await definitionOf(runUid);
    if (found?.inputs) return { first: 0, inputs: found.inputs };
    const near = chunks.get(runUid);
    if (near !== undefined && input >= near.first && input < near.first + near.inputs.length) return near;
    const { items } = await table.query({
      pk: runPartition(runUid),
      from: CHUNK_PREFIX,
      to: keys.chunk(runUid, input).sk,
      order: 'descending',
      limit: 1,
    });
    const [item] = items;
    if (item === undefined) throw new Error(`Run ${runUid} lacks the chunk of input ${input}.`);
    const read = new ItemReader(item);
    const chunk = { first: read.number('first'), inputs: unpackInputs(read.bytesOrNull('inputs') ?? new Uint8Array()) };
    chunks.set(runUid, chunk);
    return chunk;
  }

  async function controlOf(runUid: string): Promise<RunControl | null> {
    const item = await table.get(keys.control(runUid), 'strong');
    if (item === null) return null;
    const control = controlFromItem(item);
    seen.set(runUid, control);
    return control;
  }

  /** Moves from what was last seen of the run, if that may move: the write's condition tells when it was old. */
  async function makeMove(runUid: string, move: RunMove, epoch: number, change: ControlChange): ReturnType<MoveRun> {
    const { from }: { readonly from: readonly string[] } = RUN_MOVES[move];
    const mayMove = (control: RunControl): boolean => control.epoch === epoch && from.includes(control.status);
    const known = seen.get(runUid);
    let standing = known !== undefined && mayMove(known) ? known : await controlOf(runUid);
    while (standing !== null && mayMove(standing)) {
      const control = applyMove(standing, move, change);
      const put = await table.put(keys.control(runUid), controlToRecord(control), {
        expression: '#status = :status AND #epoch = :epoch AND #updated = :updated',
        names: { '#status': 'status', '#epoch': 'epoch', '#updated': 'updated_at' },
        values: { ':status': standing.status, ':epoch': epoch, ':updated': standing.updatedAt },
      });
      standing = put.done ? control : put.item === null ? null : controlFromItem(put.item);
      if (standing !== null) seen.set(runUid, standing);
      if (put.done) return { moved: true, control };
    }
    return { moved: false, current: standing };
  }

  return {
    async createRun({ definition, control, inputs, due: entries }) {
      const { uid, expiresAt } = definition;
      await Promise.all(entries.map((entry) => due.putDue(entry)));
      const packed = inputs.length === 0 ? null : inlineInputs(inputs);
      if (packed === null) {
        await table.putAll(
          chunkInputs(inputs).map((chunk) => ({
            key: keys.chunk(uid, chunk.first),
            record: { first: chunk.first, inputs: packInputs(chunk.inputs), expires_at: expiresAt },
          })),
        );
      }
      await table.put(keys.definition(uid), { ...definitionToRecord(definition), inputs: packed });
      const absent = { expression: 'attribute_not_exists(pk)' };
      const { done } = await table.put(keys.control(uid), controlToRecord(control), absent);
      return done ? 'created' : 'exists';
    },

    async readDefinition(runUid) {
      return (await definitionOf(runUid))?.definition ?? null;
    },

    readControl(runUid) {
      // The records of one batch all begin with this read, in the same turn: they share it.
      const under = reading.get(runUid);
      if (under !== undefined) return under;
      const read = controlOf(runUid);
      reading.set(runUid, read);
      queueMicrotask(() => reading.delete(runUid));
      return read;
    },

    moveRun(runUid, move, epoch, change) {
      // All pages of a batch begin their run at once: one write says it for all of them.
      const name = `${runUid}:${move}:${epoch}`;
      const under = moving.get(name);
      if (under !== undefined) return under;
      const moved = makeMove(runUid, move, epoch, change).finally(() => moving.delete(name));
      moving.set(name, moved);
      return moved;
    },

    async amendBlocked({ uid, epoch, updatedAt }, { now, reason, dependenciesWaived }) {
      const sets = {
        updated_at: Math.max(now, updatedAt + 1),
        ...(reason === undefined ? {} : { reason: reasonToRecord(reason) }),
        ...(dependenciesWaived === undefined ? {} : { dependencies_waived: dependenciesWaived }),
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
      await table.put(keys.control(definition.uid), record, { expression: 'attribute_not_exists(pk)' });
    },

    async readInput(runUid, input) {
      const chunk = await chunkOf(runUid, input);
      const found = chunk.inputs[input - chunk.first];
      if (found === undefined) throw new Error(`Run ${runUid} has no input ${input}.`);
      return found;
    },

    async readInputs(runUid, from) {
      const chunk = await chunkOf(runUid, from);
      return chunk.inputs.slice(from - chunk.first);
    },

    async batchUid(runUid, input) {
      return deriveUid(runUid, 'chunk', { input: (await chunkOf(runUid, input)).first });
    },
  };
}

function inlineInputs(inputs: readonly StoredInput[]): Uint8Array | null {
  if (chunkInputs(inputs).length > 1) return null;
  const packed = packInputs(inputs);
  return packed.length <= INLINE_INPUT_BYTES ? packed : null;
}

/** The control record after a move; pure, so that what is written is what the answer says. */
function applyMove(control: RunControl, move: RunMove, change: ControlChange): RunControl {
  const { now, reason, ending, newEpoch, newAttempt, restart } = change;
  const { to } = RUN_MOVES[move];
  const step = { status: to, at: now, reason: reason?.code ?? null };
  return {
    ...control,
    mode: change.mode ?? control.mode,
    status: to,
    reason,
    epoch: control.epoch + (newEpoch === true ? 1 : 0),
    restartEpoch: restart === true ? control.epoch + 1 : control.restartEpoch,
    attempt: control.attempt + (newAttempt === true ? 1 : 0),
    retryCount: control.retryCount + (restart === true ? 1 : 0),
    endings: control.endings + (ending === true ? 1 : 0),
    formerCallbacks: change.formerCallbacks ?? control.formerCallbacks,
    totals: change.totals ?? control.totals,
    lastError: change.lastError === undefined ? control.lastError : change.lastError,
    lastInfo: change.lastInfo === undefined ? control.lastInfo : change.lastInfo,
    deadlineAt: change.deadlineAt === undefined ? control.deadlineAt : change.deadlineAt,
    deadlineLeftMs: change.deadlineLeftMs === undefined ? control.deadlineLeftMs : change.deadlineLeftMs,
    postponedUntil: change.postponedUntil ?? null,
    startedAt: change.startedAt ?? control.startedAt,
    finishedAt: change.finishedAt === undefined ? control.finishedAt : change.finishedAt,
    updatedAt: Math.max(now, control.updatedAt + 1), // strictly rising: it is also the write's version
    history: to === control.status ? control.history : withHistory(control.history, step),
  };
}
