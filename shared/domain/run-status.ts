import { quotaParams, quotaText, type ReachedQuota } from './quota.ts';
import { NO_PROGRESS_MS } from './timing.ts';

/** All statuses of a run, roughly in the order in which a run goes through them. */
export const RUN_STATUSES = [
  'CREATED',
  'INVALID',
  'BLOCKED',
  'QUEUED',
  'SCHEDULED',
  'RUNNING',
  'STOPPED',
  'SUCCEEDED',
  'PARTIAL_SUCCEEDED',
  'FAILED',
] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

interface Move {
  readonly from: readonly RunStatus[];
  readonly to: RunStatus;
  readonly what: string;
}

/**
 * The run's table of moves: the only ways a status changes. The guard ({@link moveFrom}), the condition each write
 * carries (`from`), the from × move test and the picture in shared/engine/README.md are all derived from it.
 */
export const RUN_MOVES = {
  admit: { from: ['CREATED', 'BLOCKED', 'SCHEDULED'], to: 'QUEUED', what: 'a slot is free' },
  block: { from: ['CREATED', 'SCHEDULED'], to: 'BLOCKED', what: 'no slot is free, or a dependency is unfinished' },
  postpone: { from: ['QUEUED', 'RUNNING'], to: 'SCHEDULED', what: 'waits for a moment' },
  begin: { from: ['QUEUED'], to: 'RUNNING', what: 'the first page starts' },
  invalidate: { from: ['CREATED', 'BLOCKED', 'QUEUED', 'SCHEDULED'], to: 'INVALID', what: 'nothing in it can run' },
  stop: { from: ['CREATED', 'BLOCKED', 'QUEUED', 'SCHEDULED', 'RUNNING'], to: 'STOPPED', what: 'cancel or deadline' },
  resume: { from: ['STOPPED'], to: 'QUEUED', what: 'resumed, a slot is free' },
  resumeBlocked: { from: ['STOPPED'], to: 'BLOCKED', what: 'resumed, no slot is free' },
  succeed: {
    from: ['BLOCKED', 'QUEUED', 'RUNNING', 'SCHEDULED'],
    to: 'SUCCEEDED',
    what: 'every input succeeded',
  },
  succeedPartly: {
    from: ['BLOCKED', 'QUEUED', 'RUNNING', 'SCHEDULED'],
    to: 'PARTIAL_SUCCEEDED',
    what: 'some inputs failed',
  },
  fail: { from: ['CREATED', 'BLOCKED', 'QUEUED', 'RUNNING', 'SCHEDULED'], to: 'FAILED', what: 'nothing came of it' },
  retry: { from: ['FAILED', 'PARTIAL_SUCCEEDED'], to: 'QUEUED', what: 'retried, a slot is free' },
  retryBlocked: { from: ['FAILED', 'PARTIAL_SUCCEEDED'], to: 'BLOCKED', what: 'retried, no slot is free' },
} as const satisfies Readonly<Record<string, Move>>;
export type RunMove = keyof typeof RUN_MOVES;

/** The status a move leads to from here, or null where the table has no such move. */
export function moveFrom(status: RunStatus, move: RunMove): RunStatus | null {
  const { from, to }: Move = RUN_MOVES[move];
  return from.includes(status) ? to : null;
}

/** Statuses in which pages may start. */
export const WORKING_STATUSES: readonly RunStatus[] = ['QUEUED', 'RUNNING'];

/**
 * Whether a run in this status has ended. A resume (STOPPED) or a retry (FAILED, PARTIAL_SUCCEEDED) can continue it.
 */
export function hasEnded(status: RunStatus): boolean {
  return ['INVALID', 'STOPPED', 'SUCCEEDED', 'PARTIAL_SUCCEEDED', 'FAILED'].includes(status);
}

/** Why a run is in its status, in words. */
export const STATUS_REASONS = {
  CONCURRENCY_LIMIT: 'Waiting for a free slot: the workspace has reached its limit of concurrent runs.',
  DEPENDENCY: 'Waiting for the runs it depends on. Resume the run to start it without them.',
  SCHEDULED_START: 'Waiting for its start time.',
  RATE_LIMIT: 'Every unfinished input is waiting for a rate limit. The run continues by itself.',
  CANCELLED_BY_CALLER: 'Cancelled by a caller. Resume the run to continue after the last recorded page.',
  DEADLINE: 'Stopped at its deadline. Resume the run to continue, with a new deadline.',
  NO_PROGRESS:
    'No page has been recorded since the time in since: a page takes long, waits in a queue, or was lost. A lost page runs again by the time in retry_at.',
} as const;
export type StatusReasonCode = keyof typeof STATUS_REASONS;

/** Why a run is in its status, where the status alone does not say it. */
export interface StatusReason {
  readonly code: StatusReasonCode;
  /** Since when the reason applies, epoch ms. */
  readonly since: number;
  /** When the engine tries again, epoch ms, or null where only an event changes it. */
  readonly retryAt: number | null;
  /** The uids of the runs it waits for; empty where it waits for something else. */
  readonly blockingUids: readonly string[];
  /** The quota that it waits for, under RATE_LIMIT; absent: it waits for something else. */
  readonly quota?: ReachedQuota;
}

/** A reason as the API words it. */
export function reasonText({ code, quota }: StatusReason): string {
  return quota === undefined ? STATUS_REASONS[code] : quotaText(quota);
}

/** What a reason says besides its words: of a quota its name, limit and when it resets. */
export function reasonParams({ quota }: StatusReason): Readonly<Record<string, unknown>> {
  return quota === undefined ? {} : quotaParams(quota);
}

/**
 * The status reason of a working run without progress since `movedAt`, or null when that is not long ago. A lost page
 * is sent again by `retryAt`. All times in epoch ms.
 */
export function stalledSince(movedAt: number, now: number, retryAt: number): StatusReason | null {
  if (movedAt + NO_PROGRESS_MS > now) return null;
  return { code: 'NO_PROGRESS', since: movedAt, retryAt, blockingUids: [] };
}

/** One step of a run's history. */
export interface HistoryEntry {
  readonly status: RunStatus;
  readonly at: number;
  readonly reason: StatusReasonCode | null;
}

const HISTORY_KEPT = 50;

/** The history with one more step. Only the last 50 steps are kept. */
export function withHistory(history: readonly HistoryEntry[], entry: HistoryEntry): readonly HistoryEntry[] {
  return [...history, entry].slice(-HISTORY_KEPT);
}
