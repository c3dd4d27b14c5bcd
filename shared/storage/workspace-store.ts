import { type Item, ItemReader } from './attributes.ts';
import { keys } from './keys.ts';
import type { Table } from './table.ts';

/** A workspace: a tenant, with its own keys, runs, schedules and limits. */
export interface Workspace {
  readonly uid: string;
  readonly name: string;
  readonly createdAt: number;
}

/** An API key as it is stored: its digest, never the key, and a few characters by which its owner recognises it. */
export interface StoredKey {
  readonly digest: string;
  readonly workspaceUid: string;
  readonly scopes: readonly string[];
  readonly hint: string;
  readonly createdAt: number;
  readonly revokedAt: number | null;
}

/** Workspaces and their keys. */
export interface WorkspaceStore {
  /** The workspace of that name; created with the given uid if there is none. */
  openWorkspace(name: string, uid: string, now: number): Promise<Workspace>;
  findWorkspace(name: string): Promise<Workspace | null>;
  readWorkspace(uid: string): Promise<Workspace>;
  /** All workspaces, ordered by name. Reads the whole list, so it is for the owner's command line only. */
  listWorkspaces(): Promise<readonly Workspace[]>;
  createKey(key: StoredKey): Promise<void>;
  /** Keys of a workspace, oldest first, revoked ones too. */
  listKeys(workspaceUid: string): Promise<readonly StoredKey[]>;
  revokeKey(key: StoredKey, now: number): Promise<void>;
}

export function createWorkspaceStore(table: Table): WorkspaceStore {
  async function read(uid: string): Promise<Workspace> {
    const item = await table.get(keys.profile(uid), 'strong');
    if (item === null) throw new Error(`The workspace ${uid} has a name but no profile.`);
    return workspaceFromItem(item);
  }

  async function uidOf(name: string): Promise<string | null> {
    const item = await table.get(keys.workspaceName(name), 'strong');
    return item === null ? null : new ItemReader(item).text('uid');
  }

  return {
    async openWorkspace(name, uid, now) {
      const known = await uidOf(name);
      if (known !== null) return read(known);
      // The profile first, so that a name always leads to a profile. If another call takes the name, this profile is
      // never
      // found again and does no harm.
      await table.put(keys.profile(uid), { uid, name, created_at: now });
      const absent = { expression: 'attribute_not_exists(pk)' };
      await table.put(keys.limits(uid), {}, absent);
      await table.put(keys.listedWorkspace(uid), { uid });
      const named = await table.put(keys.workspaceName(name), { uid }, absent);
      return read(named.done || named.item === null ? uid : new ItemReader(named.item).text('uid'));
    },

    async findWorkspace(name) {
      const uid = await uidOf(name);
      return uid === null ? null : read(uid);
    },

    async listWorkspaces() {
      const found: Workspace[] = [];
      for await (const item of table.queryAll({ pk: keys.listedWorkspace('').pk, consistency: 'strong' })) {
        const workspace = await read(new ItemReader(item).text('uid'));
        if ((await uidOf(workspace.name)) === workspace.uid) found.push(workspace);
      }
      return found.sort((a, b) => (a.name < b.name ? -1 : 1));
    },

    readWorkspace: read,

    async createKey(key) {
      // The copy for listing first, so that a key that works can always be seen and revoked.
      await table.put(keys.workspaceKey(key.workspaceUid, key.digest), keyToRecord(key));
      await table.put(keys.apiKey(key.digest), keyToRecord(key), { expression: 'attribute_not_exists(pk)' });
    },

    async listKeys(workspaceUid) {
      const found: StoredKey[] = [];
      const { pk, sk } = keys.workspaceKey(workspaceUid, '');
      for await (const item of table.queryAll({ pk, prefix: sk, consistency: 'strong' })) found.push(keyFromItem(item));
      return found.sort((a, b) => a.createdAt - b.createdAt);
    },

    async revokeKey(key, now) {
      const revoke = {
        expression: 'SET revoked_at = :now',
        condition: 'attribute_exists(pk)',
        values: { ':now': now },
      };
      await table.update(keys.apiKey(key.digest), revoke);
      await table.update(keys.workspaceKey(key.workspaceUid, key.digest), revoke);
    },
  };
}

/**
 * The key of a digest; null when unknown. A revoked key has a `revokedAt`. Not part of the store, because API functions
 * need only this, and the store would add 2 KB to their bundles.
 */
export async function findKey(table: Table, digest: string): Promise<StoredKey | null> {
  const item = await table.get(keys.apiKey(digest), 'strong');
  return item === null ? null : keyFromItem(item);
}

function workspaceFromItem(item: Item): Workspace {
  const read = new ItemReader(item);
  return {
    uid: read.text('uid'),
    name: read.text('name'),
    createdAt: read.number('created_at'),
  };
}

function keyToRecord(key: StoredKey): object {
  return {
    digest: key.digest,
    workspace_uid: key.workspaceUid,
    scopes: key.scopes,
    hint: key.hint,
    created_at: key.createdAt,
    revoked_at: key.revokedAt,
  };
}

function keyFromItem(item: Item): StoredKey {
  const read = new ItemReader(item);
  return {
    digest: read.text('digest'),
    workspaceUid: read.text('workspace_uid'),
    scopes: read.stored<readonly string[]>('scopes') ?? [],
    hint: read.text('hint'),
    createdAt: read.number('created_at'),
    revokedAt: read.numberOrNull('revoked_at'),
  };
}
