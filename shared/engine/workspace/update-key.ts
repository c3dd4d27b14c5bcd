import { type ApiKey, presentKeys, replaceKey } from '../../domain/key-set.ts';
import { changeKeys } from './change-keys.ts';
import type { KeyPorts } from './key-ports.ts';

/** Changes the label or the scopes of a key. Null: the workspace has no such key. */
export async function updateKey(
  ports: KeyPorts,
  workspaceUid: string,
  keyUid: string,
  change: Partial<Pick<ApiKey, 'label' | 'scopes'>>,
): Promise<ApiKey | null> {
  const { updated } = await changeKeys(ports, workspaceUid, (keys) => {
    const key = presentKeys(keys).find(({ uid }) => uid === keyUid);
    if (key === undefined) return { keys, changed: null, updated: null };
    const updated = { ...key, ...change };
    return { keys: replaceKey(keys, updated), changed: updated, updated };
  });
  return updated;
}
