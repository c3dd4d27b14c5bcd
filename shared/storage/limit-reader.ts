import type { RateLimit, RateType } from '../domain/token-bucket.ts';
import type { WorkspaceLimits } from '../engine/stores.ts';
import { settleAll } from '../engine/settle-all.ts';
import { type Item, ItemReader } from './attributes.ts';
import { keys } from './keys.ts';
import type { Table } from './table.ts';

/*
 * A workspace's own limits are an item in a partition of their own: functions that run actions may write to the
 * workspace's partition, and an IAM policy can separate partitions, but not items. Release 0.1.0 stored the limits in
 * the workspace's partition; until the owner's command line has moved them, they are read from there.
 */

type Consistency = 'strong' | 'eventual';

/**
 * How many runs and inputs a workspace may have under way at once, as its owner set it; null: the stage's limit
 * applies.
 */
export type OwnRunLimits = { readonly [Name in keyof WorkspaceLimits]: number | null };

export async function readRunLimits(
  table: Table,
  workspaceUid: string,
  consistency: Consistency,
): Promise<OwnRunLimits> {
  // Both reads at once, not one after the other: most workspaces have no limits of their own, and a run waits for this.
  const [own, former] = await settleAll([
    table.get(keys.limits(workspaceUid), consistency),
    table.get(keys.profile(workspaceUid), consistency),
  ]);
  const read = new ItemReader(own ?? former ?? {});
  return { runsAtOnce: read.numberOrNull('runs_at_once'), inputsInFlight: read.numberOrNull('inputs_in_flight') };
}

/** The workspace's own rate limit for that type of call; null where the stage's limit applies. */
export async function readRateLimit(
  table: Table,
  workspaceUid: string,
  type: RateType,
  consistency: Consistency,
): Promise<RateLimit | null> {
  const item = await table.get(keys.limits(workspaceUid), consistency);
  if (item === null) return rateOfBucket(await table.get(keys.rate(workspaceUid, type), consistency));
  const stored = new ItemReader(item).stored<StoredRate>(rateAttribute(type));
  return stored === null ? null : { perSecond: stored.per_second, burst: stored.burst };
}

/** A rate limit as it is stored. */
export interface StoredRate {
  readonly per_second: number;
  readonly burst: number;
}

export function rateAttribute(type: RateType): string {
  return `rate_${type}`;
}

/** The limit as release 0.1.0 stored it: in the item of the token bucket. */
function rateOfBucket(item: Item | null): RateLimit | null {
  const read = new ItemReader(item ?? {});
  const perSecond = read.numberOrNull('per_second');
  return perSecond === null ? null : { perSecond, burst: read.number('burst') };
}
