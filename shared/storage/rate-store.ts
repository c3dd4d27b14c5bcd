import { latestFullAt, msPerToken, type RateLimit, type RateType, takeTokens } from '../domain/token-bucket.ts';
import { ItemReader } from './attributes.ts';
import { keys } from './keys.ts';
import { readRateLimit } from './limit-reader.ts';
import type { Table } from './table.ts';

/**
 * Token buckets of workspaces, one item for each type of call. A bucket is stored as the time when it is full again
 * (epoch ms).
 */
export interface RateStore {
  /**
   * Takes up to `wanted` tokens: by one write if the bucket is still as last seen, else by a further write for each
   * change it meets. Returns how many were taken and the bucket after that. No token is taken twice.
   */
  take(
    bucket: { readonly workspaceUid: string; readonly type: RateType; readonly fullAt: number },
    take: { readonly wanted: number; readonly limit: RateLimit; readonly now: number },
  ): Promise<{ readonly taken: number; readonly fullAt: number }>;
  /** The workspace's own limit; null where the stage's limit applies. */
  readLimit(workspaceUid: string, type: RateType): Promise<RateLimit | null>;
}

/** After so many lost writes the call is allowed anyway: one call over the limit costs less than more writes. */
const TRIES = 5;

export function createRateStore(table: Table): RateStore {
  return {
    async take({ workspaceUid, type, fullAt: seen }, { wanted, limit, now }) {
      let fullAt = seen;
      for (let left = TRIES; left > 0; left -= 1) {
        const { taken, fullAt: after } = takeTokens(limit, fullAt, wanted, now);
        if (taken === 0) return { taken, fullAt };
        const isFull = fullAt < now;
        const { done, item } = await table.update(keys.rate(workspaceUid, type), {
          expression: isFull ? 'SET full_at = :fullAt' : 'SET full_at = full_at + :add',
          condition: isFull ? IS_FULL : HOLDS_ENOUGH,
          values: {
            ':now': now,
            ...(isFull
              ? { ':fullAt': after }
              : { ':add': taken * msPerToken(limit), ':most': latestFullAt(limit, taken, now) }),
          },
        });
        fullAt = new ItemReader(item ?? {}).numberOrNull('full_at') ?? 0;
        if (done) return { taken, fullAt };
      }
      return { taken: 1, fullAt };
    },

    readLimit: (workspaceUid, type) => readRateLimit(table, workspaceUid, type, 'eventual'),
  };
}

const IS_FULL = 'attribute_not_exists(full_at) OR full_at < :now';
const HOLDS_ENOUGH = 'full_at BETWEEN :now AND :most';
