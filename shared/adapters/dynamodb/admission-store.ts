import type { AdmissionStore, WorkspaceLimits } from '../../engine/ports.ts';
import { ItemReader } from './attributes.ts';
import { keys, WAITER_PREFIX } from './keys.ts';
import type { Table } from './table.ts';

export function createAdmissionStore(table: Table, defaults: WorkspaceLimits): AdmissionStore {
  async function readLimits(workspaceUid: string): Promise<WorkspaceLimits> {
    const item = await table.get(keys.profile(workspaceUid), 'eventual');
    const read = new ItemReader(item ?? {});
    return {
      runsAtOnce: read.numberOrNull('runs_at_once') ?? defaults.runsAtOnce,
      inputsInFlight: read.numberOrNull('inputs_in_flight') ?? defaults.inputsInFlight,
    };
  }

  return {
    readLimits,

    async takeSlot(workspaceUid, runUid, epoch) {
      const { runsAtOnce } = await readLimits(workspaceUid);
      const pair = `${runUid}:${epoch}`;
      const taken = await table.update(keys.slots(workspaceUid), {
        expression: 'ADD slots :set',
        condition: 'attribute_not_exists(slots) OR (size(slots) < :limit AND NOT contains(slots, :pair))',
        values: { ':set': new Set([pair]), ':limit': runsAtOnce, ':pair': pair },
      });
      if (taken.done) return true;
      const held = new ItemReader(taken.item ?? {}).stored<Set<string>>('slots');
      return held?.has(pair) ?? false;
    },

    async releaseSlot(workspaceUid, runUid, epoch) {
      await table.update(keys.slots(workspaceUid), {
        expression: 'DELETE slots :set',
        condition: 'contains(slots, :pair)',
        values: { ':set': new Set([`${runUid}:${epoch}`]), ':pair': `${runUid}:${epoch}` },
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

    async removeWaiter(workspaceUid, waiter) {
      await table.delete(keys.waiter(workspaceUid, waiter));
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
