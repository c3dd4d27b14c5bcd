import { EngineError } from '../domain/errors.ts';
import { LIVE_CURSOR, type Sign, type Verify } from '../api/cursor.ts';
import type { Clock } from '../engine/ports.ts';
import { type CursorKeys, putCursorKeys, readCursorKeys } from '../storage/cursor-key-store.ts';
import type { Table } from '../storage/table.ts';
import { type Keyring, signWith, verifyWith, versionOf } from './keyring.ts';
import type { ReadKeyring } from './keyring-reader.ts';
import { createVersionedReader, type ReadVersioned } from './versioned-reader.ts';

/** How long a process uses the keys it has read; a new key is used after that at the latest. */
const TRUST_MS = 300_000;
/** The sweep, which puts the key into the table, runs every minute. */
const RETRY_SECONDS = 60;

/** Signs cursors of live calls and verifies their signatures. */
export interface CursorSigner {
  readonly sign: Sign;
  readonly verify: Verify;
}

/**
 * Signs cursors of live calls with keys from the table. The function `live` runs actions, so it may not read the master
 * secret, from which the other functions derive the same keys. Throws UNAVAILABLE while the table has no key.
 */
export function createCursorSigner(table: Table, clock: Pick<Clock, 'now'>): ReadVersioned<CursorSigner> {
  const read = createVersionedReader(
    async () => {
      const stored = await readCursorKeys(table);
      if (stored === null) throw notYet();
      return signerOf(stored);
    },
    { now: () => clock.now(), trustMs: TRUST_MS },
  );
  return read;
}

function signerOf({ current, keys }: CursorKeys) {
  const key = keys[current];
  if (key === undefined) throw new Error(`The table has no cursor key of version ${current}.`);
  return {
    currentVersion: current,
    holds: (version: number) => keys[version] !== undefined,
    sign: (purpose: string, text: string) => signWith(current, key, onlyLive(purpose, text)),
    verify(purpose: string, text: string, signature: string) {
      const version = versionOf(signature);
      const own = version === undefined ? undefined : keys[version];
      if (version === undefined || own === undefined) return false;
      return verifyWith(version, own, onlyLive(purpose, text), signature);
    },
  };
}

/**
 * Derives the keys of live cursors and puts them into the table, unless it has those of this version or a later one.
 */
export async function keepCursorKey(table: Table, keyring: Pick<Keyring, 'currentVersion' | 'macKeys'>): Promise<void> {
  await putCursorKeys(table, { current: keyring.currentVersion, keys: keyring.macKeys(LIVE_CURSOR) });
}

/** Does {@link keepCursorKey} once per process and version of the master secret. */
export function createCursorKeyKeeper(table: Table, readKeyring: ReadKeyring): () => Promise<void> {
  let kept = 0;
  return async () => {
    const keyring = await readKeyring();
    if (keyring.currentVersion === kept) return;
    await keepCursorKey(table, keyring);
    kept = keyring.currentVersion;
  };
}

function onlyLive(purpose: string, text: string): string {
  if (purpose === LIVE_CURSOR) return text;
  throw new Error(`This function signs cursors of live calls only, not for ${purpose}.`);
}

function notYet(): EngineError {
  const message = 'The key that signs cursors is not available yet. It is created within two minutes of a deployment.';
  return new EngineError('UNAVAILABLE', message, { retryAfterSeconds: RETRY_SECONDS });
}
