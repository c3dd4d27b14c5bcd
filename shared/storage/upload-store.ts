import { UPLOAD_LAUNCH_MS } from '../domain/timing.ts';
import { EngineError } from '../domain/errors.ts';
import type { Upload } from '../domain/upload.ts';
import type { UploadStore } from '../engine/launch/upload-ports.ts';
import { ItemReader } from './attributes.ts';
import { keys } from './keys.ts';
import type { Table } from './table.ts';

/** A workspace opens a few uploads a second, so a write that loses this often to others points to a fault. */
const PLACE_ATTEMPTS = 20;

type Places = ReadonlyMap<string, number>;

export function createUploadStore(table: Table, now: () => number): UploadStore {
  /** Writes the places that `change` returns; it is given those still taken. Null: nothing is written. */
  async function changePlaces(workspaceUid: string, change: (places: Places) => Places | null): Promise<void> {
    const key = keys.uploadPlaces(workspaceUid);
    for (let attempt = 0; attempt < PLACE_ATTEMPTS; attempt += 1) {
      const item = await table.get(key, 'strong');
      const read = item === null ? null : new ItemReader(item);
      const stored = read?.stored<Readonly<Record<string, number>>>('places') ?? {};
      const next = change(new Map(Object.entries(stored).filter(([, until]) => until > now())));
      if (next === null) return;
      const version = read?.number('version') ?? 0;
      const expiresAt = Math.ceil((now() + 2 * UPLOAD_LAUNCH_MS) / 1_000);
      const { done } = await table.put(
        key,
        { places: Object.fromEntries(next), version: version + 1, expires_at: expiresAt },
        version === 0
          ? { expression: 'attribute_not_exists(pk)' }
          : { expression: 'version = :version', values: { ':version': version } },
      );
      if (done) return;
    }
    throw new EngineError('UNAVAILABLE', 'Too many uploads are being created at once; try again.', {
      retryAfterSeconds: 1,
    });
  }

  return {
    async takePlace({ workspaceUid, uid }, limit, until) {
      let freeAt: number | null = null;
      await changePlaces(workspaceUid, (places) => {
        freeAt = places.size < limit || places.has(uid) ? null : Math.min(...places.values());
        return freeAt === null ? new Map([...places, [uid, until]]) : null;
      });
      return freeAt === null ? { taken: true } : { taken: false, freeAt };
    },

    async freePlace({ workspaceUid, uid }) {
      await changePlaces(workspaceUid, (places) =>
        places.has(uid) ? new Map([...places].filter(([other]) => other !== uid)) : null,
      );
    },

    async createUpload({ workspaceUid, uid, createdAt, encoding }) {
      const expiresAt = Math.ceil((createdAt + UPLOAD_LAUNCH_MS) / 1_000);
      await table.put(
        keys.upload(workspaceUid, uid),
        { uid, created_at: createdAt, encoding, expires_at: expiresAt },
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
      const upload = { uid, workspaceUid, createdAt: read.number('created_at'), usedBy };
      return read.textOrNull('encoding') === 'gzip' ? { ...upload, encoding: 'gzip' } : upload;
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
