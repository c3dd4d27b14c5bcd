import { RECEIVER_KEPT_MS } from '../domain/timing.ts';
import { hash } from 'node:crypto';
import type { Receiver } from '../domain/receiver.ts';
import type { Clock } from '../engine/ports.ts';
import type { ReceiverStore } from '../engine/stores/receiver-store.ts';
import { Lru } from '../process/lru.ts';
import { type Item, ItemReader } from './attributes.ts';
import { HELD_PREFIX, keys, receiverPartition } from './keys.ts';
import type { Table } from './table.ts';

/** How long a receiver's record is used from memory: one read serves a whole batch of callbacks. */
const RECENT_MS = 5_000;
const CACHED_RECEIVERS = 1_000;
/** How many different paths of a host are counted: more would not change any decision. */
const COUNTED_PATHS = 20;

interface Seen {
  readonly at: number;
  readonly receiver: Promise<Receiver | null>;
}

export function createReceiverStore(table: Table, clock: Clock): ReceiverStore {
  const seen = new Lru<Seen>(CACHED_RECEIVERS);

  function remember(uid: string, receiver: Promise<Receiver | null>): Promise<Receiver | null> {
    seen.set(uid, { at: clock.now(), receiver });
    return receiver;
  }

  async function read(uid: string): Promise<Receiver | null> {
    const item = await table.get(keys.receiver(uid), 'strong');
    return item === null ? null : receiverFromItem(item, clock.now());
  }

  return {
    async readReceiver(uid, howNew) {
      const known = seen.get(uid);
      const age = known === undefined ? Infinity : clock.now() - known.at;
      if (howNew === 'recent' && known !== undefined && age >= 0 && age < RECENT_MS) {
        const receiver = await known.receiver.catch(() => undefined);
        if (receiver !== undefined) return receiver;
      }
      return remember(uid, read(uid));
    },

    async countFailure(uid, now, silentPath) {
      const { item } = await table.update(keys.receiver(uid), {
        expression:
          'SET failures = if_not_exists(failures, :none) + :one, ' +
          'failing_since = if_not_exists(failing_since, :now), expires_at = :expiresAt' +
          (silentPath === undefined ? '' : ' ADD silent_paths :paths'),
        values: {
          ':none': 0,
          ':one': 1,
          ':now': now,
          ':expiresAt': expiry(now),
          ...(silentPath === undefined ? {} : { ':paths': new Set([pathMark(silentPath)]) }),
        },
      });
      const receiver = item === null ? null : receiverFromItem(item, now);
      void remember(uid, Promise.resolve(receiver));
      return receiver ?? { failures: 1, silentPaths: 1, awaySince: null, failingSince: now, probeAt: 0 };
    },

    async keepHost(uid, now) {
      const { item } = await table.update(keys.receiver(uid), {
        expression:
          'SET failures = if_not_exists(failures, :none), failing_since = if_not_exists(failing_since, :now), ' +
          'expires_at = :expiresAt',
        values: { ':none': 0, ':now': now, ':expiresAt': expiry(now) },
      });
      void remember(uid, Promise.resolve(item === null ? null : receiverFromItem(item, now)));
    },

    async clearHost(uid) {
      await table.update(keys.receiver(uid), {
        expression: 'SET failures = :none REMOVE silent_paths, away_since, failing_since, probe_at',
        condition: 'attribute_exists(failures)',
        values: { ':none': 0 },
      });
      seen.delete(uid);
    },

    async setAway(uid, { failingSince, awaySince, probeAt }) {
      await table.update(keys.receiver(uid), {
        expression: 'SET away_since = :awaySince, probe_at = :probeAt',
        condition: 'failing_since = :failingSince AND attribute_not_exists(away_since)',
        values: { ':failingSince': failingSince, ':awaySince': awaySince, ':probeAt': probeAt },
      });
      seen.delete(uid);
    },

    async takeProbe(uid, probeAt, nextAt) {
      const { done } = await table.update(keys.receiver(uid), {
        expression: 'SET probe_at = :nextAt',
        condition: 'probe_at = :probeAt',
        values: { ':probeAt': probeAt, ':nextAt': nextAt },
      });
      seen.delete(uid);
      return done;
    },

    async forgetReceiver(uid) {
      await table.delete(keys.receiver(uid));
      void remember(uid, Promise.resolve(null));
    },

    async putHeld(uid, held, expiresAt) {
      await table.put(keys.held(uid, held), {
        uid: held.uid,
        attempt: held.attempt,
        due_at: held.dueAt,
        give_up_at: held.giveUpAt,
        held_at: held.heldAt,
        expires_at: expiresAt,
      });
    },

    async listHeld(uid, limit) {
      const pk = receiverPartition(uid);
      const { items } = await table.query({ pk, prefix: HELD_PREFIX, limit, consistency: 'strong' });
      return items.map((item) => {
        const read = new ItemReader(item);
        return {
          uid: read.text('uid'),
          attempt: read.number('attempt'),
          dueAt: read.number('due_at'),
          giveUpAt: read.number('give_up_at'),
          heldAt: read.number('held_at'),
        };
      });
    },

    async deleteHeld(uid, held) {
      await table.delete(keys.held(uid, held));
    },
  };
}

function expiry(now: number): number {
  return Math.ceil((now + RECEIVER_KEPT_MS) / 1_000);
}

/**
 * One of {@link COUNTED_PATHS} values, so that a host with a million paths has a record no larger than one with twenty.
 */
function pathMark(receiver: string): string {
  return String(hash('sha256', receiver, 'buffer').readUInt32BE(0) % COUNTED_PATHS);
}

/** Null for a record that has expired, also where the table has not deleted it yet. */
function receiverFromItem(item: Item, now: number): Receiver | null {
  const read = new ItemReader(item);
  if ((read.numberOrNull('expires_at') ?? 0) * 1_000 <= now) return null;
  return {
    failures: read.numberOrNull('failures') ?? 0,
    silentPaths: read.stored<ReadonlySet<string>>('silent_paths')?.size ?? 0,
    awaySince: read.numberOrNull('away_since'),
    failingSince: read.numberOrNull('failing_since'),
    probeAt: read.numberOrNull('probe_at') ?? 0,
  };
}
