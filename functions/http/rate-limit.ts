import type { RateStore } from '../../shared/storage/rate-store.ts';
import { Lru } from '../../shared/process/lru.ts';
import { nextTokenAt, type RateLimit, type RateType, takeTokens, tokensIn } from '../../shared/domain/token-bucket.ts';

/** How a workspace stands with its limit after a call. */
export interface RateState {
  readonly type: RateType;
  /** Calls a full bucket lets through at once. */
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until the bucket is full. */
  readonly resetSeconds: number;
  /** When the next call will be let through (epoch ms), where this one was not. */
  readonly refusedUntil: number | null;
}

/** Takes one call off a workspace's limit. */
export type SpendRate = (workspaceUid: string, type: RateType) => Promise<RateState>;

/** A lot is this part of what a full bucket holds: one write serves so many calls, and no header is further off. */
const LOTS_A_BURST = 8;
/** Buckets remembered by a container; forgetting one loses the rest of its lot. */
const REMEMBERED = 3_000;
/** How long a workspace's own limit is believed: after that the next lot reads it again. */
const LIMIT_MS = 60_000;

interface BucketInHand {
  limit: RateLimit;
  /** Until when the limit is believed, epoch ms. */
  limitUntil: number;
  /** When it is full again as last seen, epoch ms. */
  fullAt: number;
  /** Tokens taken from the bucket and not yet spent here. */
  inHand: number;
  /** A lot on its way. */
  taking: Promise<void> | null;
}

/**
 * The limits of one container: it takes tokens from the shared bucket by lots and hands them out by itself, so most
 * calls cost no write, and none while a workspace is over its limit. What is left of a lot stays good.
 */
export function createRateLimiter(
  store: RateStore,
  stageLimits: Readonly<Record<RateType, RateLimit>>,
  now: () => number,
): SpendRate {
  const buckets = new Lru<BucketInHand>(REMEMBERED);

  async function takeLot(workspaceUid: string, type: RateType, bucket: BucketInHand): Promise<void> {
    if (bucket.limitUntil <= now()) {
      bucket.limit = (await store.readLimit(workspaceUid, type)) ?? stageLimits[type];
      bucket.limitUntil = now() + LIMIT_MS;
    }
    const { limit, fullAt } = bucket;
    const wanted = Math.max(1, Math.floor(limit.burst / LOTS_A_BURST));
    const lot = await store.take({ workspaceUid, type, fullAt }, { wanted, limit, now: now() });
    bucket.fullAt = lot.fullAt;
    bucket.inHand += lot.taken;
  }

  return async (workspaceUid, type) => {
    const name = `${type} ${workspaceUid}`;
    const bucket = buckets.get(name) ?? { limit: stageLimits[type], limitUntil: 0, fullAt: 0, inHand: 0, taking: null };
    buckets.set(name, bucket);
    for (;;) {
      if (bucket.inHand > 0) {
        bucket.inHand -= 1;
        return { ...stateOf(bucket, now()), type, refusedUntil: null };
      }
      const at = now();
      const { limit, limitUntil, fullAt } = bucket;
      if (limitUntil > at && takeTokens(limit, fullAt, 1, at).taken === 0) {
        return { ...stateOf(bucket, at), type, refusedUntil: nextTokenAt(limit, fullAt, at) };
      }
      bucket.taking ??= takeLot(workspaceUid, type, bucket).finally(() => (bucket.taking = null));
      await bucket.taking;
    }
  };
}

function stateOf(
  { limit, fullAt, inHand }: BucketInHand,
  now: number,
): Pick<RateState, 'limit' | 'remaining' | 'resetSeconds'> {
  const tokens = Math.min(limit.burst, tokensIn(limit, fullAt, now) + inHand);
  return {
    limit: limit.burst,
    remaining: Math.max(0, Math.floor(tokens)),
    resetSeconds: Math.ceil((limit.burst - tokens) / limit.perSecond),
  };
}
