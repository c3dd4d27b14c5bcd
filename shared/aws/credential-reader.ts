import { credentialSeal } from '../domain/credential.ts';
import type { Clock } from '../engine/ports.ts';
import type { CredentialStore } from '../engine/workspace/credential-ports.ts';
import { Lru } from '../process/lru.ts';
import { Permanent } from '../sdk/action-errors.ts';
import { type Keyring, KeyringError, versionOf } from './keyring.ts';
import type { ReadVersioned } from './versioned-reader.ts';

/** How long a workspace's credentials are used after they were read. */
const TRUST_MS = 60_000;
const WORKSPACES_KEPT = 1_000;

/** A workspace's own value of a secret; null: it has none. */
export type ReadCredential = (workspaceUid: string, name: string) => Promise<string | null>;

interface Known {
  readonly sealed: Promise<ReadonlyMap<string, string>>;
  readonly until: number;
}

/**
 * Reads credentials of workspaces. Those of a workspace are read together, on first use and again after a minute, so
 * that a changed value is used after that at the latest. A value that cannot be opened throws Permanent: the stage's
 * value must not stand in for it.
 */
export function createCredentialReader(
  store: Pick<CredentialStore, 'readCredentials'>,
  keyring: ReadVersioned<Pick<Keyring, 'open'>>,
  clock: Pick<Clock, 'now'>,
): ReadCredential {
  const byWorkspace = new Lru<Known>(WORKSPACES_KEPT);

  async function read(workspaceUid: string): Promise<ReadonlyMap<string, string>> {
    const { credentials } = await store.readCredentials(workspaceUid);
    return new Map(credentials.map(({ name, sealed }) => [name, sealed]));
  }

  async function sealedOf(workspaceUid: string): Promise<ReadonlyMap<string, string>> {
    const now = clock.now();
    const known = byWorkspace.get(workspaceUid);
    if (known !== undefined && now < known.until) return known.sealed;
    const sealed = read(workspaceUid);
    byWorkspace.set(workspaceUid, { sealed, until: now + TRUST_MS });
    try {
      return await sealed;
    } catch (error) {
      byWorkspace.delete(workspaceUid); // the next call tries again
      throw error;
    }
  }

  return async (workspaceUid, name) => {
    const sealed = (await sealedOf(workspaceUid)).get(name);
    if (sealed === undefined) return null;
    try {
      return (await keyring(versionOf(sealed))).open(sealed, credentialSeal(workspaceUid, name));
    } catch (error) {
      if (!(error instanceof KeyringError)) throw error;
      const message = `The workspace's own value of the secret ${name} can no longer be read. Set it again: PUT /v1/secrets/${name}.`;
      throw new Permanent(message);
    }
  };
}
