import { digestApiKey, formatApiKey, keyUidOf } from '../../domain/api-key.ts';
import { addKey, type ApiKey, hintLabel, presentKeys } from '../../domain/key-set.ts';
import { DEFAULT_SCOPES, type Scope, SCOPES } from '../../domain/scopes.ts';
import { changeKeys } from './change-keys.ts';
import type { KeyPorts } from './key-ports.ts';

const KEY_BYTES = 20; // 160 random bits
const HINT_CHARACTERS = 8; // `trk_` and four more: enough to tell keys apart, nothing to guess from

/**
 * Makes a key, whose text can be given only now, as only its digest is stored. Without scopes the first key of a
 * workspace has all of them, and others have the default ones. Throws INVALID_STATE where the workspace has too many.
 */
export async function createKey(
  ports: KeyPorts & { readonly randomBytes: (count: number) => Uint8Array },
  workspaceUid: string,
  wanted: {
    readonly label: string | null;
    readonly scopes: readonly Scope[] | null;
    readonly expiresAt: number | null;
  },
): Promise<{ readonly text: string; readonly key: ApiKey }> {
  const text = formatApiKey(ports.randomBytes(KEY_BYTES));
  const digest = digestApiKey(text);
  const hint = text.slice(0, HINT_CHARACTERS);
  const { added } = await changeKeys(ports, workspaceUid, (keys) => {
    const added: ApiKey = {
      uid: keyUidOf(digest),
      label: wanted.label ?? hintLabel(hint),
      digest,
      hint,
      scopes: wanted.scopes ?? (presentKeys(keys).length === 0 ? SCOPES : DEFAULT_SCOPES),
      createdAt: ports.now(),
      expiresAt: wanted.expiresAt,
      revokedAt: null,
    };
    return { keys: addKey(keys, added), changed: added, added };
  });
  return { text, key: added };
}
