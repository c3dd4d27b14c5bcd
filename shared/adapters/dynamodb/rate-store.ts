import { latestFullAt, msPerToken, type RateLimit, type RateType, takeTokens } from '../../domain/token-bucket.ts';
import { type Item, ItemReader } from './attributes.ts';
import { keys } from './keys.ts';
import type { Table } from './table.ts';

/** A workspace's bucket as it was last seen. */
export interface RateBucket {
  /** What the owner set for the workspace; null where the stage's limit holds. */
  readonly own: RateLimit | null;
  /** When it is full again, epoch ms. */
  readonly fullAt: number;
}

/** Token buckets of workspaces, one item for each kind of call. */
export interface RateStore {
  /**
   * Takes up to `wanted` tokens by one write where the bucket is as last seen, by one more where it is not; gives it as
   * it is then. Tokens that others take meanwhile are never taken twice.
   */
  take(
    bucket: { readonly workspaceUid: string; readonly type: RateType; readonly seen: RateBucket },
    take: { readonly wanted: number; readonly stageLimit: RateLimit; readonly now: number },
  ): Promise<{ readonly taken: number; readonly bucket: RateBucket }>;
  readLimit(workspaceUid: string, type: RateType): Promise<RateLimit | null>;
  /** Sets the workspace's own limit, or with null takes it away. */
  setLimit(workspaceUid: string, type: RateType, limit: RateLimit | null): Promise<void>;
}

/** Of a bucket nothing is known yet. */
export const UNSEEN_BUCKET: RateBucket = { own: null, fullAt: 0 };

/** Takers that meet again and again are let through after so many tries: a call more is worth less than a further write. */
const TRIES = 5;

export function createRateStore(table: Table): RateStore {
  return {
    async take({ workspaceUid, type, seen }, { wanted, stageLimit, now }) {
      let bucket = seen;
      for (let left = TRIES; left > 0; left -= 1) {
        const limit = bucket.own ?? stageLimit;
        const { taken, fullAt } = takeTokens(limit, bucket.fullAt, wanted, now);
        if (taken === 0) return { taken, bucket };
        const own = ownLimit(bucket.own);
        const isFull = bucket.fullAt < now;
        const { done, item } = await table.update(keys.rate(workspaceUid, type), {
          expression: isFull ? 'SET full_at = :fullAt' : 'SET full_at = full_at + :add',
          condition: `${isFull ? IS_FULL : HOLDS_ENOUGH} AND ${own.condition}`,
          values: {
            ...own.values,
            ':now': now,
            ...(isFull
              ? { ':fullAt': fullAt }
              : { ':add': taken * msPerToken(limit), ':most': latestFullAt(limit, taken, now) }),
          },
        });
        bucket = item === null ? UNSEEN_BUCKET : bucketFromItem(item);
        if (done) return { taken, bucket };
      }
      return { taken: 1, bucket };
    },

    async readLimit(workspaceUid, type) {
      const item = await table.get(keys.rate(workspaceUid, type), 'strong');
      return item === null ? null : bucketFromItem(item).own;
    },

    async setLimit(workspaceUid, type, limit) {
      await table.update(keys.rate(workspaceUid, type), {
        expression: limit === null ? 'REMOVE per_second, burst' : 'SET per_second = :perSecond, burst = :burst',
        values: limit === null ? {} : { ':perSecond': limit.perSecond, ':burst': limit.burst },
      });
    },
  };
}

const IS_FULL = '(attribute_not_exists(full_at) OR full_at < :now)';
const HOLDS_ENOUGH = 'full_at BETWEEN :now AND :most';

/** The condition that the workspace's own limit is still as last seen. */
function ownLimit(own: RateLimit | null): { readonly condition: string; readonly values: Record<string, unknown> } {
  if (own === null) return { condition: 'attribute_not_exists(per_second)', values: {} };
  return {
    condition: 'per_second = :perSecond AND burst = :burst',
    values: { ':perSecond': own.perSecond, ':burst': own.burst },
  };
}

function bucketFromItem(item: Item): RateBucket {
  const read = new ItemReader(item);
  const perSecond = read.numberOrNull('per_second');
  return {
    own: perSecond === null ? null : { perSecond, burst: read.number('burst') },
    fullAt: read.numberOrNull('full_at') ?? 0,
  };
}
