import type { ApiKey } from '../../shared/domain/key-set.ts';
import type { Scope } from '../../shared/domain/scopes.ts';
import { createKey } from '../../shared/engine/workspace/create-key.ts';
import type { ApiKeyStore } from '../../shared/engine/workspace/key-ports.ts';
import type { Random, Clock } from '../../shared/engine/ports.ts';
import type { Workspace, WorkspaceStore } from '../../shared/storage/workspace-store.ts';

/** A new key. It can be shown only now, as only its digest is stored. */
export interface IssuedKey {
  readonly apiKey: string;
  readonly key: ApiKey;
  readonly workspace: Workspace;
  /** Whether the workspace was made for it. */
  readonly isNew: boolean;
}

/**
 * Makes a key for the workspace of that name; creates the workspace if there is none. Without scopes the first key of a
 * workspace has all of them, and others have the default ones.
 */
export async function issueKey(
  ports: {
    readonly workspaces: WorkspaceStore;
    readonly keys: ApiKeyStore;
    readonly random: Random;
    readonly clock: Clock;
  },
  wanted: {
    readonly workspaceName: string;
    readonly scopes?: readonly Scope[];
    readonly label?: string;
    readonly expiresAt?: number;
  },
): Promise<IssuedKey> {
  const { workspaces, keys, random, clock } = ports;
  const opened = await workspaces.openWorkspace(wanted.workspaceName, random.uuid(), clock.now());
  const { text, key } = await createKey(
    { keys, now: () => clock.now(), randomBytes: (count) => random.bytes(count) },
    opened.workspace.uid,
    { label: wanted.label ?? null, scopes: wanted.scopes ?? null, expiresAt: wanted.expiresAt ?? null },
  );
  return { apiKey: text, key, ...opened };
}
