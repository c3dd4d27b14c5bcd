import { EngineError } from './errors.ts';
import { isoOf } from './instant.ts';

/** What the owner of a stage may bound for a workspace, besides its rates. */
export const QUOTAS = ['runs_waiting', 'schedules', 'uploads_open', 'pages_per_day'] as const;
export type QuotaName = (typeof QUOTAS)[number];

/** The quotas of a workspace; null: it has none. */
export interface Quotas {
  /** Runs that were accepted and have not started. */
  readonly runsWaiting: number | null;
  /** Schedules that are ACTIVE or PAUSED. */
  readonly schedules: number | null;
  /** Uploads that wait for a launch. */
  readonly uploadsOpen: number | null;
  /** Pages that start on one UTC day. */
  readonly pagesPerDay: number | null;
}

const TEXTS: Readonly<Record<QuotaName, (limit: number) => string>> = {
  runs_waiting: (limit) => `${limit} runs that have not started; wait until one of them starts or ends, or cancel one`,
  schedules: (limit) => `${limit} schedules that are ACTIVE or PAUSED; delete one`,
  uploads_open: (limit) => `${limit} uploads without a launch; use one of them in a launch, or wait until one expires`,
  pages_per_day: (limit) => `${limit} pages started today (UTC); pages of runs go on tomorrow by themselves`,
};

/** LIMIT_REACHED of a quota. `resetsAt`: when it frees something by itself (epoch ms); null: no time is known. */
export function quotaReached(quota: QuotaName, limit: number, resetsAt: number | null): EngineError {
  const at = resetsAt === null ? null : isoOf(resetsAt);
  const message = `The workspace has reached its quota ${quota}: ${TEXTS[quota](limit)}.`;
  return new EngineError('LIMIT_REACHED', message, {
    ...(at === null ? {} : { postponedUntil: at }),
    params: { quota, limit, resets_at: at },
  });
}
