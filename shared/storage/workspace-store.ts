import { type Item, ItemReader } from './attributes.ts';
import { keys } from './keys.ts';
import type { Table } from './table.ts';

/** A workspace: a tenant, with its own keys, runs, schedules and limits. */
export interface Workspace {
  readonly uid: string;
  readonly name: string;
  readonly createdAt: number;
}

/** Workspaces by name and by uid. */
export interface WorkspaceStore {
  /** The workspace of that name; created with the given uid if there is none. */
  openWorkspace(
    name: string,
    uid: string,
    now: number,
  ): Promise<{ readonly workspace: Workspace; readonly isNew: boolean }>;
  findWorkspace(name: string): Promise<Workspace | null>;
  readWorkspace(uid: string): Promise<Workspace>;
  /** All workspaces, ordered by name. Reads the whole list, so it is for the owner's command line only. */
  listWorkspaces(): Promise<readonly Workspace[]>;
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
      if (known !== null) return { workspace: await read(known), isNew: false };
      // The profile first, so that a name always leads to a profile. If another call takes the name, this profile is
      // never
      // found again and does no harm.
      await table.put(keys.profile(uid), { uid, name, created_at: now });
      const absent = { expression: 'attribute_not_exists(pk)' };
      await table.put(keys.limits(uid), {}, absent);
      await table.put(keys.listedWorkspace(uid), { uid });
      const named = await table.put(keys.workspaceName(name), { uid }, absent);
      const owner = named.done || named.item === null ? uid : new ItemReader(named.item).text('uid');
      return { workspace: await read(owner), isNew: owner === uid };
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
  };
}

function workspaceFromItem(item: Item): Workspace {
  const read = new ItemReader(item);
  return {
    uid: read.text('uid'),
    name: read.text('name'),
    createdAt: read.number('created_at'),
  };
}
