import { expect, it } from 'vitest';
import { createKeyStore } from '../../shared/storage/key-store.ts';
import { openTable } from '../support/open-table.ts';

const NOW = Date.UTC(2026, 0, 5, 12);
const REQUEST = { workspaceUid: 'w', key: 'k', hash: 'of its body' };
const ROW = { hash: REQUEST.hash, seed: Buffer.from('a seed'), before: null };

it('who comes late to give a key back leaves alone who carries on under it', async () => {
  const store = createKeyStore(openTable({ now: () => NOW, after: () => () => undefined }));
  const first = { ...ROW, leaseUntil: NOW + 1 };
  expect(await store.claimKey(REQUEST, first, null, NOW)).toEqual({ claimed: true });
  const second = { ...ROW, leaseUntil: NOW + 40_000 };
  expect(await store.claimKey(REQUEST, second, { ...first, answer: null }, NOW + 5_000)).toEqual({ claimed: true });
  for (const free of [true, false]) await store.dropKey(REQUEST, { leaseUntil: first.leaseUntil, free });
  expect(await store.readKey(REQUEST, NOW)).toMatchObject({ hash: REQUEST.hash, leaseUntil: second.leaseUntil });
  await store.dropKey(REQUEST, { leaseUntil: second.leaseUntil, free: true });
  expect(await store.readKey(REQUEST, NOW)).toBeNull();
});

it('a key whose lease has lapsed goes to one of those who come for it at once', async () => {
  const store = createKeyStore(openTable({ now: () => NOW, after: () => () => undefined }));
  const lapsed = { ...ROW, leaseUntil: NOW + 1 };
  await store.claimKey(REQUEST, lapsed, null, NOW);
  const at = NOW + 5_000;
  const claims = await Promise.all(
    [1, 2, 3].map((one) => store.claimKey(REQUEST, { ...ROW, leaseUntil: at + one }, { ...lapsed, answer: null }, at)),
  );
  expect(claims.filter(({ claimed }) => claimed)).toHaveLength(1);
});
