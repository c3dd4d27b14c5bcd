import { type QuotaName, quotaReached } from '../domain/quota.ts';
import type { EngineError } from '../domain/errors.ts';
import { dayEnd, dayOf } from '../domain/usage.ts';
import { type NotePorts, notifyLater } from './notifications/notify.ts';
import type { Ports } from './ports.ts';
import type { QuotaPlace } from './stores/quota-store.ts';

/** The ports of whatever counts against quotas. */
export type QuotaPorts = Pick<Ports, 'quotas'> & NotePorts;

/** Counts a run or schedule that is about to be created. Throws LIMIT_REACHED. */
export async function takePlace(ports: QuotaPorts, place: QuotaPlace): Promise<void> {
  const { quotas } = ports;
  const { workspaceUid, kind } = place;
  const { runsWaiting, schedules } = await quotas.readQuotas(workspaceUid);
  const limit = kind === 'runs_waiting' ? runsWaiting : schedules;
  if (limit === null || (await quotas.takePlace(place, limit))) return;
  throw await refusal(ports, workspaceUid, { name: kind, limit, resetsAt: null });
}

/** Throws LIMIT_REACHED where the workspace may start no more pages today. */
export async function checkPages(ports: QuotaPorts, workspaceUid: string): Promise<void> {
  const { pagesPerDay: limit } = await ports.quotas.readQuotas(workspaceUid);
  if (limit === null) return;
  const day = dayOf(ports.clock.now());
  if ((await ports.quotas.readPages(workspaceUid, day)) < limit) return;
  throw await refusal(ports, workspaceUid, { name: 'pages_per_day', limit, resetsAt: dayEnd(day) });
}

/**
 * Counts a page that is about to start. Returns when the next may start (epoch ms) and the limit; null: it may start.
 */
export async function takePage(
  ports: QuotaPorts,
  workspaceUid: string,
): Promise<{ readonly until: number; readonly limit: number } | null> {
  const { pagesPerDay: limit } = await ports.quotas.readQuotas(workspaceUid);
  if (limit === null) return null;
  const day = dayOf(ports.clock.now());
  if (await ports.quotas.takePage(workspaceUid, day, limit)) return null;
  const until = dayEnd(day);
  await notifyOfQuota(ports, workspaceUid, { name: 'pages_per_day', limit, resetsAt: until });
  return { until, limit };
}

/** A quota that a workspace has reached. `resetsAt`: epoch ms; null: it does not reset by itself. */
export interface ReachedQuota {
  readonly name: QuotaName;
  readonly limit: number;
  readonly resetsAt: number | null;
}

/**
 * Notifies the workspace, once a UTC day for each quota: the only one that resets at a time of its own does so then.
 */
export async function notifyOfQuota(ports: NotePorts, workspaceUid: string, quota: ReachedQuota): Promise<void> {
  const at = ports.clock.now();
  const event = { type: 'quota.reached', at, quota } as const;
  await notifyLater(ports, { workspaceUid, name: `${quota.name} ${dayOf(at)}`, event });
}

async function refusal(ports: NotePorts, workspaceUid: string, quota: ReachedQuota): Promise<EngineError> {
  await notifyOfQuota(ports, workspaceUid, quota);
  return quotaReached(quota.name, quota.limit, quota.resetsAt);
}
