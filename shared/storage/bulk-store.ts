import { isDeepStrictEqual } from 'node:util';
import type { BulkPart, BulkStore, StoredBulk } from '../engine/bulk/bulk-ports.ts';
import { type Item, ItemReader } from './attributes.ts';
import { keys } from './keys.ts';
import { parsed } from './run-records.ts';
import type { Condition } from './expressions.ts';
import type { Table } from './table.ts';

const ABSENT: Condition = { expression: 'attribute_not_exists(pk)' };

export function createBulkStore(table: Table): BulkStore {
  return {
    async createBulk(bulk) {
      await table.put(keys.bulk(bulk.uid), bulkToRecord(bulk), ABSENT);
    },

    async readBulk(uid) {
      const item = await table.get(keys.bulk(uid), 'strong');
      return item === null ? null : bulkFromItem(item);
    },

    async replaceBulk(next) {
      const put = await table.put(keys.bulk(next.uid), bulkToRecord(next), {
        expression: '#version = :before',
        names: { '#version': 'version' },
        values: { ':before': next.version - 1 },
      });
      // Where the answer to a write is lost, the SDK repeats it and the condition fails: then the stored record is
      // `next`.
      return put.done || (put.item !== null && isDeepStrictEqual(bulkFromItem(put.item), next));
    },

    async putPart({ uid, expiresAt }, number, part) {
      const put = await table.put(keys.bulkPart(uid, number), { ...partToRecord(part), expires_at: expiresAt }, ABSENT);
      return put.done || put.item === null ? part : partFromItem(put.item);
    },

    async readPart(uid, number) {
      const item = await table.get(keys.bulkPart(uid, number), 'strong');
      return item === null ? [] : partFromItem(item).runUids;
    },

    async takeTurn({ uid, workspaceUid, expiresAt }, instead) {
      const { done, item } = await table.update(keys.bulkTurn(workspaceUid), {
        expression: 'SET bulk_uid = :uid, expires_at = :expires',
        condition: 'attribute_not_exists(pk) OR bulk_uid IN (:uid, :instead)',
        values: { ':uid': uid, ':instead': instead ?? uid, ':expires': expiresAt },
      });
      return done || item === null ? null : new ItemReader(item).text('bulk_uid');
    },
  };
}

/** Filters and failures as texts: they are read as a whole, and nulls in them must stay. */
function bulkToRecord(bulk: StoredBulk): object {
  return {
    uid: bulk.uid,
    workspace_uid: bulk.workspaceUid,
    action: bulk.action,
    filter: JSON.stringify(bulk.filter),
    asked: JSON.stringify(bulk.asked),
    dry_run: bulk.dryRun ? true : null,
    status: bulk.status,
    version: bulk.version,
    step: bulk.step,
    matched: bulk.matched,
    parts: bulk.parts,
    counted: bulk.isCounted ? true : null,
    part: bulk.part,
    offset: bulk.offset,
    done: bulk.done,
    failed: bulk.failed,
    failures: bulk.failures.length === 0 ? null : JSON.stringify(bulk.failures),
    listed_to: bulk.listedTo,
    created_at: bulk.createdAt,
    updated_at: bulk.updatedAt,
    finished_at: bulk.finishedAt,
    expires_at: bulk.expiresAt,
  };
}

export function bulkFromItem(item: Item): StoredBulk {
  const read = new ItemReader(item);
  return {
    uid: read.text('uid'),
    workspaceUid: read.text('workspace_uid'),
    action: read.text('action') as StoredBulk['action'], // cast: written from the same type
    filter: JSON.parse(read.text('filter')) as StoredBulk['filter'], // cast: as above
    asked: JSON.parse(read.text('asked')) as StoredBulk['asked'], // cast: as above
    dryRun: read.flag('dry_run'),
    status: read.text('status') as StoredBulk['status'], // cast: as above
    version: read.number('version'),
    step: read.number('step'),
    matched: read.number('matched'),
    parts: read.number('parts'),
    isCounted: read.flag('counted'),
    part: read.number('part'),
    offset: read.number('offset'),
    done: read.number('done'),
    failed: read.number('failed'),
    failures: parsed<StoredBulk['failures']>(read.textOrNull('failures')) ?? [],
    listedTo: read.stored<StoredBulk['listedTo']>('listed_to'),
    createdAt: read.number('created_at'),
    updatedAt: read.number('updated_at'),
    finishedAt: read.numberOrNull('finished_at'),
    expiresAt: read.number('expires_at'),
  };
}

function partToRecord({ runUids, listedTo, more }: BulkPart): object {
  return { runs: runUids.join(' '), listed_to: listedTo, more: more ? true : null };
}

export function partFromItem(item: Item): BulkPart {
  const read = new ItemReader(item);
  const runs = read.text('runs');
  return { runUids: runs === '' ? [] : runs.split(' '), listedTo: read.stored('listed_to'), more: read.flag('more') };
}
