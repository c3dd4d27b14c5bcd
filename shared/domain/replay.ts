import { createHash } from 'node:crypto';
import { type CallbackRecord, type CallbackStatus, NOT_ATTEMPTED } from './callback.ts';
import { deriveUid, readUid, UID_CAPACITY } from './ids.ts';
import { SHARD_SIZE, shardOf } from './input.ts';

/**
 * The uid of a replay. It is drawn by a hash, so that the same request gives the same uid, and is in the shard of the
 * original's input, so that the record is found by its uid alone. The hash fills 25 bits there, 40 for run.finished;
 * where two replays collide, the next `draw` is used.
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
  if (about.kind === 'notification') {
    return deriveUid(about.runUid, 'notification_replay', { input: chance % (UID_CAPACITY.input + 1), page, ending });
  }
  const input = shardOf(about.input) * SHARD_SIZE + (chance % SHARD_SIZE);
  return deriveUid(about.runUid, 'replay', { input, page, ending });
}

/** The record of a replay: it sends the original's callback again at `dueAt`, with the same id and body. */
export function replayRecord(original: CallbackRecord, uid: string, now: number, dueAt: number): CallbackRecord {
  return {
    ...original,
    uid,
    parentUid: original.parentUid ?? original.uid,
    ...NOT_ATTEMPTED,
    nextAttemptAt: dueAt,
    createdAt: now,
  };
}

/** A callback's status by all records of its id: SUCCESS if any is delivered, else under way if any is, else FAILED. */
export function stateOf(records: readonly Pick<CallbackRecord, 'status'>[]): CallbackStatus {
  const order: readonly CallbackStatus[] = ['SUCCESS', 'RUNNING', 'PENDING'];
  return order.find((status) => records.some((record) => record.status === status)) ?? 'FAILED';
}
