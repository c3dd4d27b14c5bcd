import { randomBytes } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { createCallbackSigner } from '../../shared/aws/callback-signer.ts';
import { createKeyring, type MasterSecrets } from '../../shared/aws/keyring.ts';
import { createVersionedReader } from '../../shared/aws/versioned-reader.ts';
import { verifyWebhook } from '../../shared/client/verify-webhook.ts';
import { signWebhook } from '../../shared/domain/webhook-signature.ts';
import { rotateSigningSecret, type SigningSecretStore } from '../../shared/engine/workspace/rotate-signing-secret.ts';
import { createSigningSecretStore } from '../../shared/storage/signing-secret-store.ts';
import { openTable } from '../support/open-table.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

let now = 0;
let reads = 0;
let store: SigningSecretStore;
let master: MasterSecrets;
beforeEach(() => {
  now = 1_000_000_000_000;
  reads = 0;
  master = { current: 1, versions: { 1: Buffer.alloc(32, 1) } };
  store = createSigningSecretStore(openTable({ now: () => now, after: () => () => undefined }));
});

const keyringNow = () => createKeyring(master, randomBytes);
const secretOf = (root: number, generation: number): string =>
  keyringNow().signingSecret('w', root, generation).reveal();

function openSigner() {
  const keyring = createVersionedReader(async () => keyringNow(), { now: () => now, trustMs: HOUR_MS });
  const signingSecrets = {
    readSecrets: (...args: Parameters<SigningSecretStore['readSecrets']>) => {
      reads += 1;
      return store.readSecrets(...args);
    },
  };
  const { signatureHeaders } = createCallbackSigner(keyring, { signingSecrets, clock: { now: () => now } });
  return (body = '{}') => signatureHeaders('w', 'id', now, body);
}

const rotate = (overlapMs: number, by = String(now), root = master.current) =>
  rotateSigningSecret({ signingSecrets: store, now: () => now }, 'w', { root, overlapMs, by });

/** What callbacks signed with these secrets carry. */
const signed = (...secrets: readonly string[]) => ({
  'webhook-id': 'id',
  'webhook-timestamp': String(now / 1_000),
  'webhook-signature': signWebhook(secrets, 'id', now / 1_000, '{}'),
});

test('signs with the first secret of a workspace as ever, and reads once a minute', async () => {
  const sign = openSigner();
  const all = await Promise.all([sign(), sign(), sign()]);
  expect(all).toEqual([1, 2, 3].map(() => signed(secretOf(1, 0))));
  now += MINUTE_MS - 1_000;
  await sign();
  expect(reads).toBe(1);
  now += 1_000;
  await sign();
  expect(reads).toBe(2);
});

test('signs with both while they overlap, newest first, and then with the new one alone', async () => {
  const sign = openSigner();
  await sign();
  await rotate(HOUR_MS);
  expect(await sign()).toEqual(signed(secretOf(1, 0)));
  now += MINUTE_MS;
  const headers = await sign();
  expect(headers).toEqual(signed(secretOf(1, 1), secretOf(1, 0)));
  for (const generation of [0, 1]) {
    const secrets = [secretOf(1, generation)];
    expect(await verifyWebhook({ secrets, headers, body: '{}', now: new Date(now) })).toEqual({});
  }
  // Read at most a minute before the end, and not signed with the old one past it.
  now += HOUR_MS - MINUTE_MS - 1_000;
  expect(await sign()).toEqual(signed(secretOf(1, 1), secretOf(1, 0)));
  now += 1_000;
  expect(await sign()).toEqual(signed(secretOf(1, 1)));
});

test('a secret derived from a master secret that this process does not know yet signs at once', async () => {
  const sign = openSigner();
  await sign();
  master = { current: 2, versions: { ...master.versions, 2: Buffer.alloc(32, 2) } };
  await rotate(HOUR_MS);
  now += MINUTE_MS;
  expect(await sign()).toEqual(signed(secretOf(2, 1), secretOf(1, 0)));
});

test('a read that failed is made again by the next callback', async () => {
  const there = store;
  store = { ...store, readSecrets: () => Promise.reject(new Error('the table is away')) };
  const sign = openSigner();
  await expect(sign()).rejects.toThrow('away');
  store = there;
  expect(await sign()).toEqual(signed(secretOf(1, 0)));
});
