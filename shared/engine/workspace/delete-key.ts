import { EngineError } from '../../domain/errors.ts';
import { type ApiKey, isLastAdmin, revokeKey } from '../../domain/key-set.ts';
import { changeKeys } from './change-keys.ts';
import type { KeyPorts } from './key-ports.ts';

/**
 * Revokes a key; one that is revoked already stays as it is. Null: the workspace has no such key. Throws INVALID_STATE
 * for the last key with the scope `admin`, unless `lastAdminToo`: the owner can make another one.
 */
export async function deleteKey(
  ports: KeyPorts,
  workspaceUid: string,
  keyUid: string,
  { lastAdminToo }: { readonly lastAdminToo: boolean },
): Promise<{ readonly key: ApiKey; readonly wasLastAdmin: boolean } | null> {
  const now = ports.now();
  const { key, wasLastAdmin } = await changeKeys(ports, workspaceUid, (keys) => {
    const key = keys.find(({ uid }) => uid === keyUid) ?? null;
    if (key === null || key.revokedAt !== null) return { keys, changed: null, key, wasLastAdmin: false };
    const wasLastAdmin = isLastAdmin(keys, key, now);
    if (wasLastAdmin && !lastAdminToo) throw lastAdmin();
    return { keys: revokeKey(keys, key, now), changed: { ...key, revokedAt: now }, key, wasLastAdmin };
  });
  return key === null ? null : { key, wasLastAdmin };
}

function lastAdmin(): EngineError {
  const message =
    'This is the only key of the workspace with the scope admin; create another one with that scope before you delete it.';
  return new EngineError('INVALID_STATE', message);
}
