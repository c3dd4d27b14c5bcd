import { RATE_TYPES, type RateLimit, type RateType } from '../domain/token-bucket.ts';
import type { OwnQuotas } from '../domain/quota.ts';
import type { WorkspaceLimits } from '../engine/stores/admission-store.ts';
import { settleAll } from '../engine/settle-all.ts';
import { type Item, ItemReader } from './attributes.ts';
import { keys } from './keys.ts';
import type { Table } from './table.ts';

/*
 * A workspace's own limits are an item in a partition of their own: functions that run actions may write to the
 * workspace's partition, and an IAM policy can separate partitions, but not items. Release 0.1.0 stored the limits in
 * the workspace's partition; until the owner's command line has moved them, they are read from there.
 */

/**
 * A process keeps what it read of the limits of 500 workspaces for a minute: a change of the owner's is in force within
 * one.
 */
export const LIMITS_KEPT = { keptMs: 60_000, max: 500 } as const;

type Consistency = 'strong' | 'eventual';

/**
 * How many runs and inputs a workspace may have under way at once, as its owner set it; null: the stage's limit
 * applies.
 */
export type OwnRunLimits = { readonly [Name in keyof WorkspaceLimits]: number | null };

/** The limits the owner set for a workspace; null where the stage's limit applies. */
export interface OwnLimits extends OwnRunLimits {
  readonly quotas: OwnQuotas;
  readonly rates: Readonly<Record<RateType, RateLimit | null>>;
  /** Where callbacks may be sent. */
  readonly callbackHosts: readonly string[] | null;
}

/** All limits of a workspace's own. */
export async function readOwnLimits(table: Table, workspaceUid: string, consistency: Consistency): Promise<OwnLimits> {
  const item = await table.get(keys.limits(workspaceUid), consistency);
  const own = { quotas: quotasOf(item ?? {}), callbackHosts: callbackHostsOf(item ?? {}) };
  if (item !== null)
    return { ...runLimitsOf(item), ...own, rates: await ratesBy(async (type) => rateOfLimits(item, type)) };
  return {
    ...runLimitsOf((await table.get(keys.profile(workspaceUid), consistency)) ?? {}),
    ...own,
    rates: await ratesBy(async (type) => rateOfBucket(await table.get(keys.rate(workspaceUid, type), consistency))),
  };
}

async function ratesBy(read: (type: RateType) => Promise<RateLimit | null>): Promise<OwnLimits['rates']> {
  const rates = await settleAll(RATE_TYPES.map(async (type) => [type, await read(type)] as const));
  return Object.fromEntries(rates) as OwnLimits['rates']; // cast: one for each type
}

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
  return runLimitsOf(own ?? former ?? {});
}

/** The quotas the owner set for the workspace. */
export async function readOwnQuotas(table: Table, workspaceUid: string): Promise<OwnQuotas> {
  return quotasOf((await table.get(keys.limits(workspaceUid), 'eventual')) ?? {});
}

/** The hosts the owner set for the workspace's callbacks; null where the stage's apply. */
export async function readOwnCallbackHosts(table: Table, workspaceUid: string): Promise<readonly string[] | null> {
  return callbackHostsOf((await table.get(keys.limits(workspaceUid), 'eventual')) ?? {});
}

function callbackHostsOf(item: Item): readonly string[] | null {
  return new ItemReader(item).stored<readonly string[]>('callback_hosts');
}

function quotasOf(item: Item): OwnQuotas {
  const read = new ItemReader(item);
  return {
    runsWaiting: read.numberOrNull('runs_waiting'),
    schedules: read.numberOrNull('schedules'),
    uploadsOpen: read.numberOrNull('uploads_open'),
    pagesPerDay: read.numberOrNull('pages_per_day'),
  };
}

function runLimitsOf(item: Item): OwnRunLimits {
  const read = new ItemReader(item);
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
  return item === null
    ? rateOfBucket(await table.get(keys.rate(workspaceUid, type), consistency))
    : rateOfLimits(item, type);
}

function rateOfLimits(item: Item, type: RateType): RateLimit | null {
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
