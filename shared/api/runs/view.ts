import { termsView } from '../launches/terms.ts';
import type * as z from 'zod';
import { isoOf } from '../../domain/instant.ts';
import { hasEnded, reasonParams, reasonText } from '../../domain/run-status.ts';
import type { RunControl, RunDefinition, RunCounts } from '../../domain/run.ts';
import type { launchedRun, run, runDetail, runStatusView } from './schemas.ts';

type RunView = z.output<typeof run>;

/** Epoch ms as the API writes an instant. As every view it is total: a record of any numbers can be shown. */
export const instantOf = isoOf;

export function instantOrNull(at: number | null): string | null {
  return at === null || Number.isNaN(at) ? null : instantOf(at);
}

/** A run as the API shows it. `totals` are those of its window, `open` how many inputs are in hand. */
export function runView(
  definition: RunDefinition,
  control: RunControl,
  counts: RunCounts,
  nextPageUrl: string | null = null,
): RunView {
  return {
    uid: control.uid,
    name: control.name,
    action_name: control.actionName,
    execution_mode: control.mode,
    status: control.status,
    status_reason: reasonView(control.reason ?? counts.stalled),
    parameters: { ...definition.parameters },
    callback: definition.callback === null ? null : { url: definition.callback.url, on: definition.callback.on },
    depends_on: definition.dependsOn.map(({ uid, require }) => ({ uid, require })),
    ...termsView(definition),
    attempt: control.attempt,
    inputs: inputCounts(control, counts),
    output_count: counts.totals.outputs,
    retry_count: control.retryCount,
    last_error: control.lastError === null ? null : errorView(control.lastError),
    last_info: control.lastInfo,
    next_page_url: nextPageUrl,
    scheduled_run_uid: control.scheduledRunUid,
    scheduled_run_name: definition.scheduledRunName,
    workspace_uid: control.workspaceUid,
    postponed_until: instantOrNull(control.postponedUntil),
    ...timesOf(control),
  };
}

/** A run alone, with what is computed for it. */
export function runDetailView(
  definition: RunDefinition,
  control: RunControl,
  counts: RunCounts,
  callbacks: z.output<typeof runDetail>['callbacks'],
  nextPageUrl: string | null,
): z.output<typeof runDetail> {
  const history = control.history.map(({ status, at, reason }) => ({ status, at: instantOf(at), reason }));
  return { ...runView(definition, control, counts, nextPageUrl), callbacks, history };
}

/** What a run's status call shows. */
export function statusView(control: RunControl, counts: RunCounts): z.output<typeof runStatusView> {
  return {
    uid: control.uid,
    status: control.status,
    status_reason: reasonView(control.reason ?? counts.stalled),
    postponed_until: instantOrNull(control.postponedUntil),
    inputs: inputCounts(control, counts),
    output_count: counts.totals.outputs,
    ...timesOf(control),
  };
}

/** The run a launch answers with. */
export function launchedView(
  definition: RunDefinition,
  control: RunControl,
  warnings: NonNullable<z.output<typeof launchedRun>['warnings']>,
): z.output<typeof launchedRun> {
  const run = runView(definition, control, { totals: control.totals, open: 0, stalled: null });
  return { ...run, run_uid: control.uid, ...(warnings.length === 0 ? {} : { warnings }) };
}

/** The run a live call that waits no longer is answered with. */
export function handedOverView(definition: RunDefinition, control: RunControl): z.output<typeof launchedRun> {
  return { ...runView(definition, control, { totals: control.totals, open: 1, stalled: null }), run_uid: control.uid };
}

/** The five counts of a run's inputs; they add up to its total. */
function inputCounts(control: RunControl, { totals, open }: RunCounts): RunView['inputs'] {
  const total = control.inputsTotal;
  const left = Math.max(0, total - totals.succeeded - totals.failed);
  const stopped = hasEnded(control.status) ? left : 0;
  const running = hasEnded(control.status) ? 0 : Math.min(open, left);
  return {
    total: total === 0 ? null : total,
    succeeded: totals.succeeded,
    failed: totals.failed,
    stopped,
    running,
    pending: left - stopped - running,
  };
}

function timesOf(control: RunControl): Pick<RunView, 'created_at' | 'started_at' | 'finished_at' | 'updated_at'> {
  return {
    created_at: instantOf(control.createdAt),
    started_at: instantOrNull(control.startedAt),
    finished_at: instantOrNull(control.finishedAt),
    updated_at: instantOf(control.updatedAt),
  };
}

/** Why a run is in its status, in words. */
export function reasonView(reason: RunControl['reason']): RunView['status_reason'] {
  if (reason === null) return null;
  return {
    code: reason.code,
    message: reasonText(reason),
    since: instantOf(reason.since),
    retry_at: instantOrNull(reason.retryAt),
    blocking_uids: [...reason.blockingUids],
    params: { ...reasonParams(reason) },
  };
}

type ErrorView = NonNullable<RunView['last_error']>;

/** An error record with mutable lists, as schemas infer them. */
export function errorView(error: NonNullable<RunControl['lastError']>): ErrorView {
  return {
    ...error,
    params: { ...error.params },
    validation_errors: error.validation_errors === null ? null : [...error.validation_errors],
  };
}
