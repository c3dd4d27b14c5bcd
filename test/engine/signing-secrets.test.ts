import { beforeEach, expect, test } from 'vitest';
import { FIRST_SECRET, signingAt } from '../../shared/domain/signing-secrets.ts';
import { rotateSigningSecret, type SigningSecretStore } from '../../shared/engine/workspace/rotate-signing-secret.ts';
import { createSigningSecretStore } from '../../shared/storage/signing-secret-store.ts';
import { openTable } from '../support/open-table.ts';

let now = 0;
let store: SigningSecretStore;
beforeEach(() => {
  now = 1_000;
  store = createSigningSecretStore(openTable({ now: () => now, after: () => () => undefined }));
});

const rotate = (overlapMs: number, by: string, root = 1) =>
  rotateSigningSecret({ signingSecrets: store, now: () => now }, 'w', { root, overlapMs, by });
const stored = async () => (await store.readSecrets('w', 'strong')).secrets;

test('a workspace that never rotated has its first secret, of the first master secret, without end', async () => {
  expect(await store.readSecrets('w', 'strong')).toEqual({ workspaceUid: 'w', version: 0, secrets: [FIRST_SECRET] });
});

test('a rotation puts a new secret in front and ends the older ones with its overlap at the latest', async () => {
  await rotate(100, 'a');
  expect(await stored()).toEqual([
    { root: 1, generation: 1, createdAt: 1_000, expiresAt: null, by: 'a' },
    { ...FIRST_SECRET, expiresAt: 1_100 },
  ]);
  now = 1_050;
  await rotate(20, 'b', 3);
  expect(await stored()).toMatchObject([
    { root: 3, generation: 2, expiresAt: null },
    { root: 1, generation: 1, expiresAt: 1_070 },
    { root: 1, generation: 0, expiresAt: 1_070 },
  ]);
  await rotate(1_000, 'c', 3);
  expect((await stored()).map(({ expiresAt }) => expiresAt)).toEqual([null, 2_050, 1_070, 1_070]);
  now = 1_070;
  expect(signingAt(await stored(), now)).toHaveLength(2);
  await rotate(0, 'd', 3);
  expect(await stored()).toMatchObject([{ root: 3, generation: 4, expiresAt: null }]);
  expect((await store.readSecrets('other', 'strong')).version).toBe(0);
});

test('a rotation is done once for who asked for it, and each of several at once is done', async () => {
  const first = await rotate(100, 'a');
  expect(await rotate(100, 'a')).toEqual(first);
  await Promise.all(['b', 'c', 'd'].map((by) => rotate(100, by)));
  const secrets = await stored();
  expect(secrets.map(({ generation }) => generation)).toEqual([4, 3, 2, 1, 0]);
});

test('at most five sign at once; a rotation without overlap is always possible', async () => {
  for (const by of ['a', 'b', 'c', 'd']) await rotate(100, by);
  await expect(rotate(100, 'e')).rejects.toMatchObject({ label: 'INVALID_STATE' });
  expect(await stored()).toHaveLength(5);
  expect(await rotate(0, 'e')).toMatchObject([{ generation: 5 }]);
});
