import type { Workspace, WorkspaceStore } from '../../shared/storage/workspace-store.ts';
import { SCOPES, type Scope } from '../../shared/api/route.ts';
import { digestApiKey, formatApiKey } from '../../shared/domain/api-key.ts';
import type { Random, Clock } from '../../shared/engine/ports.ts';

const KEY_BYTES = 20; // 160 random bits
const HINT_CHARACTERS = 8; // `trk_` and four more: enough to tell keys apart, nothing to guess from

/** A new key. It can be shown only now, as only its digest is stored. */
export interface IssuedKey {
  readonly apiKey: string;
  readonly workspace: Workspace;
}

/** Makes a key for the workspace of that name; creates the workspace if there is none. */
export async function issueKey(
  ports: { readonly workspaces: WorkspaceStore; readonly random: Random; readonly clock: Clock },
  wanted: { readonly workspaceName: string; readonly scopes: readonly Scope[] },
): Promise<IssuedKey> {
  const now = ports.clock.now();
  const workspace = await ports.workspaces.openWorkspace(wanted.workspaceName, ports.random.uuid(), now);
  const apiKey = formatApiKey(ports.random.bytes(KEY_BYTES));
  await ports.workspaces.createKey({
    digest: digestApiKey(apiKey),
    workspaceUid: workspace.uid,
    scopes: wanted.scopes,
    hint: apiKey.slice(0, HINT_CHARACTERS),
    createdAt: now,
    revokedAt: null,
  });
  return { apiKey, workspace };
}

/** Scopes from a comma-separated text. Throws RangeError with the unknown ones and those that are allowed. */
export function parseScopes(text: string): readonly Scope[] {
  const wanted = text.split(',').map((scope) => scope.trim());
  const unknown = wanted.filter((scope) => !SCOPES.some((known) => known === scope));
  if (unknown.length > 0) {
    throw new RangeError(`--scopes: unknown ${unknown.join(', ')}; allowed: ${SCOPES.join(', ')}, separated by commas`);
  }
  return SCOPES.filter((scope) => wanted.includes(scope));
}
