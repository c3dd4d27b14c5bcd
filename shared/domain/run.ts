import { NO_PROGRESS_MS } from './timing.ts';
import type { ErrorRecord } from './errors.ts';
import type { LivePage } from './live-page.ts';
import type { UploadRef } from './upload.ts';

/** How a run was asked for. A schedule's runs are ASYNC runs that carry `scheduledRunUid`. */
export type ExecutionMode = 'LIVE' | 'ASYNC';

/** All statuses of a run, in the order of its life. */
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

/** Whether a run in this status has ended; STOPPED, FAILED and PARTIAL_SUCCEEDED may still be taken up by a verb. */
export function hasEnded(status: RunStatus): boolean {
  return ['INVALID', 'STOPPED', 'SUCCEEDED', 'PARTIAL_SUCCEEDED', 'FAILED'].includes(status);
}

/** How often a run has ended: once in each attempt. Every ending is told by a run.finished of its own. */
export function endingsOf({ status, attempt }: Pick<RunControl, 'status' | 'attempt'>): number {
  return hasEnded(status) ? attempt : attempt - 1;
}

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
  /** When it began to hold, epoch ms. */
  readonly since: number;
  /** When it will be looked at again, epoch ms, or null where nothing but an event changes it. */
  readonly retryAt: number | null;
  /** The runs it waits for; empty where it waits for something else. */
  readonly blockingUids: readonly string[];
}

/** What a run has done so far. */
export interface RunCounts {
  /** Settled inputs, and what the open ones have recorded. */
  readonly totals: Totals;
  /** Inputs in hand. */
  readonly open: number;
  /** Why nothing moves, where the run's own record does not say it. */
  readonly stalled: StatusReason | null;
}

/** The reason of a working run of which no input moved since `movedAt` (epoch ms); what was lost is sent again by `retryAt`. */
export function stalledSince(movedAt: number, now: number, retryAt: number): StatusReason | null {
  if (movedAt + NO_PROGRESS_MS > now) return null;
  return { code: 'NO_PROGRESS', since: movedAt, retryAt, blockingUids: [] };
}

/** A run that another waits for. */
export interface RunDependency {
  readonly uid: string;
  /** `success` is met by SUCCEEDED alone, `finish` by any ending. */
  readonly require: 'success' | 'finish';
}

/** Whether a dependency is met, can no longer be, or is still open. */
export function dependencyState({ require }: RunDependency, status: RunStatus): 'met' | 'unmet' | 'open' {
  if (!hasEnded(status)) return 'open';
  return require === 'finish' || status === 'SUCCEEDED' ? 'met' : 'unmet';
}

/** Sums over inputs that have ended. */
export interface Totals {
  readonly succeeded: number;
  readonly failed: number;
  /** Result items recorded. */
  readonly outputs: number;
  /** Distinct callbacks these inputs have called for (parts of pages, failures). */
  readonly callbacks: number;
  /** Of the failed, those whose input itself was refused: a retry leaves them out. */
  readonly refused: number;
  /** An input for which the action found nothing, the last of them to end. Null where there was none. */
  readonly lastEmpty: number | null;
}

export const NO_TOTALS: Totals = {
  succeeded: 0,
  failed: 0,
  outputs: 0,
  callbacks: 0,
  refused: 0,
  lastEmpty: null,
};

/** The move that ends a run whose inputs have all settled. */
export function endingMove(totals: Totals): 'succeed' | 'succeedPartly' | 'fail' {
  if (totals.failed === 0) return 'succeed';
  return totals.succeeded === 0 && totals.outputs === 0 ? 'fail' : 'succeedPartly';
}

/** One step of a run's history. */
export interface HistoryEntry {
  readonly status: RunStatus;
  readonly at: number;
  readonly reason: StatusReasonCode | null;
}

const HISTORY_KEPT = 50;

/** The history with one more step, the oldest forgotten beyond 50. */
export function withHistory(history: readonly HistoryEntry[], entry: HistoryEntry): readonly HistoryEntry[] {
  return [...history, entry].slice(-HISTORY_KEPT);
}

/** What does not change in a run's life: written once at launch, cached by uid. */
export interface RunDefinition {
  readonly uid: string;
  readonly workspaceUid: string;
  readonly actionName: string;
  readonly mode: ExecutionMode;
  readonly name: string | null;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Results per input at most, resolved from `parameters.max_results` and the action's default. */
  readonly maxResults: number;
  /** Null: no callbacks, results are read at /outputs. */
  readonly callback: RunCallback | null;
  readonly onInvalidInput: 'reject' | 'skip';
  readonly deadlineSeconds: number;
  readonly dependsOn: readonly RunDependency[];
  /** Not to start before (epoch ms), or null. */
  readonly scheduleAt: number | null;
  /** 0: the lines of its upload are not counted yet. */
  readonly inputsTotal: number;
  /** Where its inputs lie; absent: they came in the launch's body. */
  readonly upload?: UploadRef;
  /** Null: not the queued page of a live call. */
  readonly livePage: LivePage | null;
  readonly scheduledRunUid: string | null;
  readonly scheduledRunName: string | null;
  readonly createdAt: number;
  /** Epoch seconds, the same on every item of the run. */
  readonly expiresAt: number;
}

export interface RunCallback {
  readonly url: string;
  readonly on: 'all' | 'final';
  /** The caller's headers sealed by the keyring, or null where there are none. */
  readonly sealedHeaders: string | null;
  /** The uid they are sealed under where it is not the run's own: that of the schedule it comes from. */
  readonly sealedFor: string | null;
}

/** What moves in a run's life: one small item, each write conditioned on status and epoch. */
export interface RunControl {
  readonly uid: string;
  readonly workspaceUid: string;
  readonly actionName: string;
  readonly mode: ExecutionMode;
  readonly name: string | null;
  readonly scheduledRunUid: string | null;
  readonly status: RunStatus;
  readonly reason: StatusReason | null;
  /** Rises with cancel, resume and retry; nothing starts under an older one. */
  readonly epoch: number;
  /** The epoch of the last retry: a window of an older one is begun anew, over the inputs that failed. 0: none. */
  readonly restartEpoch: number;
  /** 1, and one more with each resume or retry. Each attempt ends once: its number is part of run.finished's uid. */
  readonly attempt: number;
  /** 0: the lines of its upload are not counted yet, or cannot be. */
  readonly inputsTotal: number;
  /** As of the last ending; while the run works, they stand in its window. */
  readonly totals: Totals;
  /** All callbacks up to the end in this epoch were delivered; 0: that is not known. */
  readonly deliveredEpoch: number;
  readonly retryCount: number;
  readonly lastError: ErrorRecord | null;
  readonly lastInfo: RunInfo | null;
  /** Null while not working: the deadline counts only time QUEUED or RUNNING. */
  readonly deadlineAt: number | null;
  /** What was left of the deadline when the run last stopped working, ms; null: all of it. */
  readonly deadlineLeftMs: number | null;
  /** For how long it was postponed in all because an upstream or its action asked to wait, ms. */
  readonly waitedMs: number;
  /** A caller had it start without the runs it depends on. */
  readonly dependenciesWaived: boolean;
  readonly postponedUntil: number | null;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly updatedAt: number;
  readonly history: readonly HistoryEntry[];
  readonly expiresAt: number;
}

/** Something worth telling that is no error, e.g. that the action found nothing. */
export interface RunInfo {
  readonly label: 'NO_RESULT';
  readonly message: string;
}
