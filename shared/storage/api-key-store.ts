import { keyUidOf } from '../domain/api-key.ts';
import { type ApiKey, hintLabel } from '../domain/key-set.ts';
import { isScope } from '../domain/scopes.ts';
import type { ApiKeyStore } from '../engine/workspace/key-ports.ts';
import { type Item, ItemReader } from './attributes.ts';
import { keys as tableKeys } from './keys.ts';
import type { Table } from './table.ts';

/*
 * A workspace's keys are one item in a partition that only the function `workspace` may write, so that what is decided
 * over all of them (is this the last key with the scope admin?) has one version as its condition. Release 0.1.0 listed
 * them in the workspace's own partition; the first change stores them here.
 */

export function createApiKeyStore(table: Table): ApiKeyStore {
  return {
    async readKeys(workspaceUid) {
      const item = await table.get(tableKeys.keySet(workspaceUid), 'strong');
      if (item === null) return { workspaceUid, version: 0, keys: await readFormerKeys(table, workspaceUid) };
      const read = new ItemReader(item);
      const stored = read.stored<readonly StoredKey[]>('keys') ?? [];
      return { workspaceUid, version: read.number('version'), keys: stored.map(keyFromStored) };
    },

    async replaceKeys({ workspaceUid, version }, keys, changed) {
      return table.putTogether([
        {
          key: tableKeys.keySet(workspaceUid),
          record: { version: version + 1, keys: keys.map(keyToStored) },
          condition:
            version === 0
              ? { expression: 'attribute_not_exists(pk)' }
              : {
                  expression: '#version = :version',
                  names: { '#version': 'version' },
                  values: { ':version': version },
                },
        },
        {
          key: tableKeys.apiKey(changed.digest),
          record: callerToRecord(workspaceUid, changed),
          condition: {
            expression: 'attribute_not_exists(pk) OR workspace_uid = :workspace',
            values: { ':workspace': workspaceUid },
          },
        },
      ]);
    },

    async readLastUse(workspaceUid) {
      const item = await table.get(tableKeys.keyUse(workspaceUid), 'strong');
      return new Map(new ItemReader(item ?? {}).withPrefix<number>(USED_PREFIX));
    },
  };
}

/** Attributes of the item of last uses: one for each key, by its uid. */
const USED_PREFIX = 'used_';

/**
 * Notes the day on which a key was used (epoch ms of its beginning, UTC), unless that day is noted already. Apart from
 * the store, for the functions that need only this.
 */
export async function noteKeyUse(table: Table, workspaceUid: string, keyUid: string, day: number): Promise<void> {
  await table.update(tableKeys.keyUse(workspaceUid), {
    expression: 'SET #used = :day',
    condition: 'attribute_not_exists(#used) OR #used < :day',
    names: { '#used': `${USED_PREFIX}${keyUid}` },
    values: { ':day': day },
  });
}

/** What is stored under a key's digest: the caller. */
export interface StoredCaller {
  readonly workspaceUid: string;
  readonly scopes: readonly string[];
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
}

/** The caller of a digest; null when unknown. Apart from the store, for the functions that need only this. */
export async function findStoredCaller(table: Table, digest: string): Promise<StoredCaller | null> {
  const item = await table.get(tableKeys.apiKey(digest), 'strong');
  return item === null ? null : callerFromItem(item);
}

/** Keys as release 0.1.0 stored them. What is listed is only where to look: any function could write it. */
async function readFormerKeys(table: Table, workspaceUid: string): Promise<readonly ApiKey[]> {
  const { pk, sk } = tableKeys.workspaceKey(workspaceUid, '');
  const digests: string[] = [];
  for await (const item of table.queryAll({ pk, prefix: sk, consistency: 'strong' })) {
    digests.push(new ItemReader(item).text('sk').slice(sk.length));
  }
  const items = await table.batchGet(
    digests.map((digest) => tableKeys.apiKey(digest)),
    { consistency: 'strong' },
  );
  return items
    .filter((item) => new ItemReader(item).text('workspace_uid') === workspaceUid)
    .map(formerKeyFromItem)
    .toSorted((a, b) => a.createdAt - b.createdAt);
}

function formerKeyFromItem(item: Item): ApiKey {
  const read = new ItemReader(item);
  const digest = read.text('pk').slice(tableKeys.apiKey('').pk.length);
  const hint = read.text('hint');
  const { scopes, expiresAt, revokedAt } = callerFromItem(item);
  return {
    uid: keyUidOf(digest),
    label: hintLabel(hint),
    digest,
    hint,
    scopes: scopes.filter(isScope),
    createdAt: read.number('created_at'),
    expiresAt,
    revokedAt,
  };
}

function callerFromItem(item: Item): StoredCaller {
  const read = new ItemReader(item);
  return {
    workspaceUid: read.text('workspace_uid'),
    scopes: read.stored<readonly string[]>('scopes') ?? [],
    expiresAt: read.numberOrNull('valid_until'),
    revokedAt: read.numberOrNull('revoked_at'),
  };
}

/** The end of a key is not named `expires_at`: the table deletes items by that, and an expired key is told as such. */
function callerToRecord(workspaceUid: string, { digest, hint, scopes, createdAt, expiresAt, revokedAt }: ApiKey) {
  return {
    digest,
    workspace_uid: workspaceUid,
    scopes,
    hint,
    created_at: createdAt,
    valid_until: expiresAt,
    revoked_at: revokedAt,
  };
}

interface StoredKey {
  readonly label: string;
  readonly digest: string;
  readonly hint: string;
  readonly scopes: readonly string[];
  readonly created_at: number;
  readonly valid_until?: number;
  readonly revoked_at?: number;
}

function keyToStored({ label, digest, hint, scopes, createdAt, expiresAt, revokedAt }: ApiKey): object {
  return { label, digest, hint, scopes, created_at: createdAt, valid_until: expiresAt, revoked_at: revokedAt };
}

function keyFromStored({ label, digest, hint, scopes, created_at, valid_until, revoked_at }: StoredKey): ApiKey {
  return {
    uid: keyUidOf(digest),
    label,
    digest,
    hint,
    scopes: scopes.filter(isScope),
    createdAt: created_at,
    expiresAt: valid_until ?? null,
    revokedAt: revoked_at ?? null,
  };
}
