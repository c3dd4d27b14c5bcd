import { quotaReached } from '../domain/quota.ts';
import { dayEnd, dayOf } from '../domain/usage.ts';
import type { Ports } from './ports.ts';
import type { QuotaPlace } from './stores/quota-store.ts';

type QuotaPorts = Pick<Ports, 'clock' | 'quotas'>;

/** Counts a run or schedule that is about to be created. Throws LIMIT_REACHED. */
export async function takePlace({ quotas }: Pick<Ports, 'quotas'>, place: QuotaPlace): Promise<void> {
  const { runsWaiting, schedules } = await quotas.readQuotas(place.workspaceUid);
  const limit = place.kind === 'runs_waiting' ? runsWaiting : schedules;
  if (limit === null || (await quotas.takePlace(place, limit))) return;
  throw quotaReached(place.kind, limit, null);
}

/** Throws LIMIT_REACHED where the workspace may start no more pages today. */
export async function checkPages({ clock, quotas }: QuotaPorts, workspaceUid: string): Promise<void> {
  const { pagesPerDay: limit } = await quotas.readQuotas(workspaceUid);
  if (limit === null) return;
  const day = dayOf(clock.now());
  if ((await quotas.readPages(workspaceUid, day)) >= limit) throw quotaReached('pages_per_day', limit, dayEnd(day));
}

/** Counts a page that is about to start. Returns when the next may start (epoch ms) and the limit; null: it may start. */
export async function takePage(
  { clock, quotas }: QuotaPorts,
  workspaceUid: string,
): Promise<{ readonly until: number; readonly limit: number } | null> {
  const { pagesPerDay: limit } = await quotas.readQuotas(workspaceUid);
  if (limit === null) return null;
  const day = dayOf(clock.now());
  return (await quotas.takePage(workspaceUid, day, limit)) ? null : { until: dayEnd(day), limit };
}
