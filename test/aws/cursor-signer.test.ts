import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createCursorSigner, keepCursorKey } from '../../shared/aws/cursor-signer.ts';
import { createKeyring } from '../../shared/aws/keyring.ts';
import { putCursorKeys, readCursorKeys } from '../../shared/storage/cursor-key-store.ts';
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

test('the key that is there stays, and another put in its place is taken up within five minutes', async () => {
  const { time, table, signer } = openSigner();
  await keepCursorKey(table, createKeyring(ONE, randomBytes));
  await keepCursorKey(table, createKeyring(TWO, randomBytes));
  const one = (await signer()).sign(LIVE_CURSOR, 'text');
  expect(one).toBe(createKeyring(ONE, randomBytes).sign(LIVE_CURSOR, 'text'));

  const keys = (await readCursorKeys(table))?.keys ?? {};
  const rotated = createKeyring({ current: 2, versions: { 1: ONE, 2: TWO } }, randomBytes);
  await table.delete({ pk: 'CURSORKEYS', sk: 'LIVE' });
  await putCursorKeys(table, { current: 2, keys: { ...keys, 2: rotated.macKey(LIVE_CURSOR) } });
  expect((await signer()).sign(LIVE_CURSOR, 'text')).toBe(one);
  time.now = 300_000;
  expect((await signer()).sign(LIVE_CURSOR, 'text')).toBe(rotated.sign(LIVE_CURSOR, 'text'));
});
