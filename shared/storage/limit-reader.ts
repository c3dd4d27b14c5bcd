import type { RateLimit, RateType } from '../domain/token-bucket.ts';
import type { WorkspaceLimits } from '../engine/stores.ts';
import { settleAll } from '../engine/settle-all.ts';
import { type Item, ItemReader } from './attributes.ts';
import { keys } from './keys.ts';
import type { Table } from './table.ts';

/*
 * A workspace's own limits: an item in a partition of its own, for the role of a function that runs actions writes to
 * the workspace's partition, and IAM tells partitions apart, not items. 0.1.0 kept them there; a workspace whose limits
 * the owner's command line has not moved yet is read as it was.
 */

type Consistency = 'strong' | 'eventual';

/** How much of a workspace is under way at once, as its owner set it; null where the stage's own limit holds. */
export type OwnRunLimits = { readonly [Name in keyof WorkspaceLimits]: number | null };

export async function readRunLimits(
  table: Table,
  workspaceUid: string,
  consistency: Consistency,
): Promise<OwnRunLimits> {
  // Side by side: most workspaces have no limits of their own, and a run waits for this.
  const [own, former] = await settleAll([
    table.get(keys.limits(workspaceUid), consistency),
    table.get(keys.profile(workspaceUid), consistency),
  ]);
  const read = new ItemReader(own ?? former ?? {});
  return { runsAtOnce: read.numberOrNull('runs_at_once'), inputsInFlight: read.numberOrNull('inputs_in_flight') };
}

/** The workspace's own rate of such calls; null where the stage's holds. */
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

/** How a rate is kept. */
export interface StoredRate {
  readonly per_second: number;
  readonly burst: number;
}

export function rateAttribute(type: RateType): string {
  return `rate_${type}`;
}

/** As 0.1.0 kept it, beside the bucket. */
function rateOfBucket(item: Item | null): RateLimit | null {
  const read = new ItemReader(item ?? {});
  const perSecond = read.numberOrNull('per_second');
  return perSecond === null ? null : { perSecond, burst: read.number('burst') };
}
