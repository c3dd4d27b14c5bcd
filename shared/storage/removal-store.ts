import { BLOCK_SHARDS, shardOf } from '../domain/input.ts';
import { endingName, notificationUid } from '../domain/notification.ts';
import type { RemovalStore } from '../engine/deletion/deletion-ports.ts';
import type { Clock } from '../engine/ports.ts';
import { settleAll } from '../engine/settle-all.ts';
import { ItemReader } from './attributes.ts';
import {
  blockPartition,
  keys,
  notificationPartition,
  REQUEST_PREFIX,
  requestKey,
  runPartition,
  shardPartition,
} from './keys.ts';
import type { Table } from './table.ts';

/**
 * Removes objects of the bucket; each call takes until it is done or the clock reaches `until`, then it gives false.
 */
export interface ObjectRemoval {
  /** All objects whose keys begin so. */
  deletePrefix(prefix: string, until: number): Promise<boolean>;
  /** The objects of an upload: what its caller put, and what was kept of it. */
  deleteUpload(upload: { readonly workspaceUid: string; readonly uid: string }): Promise<void>;
}

export function createRemovalStore(table: Table, objects: ObjectRemoval, clock: Pick<Clock, 'now'>): RemovalStore {
  /** Deletes the items of a partition whose sort keys are wanted. */
  async function deleteItems(pk: string, until: number, isWanted: (sk: string) => boolean): Promise<boolean> {
    const query = { pk, project: ['sk'], consistency: 'strong' } as const;
    let page = await table.query(query);
    for (;;) {
      const sortKeys = page.items.map((item) => new ItemReader(item).text('sk')).filter(isWanted);
      await table.deleteAll(sortKeys.map((sk) => ({ pk, sk })));
      if (page.lastKey === undefined) return true;
      if (clock.now() >= until) return false;
      page = await table.query({ ...query, startAfter: page.lastKey });
    }
  }

  return {
    async deleteObjects({ uid, workspaceUid }, { uploadUid }, until) {
      if (uploadUid !== null) await objects.deleteUpload({ workspaceUid, uid: uploadUid });
      return (
        (await objects.deletePrefix(`inputs/${uid}/`, until)) && (await objects.deletePrefix(`pages/${uid}/`, until))
      );
    },

    async deleteBlock({ uid, inputsTotal }, block, until) {
      const first = block * BLOCK_SHARDS;
      const count = inputsTotal === 0 ? 0 : Math.min(BLOCK_SHARDS, shardOf(inputsTotal - 1) - first + 1);
      const shards = Array.from({ length: count }, (_, at) => shardPartition(uid, first + at));
      const done = await settleAll(
        [blockPartition(uid, block), ...shards].map((pk) => deleteItems(pk, until, () => true)),
      );
      return done.every((isDone) => isDone);
    },

    deleteRest(runUid, until, { keepsRequests }) {
      const { pk, sk: control } = keys.control(runUid);
      const isKept = (sk: string): boolean => sk === control || (keepsRequests && sk.startsWith(REQUEST_PREFIX));
      return deleteItems(pk, until, (sk) => !isKept(sk));
    },

    async deleteNotifications({ uid, workspaceUid, attempt }, until) {
      for (let ending = 1; ending <= attempt; ending += 1) {
        for (const type of ['run.failed', 'run.stopped_by_deadline'] as const) {
          const notification = notificationUid(workspaceUid, type, endingName(uid, ending));
          if (!(await deleteItems(notificationPartition(notification), until, () => true))) return false;
        }
      }
      return true;
    },

    async deleteAnswers({ uid, workspaceUid }) {
      const query = { pk: runPartition(uid), prefix: REQUEST_PREFIX, project: ['sk'], consistency: 'strong' } as const;
      for await (const item of table.queryAll(query)) {
        const keyHash = new ItemReader(item).text('sk').slice(REQUEST_PREFIX.length);
        await table.update(requestKey(workspaceUid, keyHash), {
          expression: 'REMOVE answer',
          condition: 'attribute_exists(pk)',
        });
      }
    },
  };
}
