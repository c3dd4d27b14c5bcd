import type { RateStore } from '../../shared/storage/rate-store.ts';
import { Lru } from '../../shared/process/lru.ts';
import { nextTokenAt, type RateLimit, type RateType, takeTokens, tokensIn } from '../../shared/domain/token-bucket.ts';

/** The state of a workspace's rate limit after a call. */
export interface RateState {
  readonly type: RateType;
  /** Calls that a full bucket allows at once. */
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until the bucket is full. */
  readonly resetSeconds: number;
  /** When the next call will be allowed (epoch ms); null if this one was allowed. */
  readonly refusedUntil: number | null;
}

/** Counts one call against a workspace's limit of that type. */
export type SpendRate = (workspaceUid: string, type: RateType) => Promise<RateState>;

/** A lot is an eighth of a full bucket: one write serves that many calls, and the headers are wrong by no more. */
const LOTS_A_BURST = 8;
/** Buckets that a process caches; the rest of a lot is lost with its bucket. */
const CACHED_BUCKETS = 3_000;
/** How long a workspace's own limit is used after it was read; the next lot after that reads it again. */
const LIMIT_MS = 60_000;

interface BucketInHand {
  limit: RateLimit;
  /** Until when the limit is used, epoch ms. */
  limitUntil: number;
  /** When the shared bucket is full again, as last seen, epoch ms. */
  fullAt: number;
  /** Tokens taken from the shared bucket and not yet spent. */
  inHand: number;
  /** The write under way that takes a lot. */
  taking: Promise<void> | null;
}

/**
 * The rate limits of one process. It takes tokens from the shared bucket in lots and spends them without further
 * writes, so that most calls cost no write, and none while a workspace is over its limit. The rest of a lot does not
 * expire.
 */
export function createRateLimiter(
  store: RateStore,
  stageLimits: Readonly<Record<RateType, RateLimit>>,
  now: () => number,
): SpendRate {
  const buckets = new Lru<BucketInHand>(CACHED_BUCKETS);

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
