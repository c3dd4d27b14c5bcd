import type { ApiKey } from '../../domain/key-set.ts';

/** All keys of a workspace, revoked ones too, oldest first. */
export interface KeySet {
  readonly workspaceUid: string;
  /** Grows with each change; 0: not stored yet. */
  readonly version: number;
  readonly keys: readonly ApiKey[];
}

/** API keys: one item for each workspace lists them, and one for each key, by its digest, finds the caller. */
export interface ApiKeyStore {
  /** A strong read. */
  readKeys(workspaceUid: string): Promise<KeySet>;
  /**
   * Writes the list, and the one key that changed, both or neither, on condition that the list is still `before`.
   * False: another call changed it.
   */
  replaceKeys(before: KeySet, keys: readonly ApiKey[], changed: ApiKey): Promise<boolean>;
  /** The day (epoch ms of its beginning, UTC) on which each key was last used, by the key's uid. */
  readLastUse(workspaceUid: string): Promise<ReadonlyMap<string, number>>;
}

export interface KeyPorts {
  readonly keys: ApiKeyStore;
  readonly now: () => number;
}
