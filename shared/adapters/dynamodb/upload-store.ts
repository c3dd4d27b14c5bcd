import { type Upload, UPLOAD_LAUNCH_MS } from '../../domain/upload.ts';
import type { UploadStore } from '../../engine/launch/upload-ports.ts';
import { ItemReader } from './attributes.ts';
import { keys } from './keys.ts';
import type { Table } from './table.ts';

export function createUploadStore(table: Table, now: () => number): UploadStore {
  return {
    async createUpload({ workspaceUid, uid, createdAt }) {
      await table.put(
        keys.upload(workspaceUid, uid),
        { uid, created_at: createdAt, expires_at: Math.ceil((createdAt + UPLOAD_LAUNCH_MS) / 1_000) },
        { expression: 'attribute_not_exists(pk)' },
      );
    },

    async readUpload(workspaceUid, uid) {
      const item = await table.get(keys.upload(workspaceUid, uid), 'strong');
      if (item === null) return null;
      const read = new ItemReader(item);
      if (read.number('expires_at') * 1_000 <= now()) return null;
      const runUid = read.textOrNull('run_uid');
      const usedBy: Upload['usedBy'] = runUid === null ? null : { runUid, at: read.number('used_at') };
      return { uid, workspaceUid, createdAt: read.number('created_at'), usedBy };
    },

    async claimUpload({ workspaceUid, uid }, { runUid, at, expiresAt, instead }) {
      const { done } = await table.update(keys.upload(workspaceUid, uid), {
        expression: 'SET run_uid = :run, used_at = :at, expires_at = :expires',
        condition: 'attribute_exists(pk) AND (attribute_not_exists(run_uid) OR run_uid IN (:run, :instead))',
        values: { ':run': runUid, ':instead': instead ?? runUid, ':at': at, ':expires': expiresAt },
      });
      return done;
    },
  };
}
