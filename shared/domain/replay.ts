import { createHash } from 'node:crypto';
import type { CallbackRecord, CallbackStatus } from './callback.ts';
import { deriveUid, readUid, UID_CAPACITY } from './ids.ts';
import { SHARD_SIZE, shardOf } from './input.ts';

/**
 * The uid of a replay: drawn by a hash, so that the same request gives the same, yet within the shard of what it
 * replays (25 bits are left to chance there, 40 for run.finished), so that it is found by its uid alone. Two may meet:
 * then the next `draw` is taken.
 */
export function replayUid(seed: Uint8Array, original: Pick<CallbackRecord, 'uid' | 'refUid'>, draw: number): string {
  const about = readUid(original.refUid);
  if (about === null) throw new RangeError(`${original.refUid} names no callback.`);
  const bytes = createHash('sha256').update(seed).update(`${original.uid} ${draw}`).digest();
  const page = bytes.readUInt32BE(0) % (UID_CAPACITY.page + 1);
  const ending = bytes.readUInt32BE(4) % (UID_CAPACITY.ending + 1);
  const chance = bytes.readUInt32BE(8);
  if (about.kind === 'run_finished') {
    return deriveUid(about.runUid, 'finished_replay', { input: chance % (UID_CAPACITY.input + 1), page, ending });
  }
  const input = shardOf(about.input) * SHARD_SIZE + (chance % SHARD_SIZE);
  return deriveUid(about.runUid, 'replay', { input, page, ending });
}

/** A new record that sends again what another told of, at `dueAt`, under the same id and with the same body. */
export function replayRecord(original: CallbackRecord, uid: string, now: number, dueAt: number): CallbackRecord {
  return {
    ...original,
    uid,
    parentUid: original.parentUid ?? original.uid,
    status: 'PENDING',
    retryCount: 0,
    by: '',
    httpStatus: null,
    httpResponse: null,
    error: null,
    nextAttemptAt: dueAt,
    heldSince: null,
    deferredAt: null,
    createdAt: now,
    deliveredAt: null,
  };
}

/** How a callback fares by all records of its id: delivered once is delivered, and what is under way is not given up. */
export function stateOf(records: readonly Pick<CallbackRecord, 'status'>[]): CallbackStatus {
  const order: readonly CallbackStatus[] = ['SUCCESS', 'RUNNING', 'PENDING'];
  return order.find((status) => records.some((record) => record.status === status)) ?? 'FAILED';
}
