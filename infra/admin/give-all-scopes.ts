import { digestApiKey, keyUidOf } from '../../shared/domain/api-key.ts';
import { SCOPES } from '../../shared/domain/scopes.ts';
import type { ApiKeyStore } from '../../shared/engine/workspace/key-ports.ts';
import { updateKey } from '../../shared/engine/workspace/update-key.ts';
import type { Clock } from '../../shared/engine/ports.ts';

/**
 * Gives a key all scopes where the keys of its workspace are still as release 0.1.0 stored them: it had no scope
 * `admin`.
 */
export async function giveAllScopes(
  { keys, clock }: { readonly keys: ApiKeyStore; readonly clock: Pick<Clock, 'now'> },
  { apiKey, workspaceUid }: { readonly apiKey: string; readonly workspaceUid: string },
): Promise<void> {
  const { version } = await keys.readKeys(workspaceUid);
  if (version > 0) return;
  const ports = { keys, now: () => clock.now() };
  await updateKey(ports, workspaceUid, keyUidOf(digestApiKey(apiKey)), { scopes: SCOPES });
}
