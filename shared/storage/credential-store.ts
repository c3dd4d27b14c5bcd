import type { Credential } from '../domain/credential.ts';
import type { CredentialStore } from '../engine/workspace/credential-ports.ts';
import { ItemReader } from './attributes.ts';
import { keys } from './keys.ts';
import type { Table } from './table.ts';

interface StoredCredential {
  readonly name: string;
  readonly sealed: string;
  readonly created_at: number;
  readonly updated_at: number;
}

/** The credentials of workspaces, in partitions that only the function `workspace` may write. */
export function createCredentialStore(table: Table): CredentialStore {
  return {
    async readCredentials(workspaceUid) {
      const item = await table.get(keys.credentials(workspaceUid), 'strong');
      if (item === null) return { workspaceUid, version: 0, credentials: [] };
      const read = new ItemReader(item);
      const stored = read.stored<readonly StoredCredential[]>('credentials') ?? [];
      return { workspaceUid, version: read.number('version'), credentials: stored.map(credentialFromStored) };
    },

    async replaceCredentials({ workspaceUid, version }, credentials) {
      const record = { version: version + 1, credentials: credentials.map(credentialToStored) };
      const { done } = await table.put(
        keys.credentials(workspaceUid),
        record,
        version === 0
          ? { expression: 'attribute_not_exists(pk)' }
          : {
              expression: '#version = :version',
              names: { '#version': 'version' },
              values: { ':version': version },
            },
      );
      return done;
    },
  };
}

function credentialToStored({ name, sealed, createdAt, updatedAt }: Credential): StoredCredential {
  return { name, sealed, created_at: createdAt, updated_at: updatedAt };
}

function credentialFromStored({ name, sealed, created_at, updated_at }: StoredCredential): Credential {
  return { name, sealed, createdAt: created_at, updatedAt: updated_at };
}
