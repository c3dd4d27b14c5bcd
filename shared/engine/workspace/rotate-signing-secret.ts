import { rotateSecrets, type SigningSecret } from '../../domain/signing-secrets.ts';

/** What a workspace's signing secrets are derived from, newest first. */
export interface SigningSecretSet {
  readonly workspaceUid: string;
  /** Grows with each change; 0: not stored, because the workspace has never rotated its secret. */
  readonly version: number;
  readonly secrets: readonly SigningSecret[];
}

export interface SigningSecretStore {
  readSecrets(workspaceUid: string, consistency: 'strong' | 'eventual'): Promise<SigningSecretSet>;
  /** Writes the secrets on condition that they are still `before`. False: another call changed them. */
  replaceSecrets(before: SigningSecretSet, secrets: readonly SigningSecret[]): Promise<boolean>;
}

/** Rotations of one workspace at the same time; beyond them something is wrong. */
const ROUNDS = 20;

/**
 * Gives a workspace a new signing secret, derived from the master secret of version `root`. The older ones sign beside
 * it until the overlap ends. A rotation of the same `by` is done once. Throws INVALID_STATE where too many would sign.
 */
export async function rotateSigningSecret(
  ports: { readonly signingSecrets: SigningSecretStore; readonly now: () => number },
  workspaceUid: string,
  rotation: { readonly root: number; readonly overlapMs: number; readonly by: string },
): Promise<readonly SigningSecret[]> {
  for (let round = 1; round <= ROUNDS; round += 1) {
    const before = await ports.signingSecrets.readSecrets(workspaceUid, 'strong');
    if (before.secrets.some(({ by }) => by === rotation.by)) return before.secrets;
    const secrets = rotateSecrets(before.secrets, { ...rotation, now: ports.now() });
    if (await ports.signingSecrets.replaceSecrets(before, secrets)) return secrets;
  }
  throw new Error(`The signing secrets of workspace ${workspaceUid} changed ${ROUNDS} times while one was rotated.`);
}
