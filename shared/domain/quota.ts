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

/** A quota that a workspace has reached. `resetsAt`: epoch ms; null: it does not reset by itself. */
export interface ReachedQuota {
  readonly name: QuotaName;
  readonly limit: number;
  readonly resetsAt: number | null;
}

/**
 * What the owner set for one workspace instead of the stage's quotas. 0: the workspace has none, though the stage has;
 * null: nothing, so that the stage's applies.
 */
export type OwnQuotas = { readonly [Name in keyof Quotas]: number | null };

/** The quotas of a workspace where the stage has these. */
export function quotasInForce(own: OwnQuotas, stage: Quotas): Quotas {
  const inForce = (name: keyof Quotas): number | null => (own[name] === 0 ? null : (own[name] ?? stage[name]));
  return {
    runsWaiting: inForce('runsWaiting'),
    schedules: inForce('schedules'),
    uploadsOpen: inForce('uploadsOpen'),
    pagesPerDay: inForce('pagesPerDay'),
  };
}

const TEXTS: Readonly<Record<QuotaName, (limit: number) => string>> = {
  runs_waiting: (limit) => `${limit} runs that have not started; wait until one of them starts or ends, or cancel one`,
  schedules: (limit) => `${limit} schedules that are ACTIVE or PAUSED; delete one`,
  uploads_open: (limit) => `${limit} uploads without a launch; use one of them in a launch, or wait until one expires`,
  pages_per_day: (limit) => `${limit} pages started today (UTC); pages of runs go on tomorrow by themselves`,
};

/** What is said of a quota that was reached. */
export function quotaText({ name, limit }: ReachedQuota): string {
  return `The workspace has reached its quota ${name}: ${TEXTS[name](limit)}.`;
}

/** A quota that was reached, as `params` of what it refuses or holds back. */
export function quotaParams({ name, limit, resetsAt }: ReachedQuota): Readonly<Record<string, unknown>> {
  return { quota: name, limit, resets_at: resetsAt === null ? null : isoOf(resetsAt) };
}

/** LIMIT_REACHED of a quota. */
export function quotaReached(quota: ReachedQuota): EngineError {
  return new EngineError('LIMIT_REACHED', quotaText(quota), {
    ...(quota.resetsAt === null ? {} : { postponedUntil: isoOf(quota.resetsAt) }),
    params: quotaParams(quota),
  });
}
