import { EngineError } from '../domain/errors.ts';
import { LIVE_CURSOR, type Sign } from '../api/cursor.ts';
import type { Clock } from '../engine/ports.ts';
import { type CursorKeys, putCursorKeys, readCursorKeys } from '../storage/cursor-key-store.ts';
import type { Table } from '../storage/table.ts';
import { type Keyring, signWith } from './keyring.ts';

/** How long a process uses the keys it has read; a new key is used after that at the latest. */
const TRUST_MS = 300_000;
/** The sweep, which puts the key into the table, runs every minute. */
const RETRY_SECONDS = 60;

/**
 * Signs cursors of live calls with a key from the table. The function `live` runs actions, so it may not read the
 * master secret, from which the other functions derive the same key. Throws UNAVAILABLE while the table has no key.
 */
export function createCursorSigner(table: Table, clock: Pick<Clock, 'now'>): () => Promise<{ readonly sign: Sign }> {
  let known: { readonly keys: CursorKeys; readonly until: number } | null = null;
  return async () => {
    if (known === null || clock.now() >= known.until) {
      const keys = await readCursorKeys(table);
      if (keys === null) throw notYet();
      known = { keys, until: clock.now() + TRUST_MS };
    }
    const { current, keys } = known.keys;
    const key = keys[current];
    if (key === undefined) throw new Error(`The table has no cursor key of version ${current}.`);
    return { sign: (purpose, text) => signWith(current, key, onlyLive(purpose, text)) };
  };
}

/** Derives the key that signs live cursors and puts it into the table, if there is none yet. */
export async function keepCursorKey(table: Table, keyring: Pick<Keyring, 'currentVersion' | 'macKey'>): Promise<void> {
  const { currentVersion: current } = keyring;
  await putCursorKeys(table, { current, keys: { [current]: keyring.macKey(LIVE_CURSOR) } });
}

function onlyLive(purpose: string, text: string): string {
  if (purpose === LIVE_CURSOR) return text;
  throw new Error(`This function signs cursors of live calls only, not for ${purpose}.`);
}

function notYet(): EngineError {
  const message = 'The key that signs cursors is not available yet. It is created within two minutes of a deployment.';
  return new EngineError('UNAVAILABLE', message, { retryAfterSeconds: RETRY_SECONDS });
}
