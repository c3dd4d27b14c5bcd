import type { SigningSecret } from '../domain/signing-secrets.ts';
import type { ReadKeyring } from './keyring-reader.ts';
import type { Secret } from './secret.ts';

/** A workspace's signing secrets, each derived from what is stored of it. */
export async function deriveSigningSecrets(
  keyring: ReadKeyring,
  workspaceUid: string,
  secrets: readonly SigningSecret[],
): Promise<readonly (SigningSecret & { readonly secret: Secret })[]> {
  const derived = [];
  for (const stored of secrets) {
    const { root, generation } = stored;
    derived.push({ ...stored, secret: (await keyring(root)).signingSecret(workspaceUid, root, generation) });
  }
  return derived;
}
