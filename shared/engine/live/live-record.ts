import { LAUNCH_DEFAULTS } from '../../domain/launch-terms.ts';
import { expiryOfRun } from '../../domain/expiry.ts';
import { type PageOutcome, pagesAdded } from '../../domain/page.ts';
import { createdControl, NO_TOTALS, type RunControl, type RunDefinition } from '../../domain/run.ts';
import type { CheckedCall, LivePorts } from './live-call.ts';

/** The deadline of a queued live call, s. An inline call has less. */
export const QUEUED_DEADLINE_S = 86_400;

/**
 * The definition of a live run that begins now. Its expiry is computed from the longer deadline in every case: with one
 * key a call may run inline and then be queued, and both write records of the same run.
 */
export function liveDefinition(
  ports: Pick<LivePorts, 'clock' | 'settings'>,
  call: CheckedCall,
  uid: string,
  own: Pick<RunDefinition, 'maxResults' | 'deadlineSeconds' | 'livePage'>,
): RunDefinition {
  const now = ports.clock.now();
  return {
    ...LAUNCH_DEFAULTS,
    tags: call.tags,
    ...own,
    uid,
    workspaceUid: call.workspaceUid,
    actionName: call.action.name,
    mode: 'LIVE',
    name: null,
    parameters: call.parsedParameters,
    callback: null,
    dependsOn: [],
    scheduleAt: null,
    inputsTotal: 1,
    scheduledRunUid: null,
    scheduledRunName: null,
    createdAt: now,
    expiresAt: expiryOfRun(now, QUEUED_DEADLINE_S, ports.settings.retentionDays),
  };
}

/** The control record of a live run that has just begun. */
export function begunControl(definition: RunDefinition, deadlineAt: number | null): RunControl {
  const { createdAt } = definition;
  return {
    ...createdControl(definition),
    status: 'RUNNING',
    deadlineAt,
    startedAt: createdAt,
    history: [{ status: 'RUNNING', at: createdAt, reason: null }],
  };
}

/** The control record of a live run whose page has ended. */
export function endedControl(definition: RunDefinition, now: number, outcome: PageOutcome): RunControl {
  const begun = begunControl(definition, null);
  const isFailed = outcome.kind === 'FAILURE';
  const info = isFailed ? null : outcome.info;
  const status = isFailed ? 'FAILED' : 'SUCCEEDED';
  return {
    ...begun,
    status,
    totals: {
      ...NO_TOTALS,
      succeeded: isFailed ? 0 : 1,
      failed: isFailed ? 1 : 0,
      pages: pagesAdded({ page: 0, outcome }, 0),
      outputs: isFailed ? 0 : outcome.count,
      lastEmpty: info === null ? null : 0,
    },
    lastError: isFailed ? outcome.error : null,
    lastInfo: info,
    finishedAt: now,
    updatedAt: now,
    history: [...begun.history, { status, at: now, reason: null }],
  };
}
