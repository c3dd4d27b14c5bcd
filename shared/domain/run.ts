import type { LaunchTerms } from './launch-terms.ts';
import type { ErrorRecord } from './errors.ts';
import type { LivePage } from './live-page.ts';
import { hasEnded, type HistoryEntry, type RunStatus, type StatusReason } from './run-status.ts';
import type { UploadRef } from './upload.ts';
import type { UsageCounts } from './usage-counts.ts';

/** How a run was launched. A schedule's runs are ASYNC runs that have a `scheduledRunUid`. */
export type ExecutionMode = 'LIVE' | 'ASYNC';

/** How often a run has ended: once per finished attempt. Each ending has its own run.finished callback. */
export function endingsOf({ status, attempt }: Pick<RunControl, 'status' | 'attempt'>): number {
  return hasEnded(status) ? attempt : attempt - 1;
}

/** What a run has done so far. */
export interface RunCounts {
  /** Sums over ended inputs, plus what the open ones have recorded. */
  readonly totals: Totals;
  /** How many inputs are open: they have a place in the run's window. */
  readonly open: number;
  /** Why there is no progress, where the run's own record does not say it. */
  readonly stalled: StatusReason | null;
}

/** A run that another run waits for. */
export interface RunDependency {
  readonly uid: string;
  /** `success` is met by SUCCEEDED alone, `finish` by any ending. */
  readonly require: 'success' | 'finish';
}

/** Whether a dependency is met, can no longer be met, or is still undecided (`open`). */
export function dependencyState({ require }: RunDependency, status: RunStatus): 'met' | 'unmet' | 'open' {
  if (!hasEnded(status)) return 'open';
  return require === 'finish' || status === 'SUCCEEDED' ? 'met' : 'unmet';
}

/** Sums over inputs that have ended. */
export interface Totals {
  readonly succeeded: number;
  readonly failed: number;
  /** Pages recorded, whether they gave results or failed; a page that refused its input as BAD_INPUT is none. */
  readonly pages: number;
  /** Result items recorded. */
  readonly outputs: number;
  /** Distinct callbacks these inputs have called for (parts of pages, failures). */
  readonly callbacks: number;
  /** Of the failed, those whose input itself was refused: a retry leaves them out. */
  readonly refused: number;
  /** The last ended input for which the action found nothing; null: none. */
  readonly lastEmpty: number | null;
}

export const NO_TOTALS: Totals = {
  succeeded: 0,
  failed: 0,
  pages: 0,
  outputs: 0,
  callbacks: 0,
  refused: 0,
  lastEmpty: null,
};

/** The move that ends a run whose inputs have all ended. */
export function endingMove(totals: Totals): 'succeed' | 'succeedPartly' | 'fail' {
  if (totals.failed === 0) return 'succeed';
  return totals.succeeded === 0 && totals.outputs === 0 ? 'fail' : 'succeedPartly';
}

/** The part of a run that does not change: written once at launch, cached by uid. */
export interface RunDefinition extends LaunchTerms {
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
  readonly dependsOn: readonly RunDependency[];
  /** The run does not start before this time (epoch ms); null: at once. */
  readonly scheduleAt: number | null;
  /** Number of inputs; 0: the lines of its upload are not counted yet. */
  readonly inputsTotal: number;
  /** The upload with its inputs; absent: they came in the launch's body. */
  readonly upload?: UploadRef;
  /** The queued page of a live call; null: the run is not one. */
  readonly livePage: LivePage | null;
  readonly scheduledRunUid: string | null;
  readonly scheduledRunName: string | null;
  readonly createdAt: number;
  /** Epoch seconds, the same on every item of the run. */
  readonly expiresAt: number;
}

/** A callback as its caller asks for it. */
export interface CallbackRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly on: 'all' | 'final';
}

/** Where a run's callbacks go. */
export interface RunCallback {
  readonly url: string;
  /** `all`: a callback per page and failed input, and run.finished; `final`: only run.finished. */
  readonly on: 'all' | 'final';
  /** The caller's headers sealed by the keyring, or null where there are none. */
  readonly sealedHeaders: string | null;
  /** The uid they are sealed under where it is not the run's own: that of the schedule it comes from. */
  readonly sealedFor: string | null;
}

/** The part of a run that changes: one small item. Every write is conditioned on status and epoch. */
export interface RunControl {
  readonly uid: string;
  readonly workspaceUid: string;
  readonly actionName: string;
  readonly mode: ExecutionMode;
  readonly name: string | null;
  readonly scheduledRunUid: string | null;
  readonly status: RunStatus;
  readonly reason: StatusReason | null;
  /** Raised by each cancel, resume and retry. No work starts under an older epoch. */
  readonly epoch: number;
  /** The epoch of the last retry; 0: none. A window of an older epoch is opened anew, over the inputs that failed. */
  readonly restartEpoch: number;
  /** Starts at 1; each resume or retry adds one. An attempt ends once, and its number is part of run.finished's uid. */
  readonly attempt: number;
  /** Number of inputs; 0: the lines of its upload are not counted yet, or cannot be. */
  readonly inputsTotal: number;
  /** As of the last ending. While the run works, the current totals are in its window. */
  readonly totals: Totals;
  /**
   * The epoch of a stop since which `totals` hold what the run has recorded, for no page of it can be recorded any
   * more; 0: none.
   */
  readonly totalsEpoch: number;
  /** It has a callback, so that each of its endings is one more (`run.finished`). */
  readonly callsBack: boolean;
  /**
   * What the usage of the day of its creation counts of it; what it adds to that is in a record of its own. Null: all
   * it has done when it ends (domain/usage.ts).
   */
  readonly usageBefore: UsageCounts | null;
  /** The epoch up to whose ending all callbacks are known to be delivered; 0: not known. */
  readonly deliveredEpoch: number;
  readonly retryCount: number;
  readonly lastError: ErrorRecord | null;
  readonly lastInfo: RunInfo | null;
  /** When the run is stopped (epoch ms); null while it does not work: only time QUEUED or RUNNING counts. */
  readonly deadlineAt: number | null;
  /** What was left of the deadline when the run last stopped working, ms; null: all of it. */
  readonly deadlineLeftMs: number | null;
  /** How long it was postponed in total because an upstream or its action asked to wait, ms. */
  readonly waitedMs: number;
  /** A caller resumed it without the runs it depends on. */
  readonly dependenciesWaived: boolean;
  readonly postponedUntil: number | null;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly updatedAt: number;
  readonly history: readonly HistoryEntry[];
  /** The bulk that changed it last; absent: none did. A repeated step of that bulk leaves it as it is. */
  readonly bulkUid?: string;
  readonly expiresAt: number;
}

/** The control record of a run that was just created. */
export function createdControl(definition: RunDefinition): RunControl {
  const { createdAt } = definition;
  return {
    uid: definition.uid,
    workspaceUid: definition.workspaceUid,
    actionName: definition.actionName,
    mode: definition.mode,
    name: definition.name,
    scheduledRunUid: definition.scheduledRunUid,
    status: 'CREATED',
    reason: null,
    epoch: 1,
    restartEpoch: 0,
    attempt: 1,
    inputsTotal: definition.inputsTotal,
    totals: NO_TOTALS,
    totalsEpoch: 0,
    callsBack: definition.callback !== null,
    usageBefore: null,
    deliveredEpoch: 0,
    retryCount: 0,
    lastError: null,
    lastInfo: null,
    deadlineAt: null,
    deadlineLeftMs: null,
    waitedMs: 0,
    dependenciesWaived: false,
    postponedUntil: null,
    createdAt,
    startedAt: null,
    finishedAt: null,
    updatedAt: createdAt,
    history: [{ status: 'CREATED', at: createdAt, reason: null }],
    expiresAt: definition.expiresAt,
  };
}

/** A note about a run that is not an error, e.g. that the action found nothing. */
export interface RunInfo {
  readonly label: 'NO_RESULT';
  readonly message: string;
}
