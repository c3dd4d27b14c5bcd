import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createCursorKeyKeeper, createCursorSigner, keepCursorKey } from '../../shared/aws/cursor-signer.ts';
import { createKeyring, versionOf } from '../../shared/aws/keyring.ts';
import { readCursorKeys } from '../../shared/storage/cursor-key-store.ts';
import { Table } from '../../shared/storage/table.ts';
import { LIVE_CURSOR } from '../../shared/api/cursor.ts';
import { clientOf, openEngine, TABLE_NAME } from '../support/open-table.ts';

const ONE = Buffer.alloc(32, 1);
const TWO = Buffer.alloc(32, 2);

function openSigner() {
  const time = { now: 0 };
  const clock = { now: () => time.now, after: () => () => undefined };
  const table = new Table(clientOf(openEngine({ now: clock.now })), TABLE_NAME, clock);
  return { time, table, signer: createCursorSigner(table, clock) };
}

test('signs what those who hold the master secret sign, by that one key alone', async () => {
  const { table, signer } = openSigner();
  await expect(signer()).rejects.toMatchObject({ label: 'UNAVAILABLE', details: { retryAfterSeconds: 60 } });
  const keyring = createKeyring(ONE, randomBytes);
  await keepCursorKey(table, keyring);
  const { sign } = await signer();
  expect(sign(LIVE_CURSOR, 'text')).toBe(keyring.sign(LIVE_CURSOR, 'text'));
  expect(keyring.verify(LIVE_CURSOR, 'text', sign(LIVE_CURSOR, 'text'))).toBe(true);
  expect(keyring.verify('cursor', 'text', sign(LIVE_CURSOR, 'text'))).toBe(false);
  expect(() => sign('cursor', 'text')).toThrow('signs cursors of live calls only');
});

test('the keys of this version that are there stay, and those of a later one take their place', async () => {
  const { time, table, signer } = openSigner();
  await keepCursorKey(table, createKeyring(ONE, randomBytes));
  await keepCursorKey(table, createKeyring(TWO, randomBytes));
  const one = (await signer()).sign(LIVE_CURSOR, 'text');
  expect(one).toBe(createKeyring(ONE, randomBytes).sign(LIVE_CURSOR, 'text'));

  const rotated = createKeyring({ current: 2, versions: { 1: ONE, 2: TWO } }, randomBytes);
  await keepCursorKey(table, rotated);
  await keepCursorKey(table, createKeyring(ONE, randomBytes)); // by a process that does not know of the rotation
  expect((await signer()).sign(LIVE_CURSOR, 'text')).toBe(one);
  time.now = 300_000;
  const after = await signer();
  const two = after.sign(LIVE_CURSOR, 'text');
  expect(two).toBe(rotated.sign(LIVE_CURSOR, 'text'));
  for (const signature of [one, two]) expect(after.verify(LIVE_CURSOR, 'text', signature)).toBe(true);
  expect(after.verify(LIVE_CURSOR, 'other', two)).toBe(false);
  expect(after.verify(LIVE_CURSOR, 'text', two.replace('v2', 'v1'))).toBe(false);
});

test('a cursor signed with a key that this process has not read is read for at once', async () => {
  const { table, signer } = openSigner();
  await keepCursorKey(table, createKeyring(ONE, randomBytes));
  await signer();
  const rotated = createKeyring({ current: 2, versions: { 1: ONE, 2: TWO } }, randomBytes);
  await keepCursorKey(table, rotated);
  const signature = rotated.sign(LIVE_CURSOR, 'text');
  expect((await signer(versionOf(signature))).verify(LIVE_CURSOR, 'text', signature)).toBe(true);
});

test('the keeper of the keys writes once for each version of the master secret', async () => {
  const { table } = openSigner();
  let keyring = createKeyring(ONE, randomBytes);
  const keep = createCursorKeyKeeper(table, async () => keyring);
  await keep();
  await table.delete({ pk: 'CURSORKEYS', sk: 'LIVE' });
  await keep();
  expect(await readCursorKeys(table)).toBeNull();
  keyring = createKeyring({ current: 2, versions: { 1: ONE, 2: TWO } }, randomBytes);
  await keep();
  expect(Object.keys((await readCursorKeys(table))?.keys ?? {})).toEqual(['1', '2']);
});
