import type { AdmissionStore, WorkspaceLimits } from '../engine/stores/admission-store.ts';
import { keepReads } from '../process/keep-reads.ts';
import { ItemReader } from './attributes.ts';
import { keys, WAITER_PREFIX } from './keys.ts';
import { LIMITS_KEPT, readRunLimits } from './limit-reader.ts';
import type { Table } from './table.ts';

const PAIR_PREFIX = 's:';

/** Name of the attribute that marks a slot as taken by a run; its value is when it was taken (epoch ms). */
function pairOf(runUid: string, epoch: number): string {
  return `${PAIR_PREFIX}${runUid}:${epoch}`;
}

/**
 * Slots and the waiting line of each workspace. `defaults`: the stage's limits where a workspace has none of its own.
 */
export function createAdmissionStore(table: Table, defaults: WorkspaceLimits, now: () => number): AdmissionStore {
  const readLimits = keepReads({ ...LIMITS_KEPT, now }, async (workspaceUid): Promise<WorkspaceLimits> => {
    const own = await readRunLimits(table, workspaceUid, 'eventual');
    return {
      runsAtOnce: own.runsAtOnce ?? defaults.runsAtOnce,
      inputsInFlight: own.inputsInFlight ?? defaults.inputsInFlight,
    };
  });

  return {
    readLimits,

    async takeSlot(workspaceUid, runUid, epoch, limits) {
      const { runsAtOnce } = limits ?? (await readLimits(workspaceUid));
      const pair = pairOf(runUid, epoch);
      const taken = await table.update(keys.slots(workspaceUid), {
        expression: 'SET #pair = :now ADD taken :one',
        condition: 'attribute_not_exists(#pair) AND (attribute_not_exists(taken) OR taken < :limit)',
        names: { '#pair': pair },
        values: { ':now': now(), ':one': 1, ':limit': runsAtOnce },
      });
      return taken.done || taken.item?.[pair] !== undefined;
    },

    async releaseSlot(workspaceUid, runUid, epoch) {
      await table.update(keys.slots(workspaceUid), {
        expression: 'REMOVE #pair ADD taken :minusOne',
        condition: 'attribute_exists(#pair)',
        names: { '#pair': pairOf(runUid, epoch) },
        values: { ':minusOne': -1 },
      });
    },

    async listSlots(workspaceUid) {
      const item = await table.get(keys.slots(workspaceUid), 'strong');
      return Array.from(new ItemReader(item ?? {}).withPrefix<number>(PAIR_PREFIX), ([pair, takenAt]) => {
        const [runUid = '', epoch = ''] = pair.split(':');
        return { runUid, epoch: Number(epoch), takenAt };
      });
    },

    async addWaiter(workspaceUid, waiter, expiresAt) {
      await table.put(keys.waiter(workspaceUid, waiter), {
        run_uid: waiter.runUid,
        epoch: waiter.epoch,
        created_at: waiter.createdAt,
        expires_at: expiresAt,
      });
    },

    removeWaiter(workspaceUid, waiter) {
      return table.delete(keys.waiter(workspaceUid, waiter));
    },

    async oldestWaiter(workspaceUid) {
      const { items } = await table.query({
        pk: keys.profile(workspaceUid).pk,
        prefix: WAITER_PREFIX,
        limit: 1,
        consistency: 'strong',
      });
      if (items[0] === undefined) return null;
      const read = new ItemReader(items[0]);
      return { runUid: read.text('run_uid'), epoch: read.number('epoch'), createdAt: read.number('created_at') };
    },
  };
}
