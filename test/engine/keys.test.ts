import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { giveAllScopes } from '../../infra/admin/give-all-scopes.ts';
import { digestApiKey, formatApiKey, keyUidOf } from '../../shared/domain/api-key.ts';
import { MAX_KEYS } from '../../shared/domain/key-set.ts';
import { DEFAULT_SCOPES, type Scope, SCOPES } from '../../shared/domain/scopes.ts';
import { createKey } from '../../shared/engine/workspace/create-key.ts';
import { deleteKey } from '../../shared/engine/workspace/delete-key.ts';
import type { ApiKeyStore } from '../../shared/engine/workspace/key-ports.ts';
import { updateKey } from '../../shared/engine/workspace/update-key.ts';
import { createApiKeyStore, findStoredCaller } from '../../shared/storage/api-key-store.ts';
import { keys as tableKeys } from '../../shared/storage/keys.ts';
import type { Table } from '../../shared/storage/table.ts';
import { openTable } from '../support/open-table.ts';

let time = 1_000;
let table: Table;
let keys: ApiKeyStore;
beforeEach(() => {
  time = 1_000;
  table = openTable({ now: () => time, after: () => () => undefined });
  keys = createApiKeyStore(table);
});

const ports = () => ({ keys, now: () => time, randomBytes });
const make = (scopes: readonly Scope[] | null = null, expiresAt: number | null = null, workspaceUid = 'w') =>
  createKey(ports(), workspaceUid, { label: 'a key', scopes, expiresAt });
const remove = (uid: string, lastAdminToo = false) => deleteKey(ports(), 'w', uid, { lastAdminToo });
const callerOf = (text: string) => findStoredCaller(table, digestApiKey(text));

it('the first key of a workspace has all scopes, others the default ones or those asked for', async () => {
  expect((await make()).key.scopes).toEqual(SCOPES);
  expect((await make()).key.scopes).toEqual(DEFAULT_SCOPES);
  const { text, key } = await make(['read'], 5_000);
  expect(key).toMatchObject({ scopes: ['read'], expiresAt: 5_000, createdAt: 1_000, hint: text.slice(0, 8) });
  expect(await callerOf(text)).toEqual({ workspaceUid: 'w', scopes: ['read'], expiresAt: 5_000, revokedAt: null });
  expect((await make(null, null, 'other')).key.scopes).toEqual(SCOPES);
});

it('what is stored has no key, and no attribute by which the table would delete it', async () => {
  const { text, key } = await make(null, 5_000);
  for (const { pk, sk } of [tableKeys.keySet('w'), tableKeys.apiKey(key.digest)]) {
    const item = await table.get({ pk, sk }, 'strong');
    expect(item).not.toBeNull();
    expect(JSON.stringify(item)).not.toContain(text.slice(8));
    expect(item).not.toHaveProperty('expires_at');
  }
});

it('all of many keys made at once are there, each once', async () => {
  const made = await Promise.all(Array.from({ length: 8 }, () => make()));
  const { keys: stored } = await keys.readKeys('w');
  expect(stored.map(({ uid }) => uid).toSorted()).toEqual(made.map(({ key }) => key.uid).toSorted());
  expect(stored.filter(({ scopes }) => scopes.includes('admin'))).toHaveLength(1);
});

it('a workspace has at most so many keys, and room again once one is deleted', async () => {
  const { key } = await make();
  for (let made = 1; made < MAX_KEYS; made += 1) await make(['read']);
  await expect(make(['read'])).rejects.toMatchObject({ label: 'INVALID_STATE' });
  await remove((await keys.readKeys('w')).keys.at(-1)?.uid ?? '');
  await make(['read']);
  expect((await keys.readKeys('w')).keys[0]?.uid).toBe(key.uid);
});

describe('a deletion', () => {
  it('stops the key, may be repeated, and knows no key of another workspace', async () => {
    await make();
    const { key, text } = await make();
    const { key: theirs } = await make(null, null, 'other');
    await remove(key.uid);
    expect(await callerOf(text)).toMatchObject({ revokedAt: 1_000 });
    time = 2_000;
    expect(await remove(key.uid)).toMatchObject({ key: { uid: key.uid, revokedAt: 1_000 } });
    expect(await remove(theirs.uid)).toBeNull();
    expect((await keys.readKeys('other')).keys).toMatchObject([{ revokedAt: null }]);
  });

  it('leaves a key with the scope admin that works: of two at once one is refused', async () => {
    const [one, two] = [await make(), await make(['admin'])];
    const ends = await Promise.allSettled([remove(one.key.uid), remove(two.key.uid)]);
    expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const left = (await keys.readKeys('w')).keys.filter(({ revokedAt }) => revokedAt === null);
    expect(left).toMatchObject([{ scopes: expect.arrayContaining(['admin']) }]);
  });

  it('does not count an expired key as one that is left', async () => {
    const { key } = await make();
    await make(['admin'], 1_500);
    time = 1_500;
    await expect(remove(key.uid)).rejects.toMatchObject({ label: 'INVALID_STATE' });
    expect(await remove(key.uid, true)).toMatchObject({ wasLastAdmin: true });
  });
});

describe('keys of release 0.1.0', () => {
  async function keepAsBefore(scopes: readonly string[], listed: { readonly workspaceUid?: string } = {}) {
    const text = formatApiKey(randomBytes(20));
    const digest = digestApiKey(text);
    const record = { digest, workspace_uid: 'w', scopes, hint: text.slice(0, 8), created_at: time };
    await table.put(tableKeys.workspaceKey(listed.workspaceUid ?? 'w', digest), record);
    await table.put(tableKeys.apiKey(digest), record);
    return { uid: keyUidOf(digest), digest, text };
  }

  it('are listed without admin, with their beginning as label, and can be changed and deleted', async () => {
    const old = await keepAsBefore(['read', 'run', 'manage']);
    const label = `${old.text.slice(0, 8)}…`;
    const before = { uid: old.uid, label, scopes: DEFAULT_SCOPES, createdAt: 1_000, expiresAt: null, revokedAt: null };
    expect((await keys.readKeys('w')).keys).toMatchObject([before]);
    expect((await make()).key.scopes).toEqual(DEFAULT_SCOPES);
    expect(await updateKey(ports(), 'w', old.uid, { scopes: SCOPES })).toMatchObject({ ...before, scopes: SCOPES });
    expect(await callerOf(old.text)).toMatchObject({ scopes: SCOPES });
    expect(await updateKey(ports(), 'w', old.uid, { label: 'old' })).toMatchObject({ label: 'old', scopes: SCOPES });
    await remove(old.uid, true);
    expect(await callerOf(old.text)).toMatchObject({ revokedAt: 1_000 });
    expect((await keys.readKeys('w')).keys).toHaveLength(2);
  });

  it('have all scopes where npm start goes on with them, and later ones keep what they have', async () => {
    const old = await keepAsBefore(['read', 'run', 'manage']);
    const give = (apiKey: string) => giveAllScopes({ keys, clock: { now: () => time } }, { apiKey, workspaceUid: 'w' });
    await give(old.text);
    expect(await callerOf(old.text)).toMatchObject({ scopes: SCOPES });
    const { text } = await make(['read']);
    await give(text);
    expect(await callerOf(text)).toMatchObject({ scopes: ['read'] });
  });

  it('are not believed where the list of another workspace names them', async () => {
    await keepAsBefore(['read'], { workspaceUid: 'thief' });
    expect((await keys.readKeys('thief')).keys).toEqual([]);
  });
});
