import { KEY_LIFETIME_MS } from '../domain/timing.ts';
import type { KeyedRequest, KeyRow, KeyStore } from '../engine/once-by-key.ts';
import { type Item, ItemReader } from './attributes.ts';
import { compress, decompress } from './compress.ts';
import { type Key, keys } from './keys.ts';
import type { Table } from './table.ts';

/** Idempotency keys: one small item each, which also holds the answer where that must be repeated. */
export function createKeyStore(table: Table): KeyStore {
  return {
    async readKey(request, now) {
      const item = await table.get(keyOf(request), 'strong');
      return item === null ? null : storedRow(item, now);
    },

    async claimKey(request, { hash, seed, before, leaseUntil }, lapsed, now) {
      const key = keyOf(request);
      const taken =
        lapsed === null
          ? await table.put(
              key,
              { hash, seed, before, lease_until: leaseUntil, expires_at: Math.ceil((now + KEY_LIFETIME_MS) / 1_000) },
              {
                expression: 'attribute_not_exists(pk) OR #hash = :free OR expires_at <= :now',
                names: { '#hash': 'hash' },
                values: { ':free': FREE, ':now': Math.floor(now / 1_000) },
              },
            )
          : await table.update(key, {
              expression: 'SET lease_until = :until',
              condition: '#hash = :hash AND lease_until = :lapsed',
              names: { '#hash': 'hash' },
              values: { ':until': leaseUntil, ':hash': hash, ':lapsed': lapsed.leaseUntil },
            });
      if (taken.done) return { claimed: true };
      return { claimed: false, row: taken.item === null ? null : storedRow(taken.item, now) };
    },

    async answerKey(request, answer, runUid, now) {
      // The note first: an answer that is stored is then found by the run's deletion.
      if (runUid !== null) {
        const expiresAt = Math.ceil((now + KEY_LIFETIME_MS) / 1_000);
        await table.put(keys.request(runUid, request.key), { expires_at: expiresAt });
      }
      await table.update(keyOf(request), {
        expression: 'SET answer = :answer',
        values: { ':answer': compress(answer) },
      });
    },

    async dropKey(request, { leaseUntil, free }) {
      await table.update(keyOf(request), {
        expression: free ? 'SET lease_until = :over, #hash = :free' : 'SET lease_until = :over',
        condition: 'lease_until = :lease',
        ...(free ? { names: { '#hash': 'hash' } } : {}),
        values: { ':over': 0, ':lease': leaseUntil, ...(free ? { ':free': FREE } : {}) },
      });
    },
  };
}

/** Stored in place of the request's hash where a key is free again. */
const FREE = '-';

function keyOf({ workspaceUid, key }: KeyedRequest): Key {
  return keys.idempotency(workspaceUid, key);
}

/** Null where the key is free, or has expired and is not yet deleted by the table (TTL deletes late). */
function storedRow(item: Item, now: number): KeyRow | null {
  const read = new ItemReader(item);
  const hash = read.text('hash');
  if (hash === FREE || read.number('expires_at') * 1_000 <= now) return null;
  const answer = read.bytesOrNull('answer');
  return {
    hash,
    seed: read.bytesOrNull('seed') ?? new Uint8Array(),
    before: read.numberOrNull('before'),
    leaseUntil: read.number('lease_until'),
    answer: answer === null ? null : { value: decompress(answer) },
  };
}
