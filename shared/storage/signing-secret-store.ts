import { FIRST_SECRET, type SigningSecret } from '../domain/signing-secrets.ts';
import type { SigningSecretStore } from '../engine/workspace/rotate-signing-secret.ts';
import { ItemReader } from './attributes.ts';
import { keys } from './keys.ts';
import type { Table } from './table.ts';

/** What signing secrets are derived from, one item for each workspace that has rotated its secret. */
export function createSigningSecretStore(table: Table): SigningSecretStore {
  return {
    async readSecrets(workspaceUid, consistency) {
      const item = await table.get(keys.signingSecrets(workspaceUid), consistency);
      if (item === null) return { workspaceUid, version: 0, secrets: [FIRST_SECRET] };
      const read = new ItemReader(item);
      const stored = read.stored<readonly StoredSecret[]>('secrets') ?? [];
      return { workspaceUid, version: read.number('version'), secrets: stored.map(secretFromStored) };
    },

    async replaceSecrets({ workspaceUid, version }, secrets) {
      const { done } = await table.put(
        keys.signingSecrets(workspaceUid),
        { version: version + 1, secrets: secrets.map(secretToStored) },
        version === 0
          ? { expression: 'attribute_not_exists(pk)' }
          : { expression: '#version = :version', names: { '#version': 'version' }, values: { ':version': version } },
      );
      return done;
    },
  };
}

interface StoredSecret {
  readonly root: number;
  readonly generation: number;
  readonly created_at?: number;
  readonly valid_until?: number;
  readonly by?: string;
}

function secretToStored({ root, generation, createdAt, expiresAt, by }: SigningSecret): object {
  return { root, generation, created_at: createdAt, valid_until: expiresAt, by };
}

function secretFromStored({ root, generation, created_at, valid_until, by }: StoredSecret): SigningSecret {
  return { root, generation, createdAt: created_at ?? null, expiresAt: valid_until ?? null, by: by ?? null };
}
