import { quotaReached, type ReachedQuota } from '../domain/quota.ts';
import type { EngineError } from '../domain/errors.ts';
import type { RunControl } from '../domain/run.ts';
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
  const reached = await findReached(ports, workspaceUid, 'pages_per_day');
  if (reached !== null) throw await refusal(ports, workspaceUid, reached);
}

/** For a dry run: throws LIMIT_REACHED where a quota would refuse a launch now. Counts nothing and notifies nobody. */
export async function checkQuotas(
  ports: ReadPorts,
  workspaceUid: string,
  names: readonly CheckedQuota[],
): Promise<void> {
  for (const name of names) {
    const reached = await findReached(ports, workspaceUid, name);
    if (reached !== null) throw quotaReached(reached);
  }
}

/** The ports of looking at quotas. */
export type ReadPorts = Pick<Ports, 'clock' | 'quotas'>;

type CheckedQuota = QuotaPlace['kind'] | 'pages_per_day';

/** The quota, where it lets nothing more through; null: it does, or there is none. */
async function findReached(ports: ReadPorts, workspaceUid: string, name: CheckedQuota): Promise<ReachedQuota | null> {
  const { clock, quotas } = ports;
  const { pagesPerDay, runsWaiting, schedules } = await quotas.readQuotas(workspaceUid);
  if (name === 'pages_per_day') {
    const day = dayOf(clock.now());
    const isReached = pagesPerDay !== null && (await quotas.readPages(workspaceUid, day)) >= pagesPerDay;
    return isReached ? { name, limit: pagesPerDay, resetsAt: dayEnd(day) } : null;
  }
  const limit = name === 'runs_waiting' ? runsWaiting : schedules;
  if (limit === null || (await quotas.hasPlace({ workspaceUid, kind: name }, limit))) return null;
  return { name, limit, resetsAt: null };
}

/** Whether a quota holds a run back no longer: pages of its workspace may start, because the quota was raised. */
export async function isReleased(
  ports: ReadPorts,
  { reason, workspaceUid }: Pick<RunControl, 'reason' | 'workspaceUid'>,
): Promise<boolean> {
  return reason?.quota !== undefined && (await findReached(ports, workspaceUid, 'pages_per_day')) === null;
}

/** Counts a page that is about to start. Returns the quota that holds it back until it resets; null: it may start. */
export async function takePage(
  ports: QuotaPorts,
  workspaceUid: string,
): Promise<(ReachedQuota & { readonly resetsAt: number }) | null> {
  const { pagesPerDay: limit } = await ports.quotas.readQuotas(workspaceUid);
  if (limit === null) return null;
  const day = dayOf(ports.clock.now());
  if (await ports.quotas.takePage(workspaceUid, day, limit)) return null;
  const reached = { name: 'pages_per_day', limit, resetsAt: dayEnd(day) } as const;
  await notifyOfQuota(ports, workspaceUid, reached);
  return reached;
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
  return quotaReached(quota);
}
