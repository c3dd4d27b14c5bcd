import { EngineError, type ErrorRecord } from '../domain/errors.ts';
import { runUidOf } from '../domain/ids.ts';
import { cutPage } from '../domain/page.ts';
import { NO_TOTALS, type RunControl, type RunDefinition, type RunInfo, type RunStatus } from '../domain/run.ts';
import type { Action } from '../sdk/action.ts';
import type { Ports } from './ports.ts';
import { inputRefused, parametersRefused, runAction } from './run-action.ts';
import { findAction, storedInput } from './start-run.ts';
import { tellError } from './tell-error.ts';

/** One page asked for right now. */
export interface LiveCall {
  readonly workspaceUid: string;
  readonly actionName: string;
  /** The action's input, with `custom_data` in it. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The upstream's cursor, from the page before. */
  readonly cursor: string | null;
  /** From 0. */
  readonly page: number;
}

export interface LiveAnswer {
  readonly runUid: string;
  /** What the caller gets: the array of results, or the one record of an action that returns an object. */
  readonly body: readonly unknown[] | Readonly<Record<string, unknown>>;
  readonly nextCursor: string | null;
  readonly pageSize: number;
}

/** What a live call takes. */
export type LivePorts = Pick<Ports, 'clock' | 'chance' | 'log' | 'runs' | 'settings' | 'actions' | 'world'>;

const UID_BYTES = 10;

/**
 * Runs one page inline and records it as a run, in one write after the action has ended. An error that reached the
 * action is thrown with `params.run_uid`; one of ours before that (no such action, bad input) leaves no record.
 */
export async function runLive(ports: LivePorts, call: LiveCall): Promise<LiveAnswer> {
  const action = findAction(ports, call.actionName, 'live');
  const given = storedInput(call.input);
  const input = action.parseInput(given.input);
  if (!input.ok)
    throw inputRefused(
      input.errors.map(({ path, message }) => ({ path: path === '' ? 'input' : `input.${path}`, message })),
    );
  const parameters = action.parseParameters(call.parameters);
  if (!parameters.ok) throw parametersRefused(parameters.errors);
  const startedAt = ports.clock.now();
  const uid = runUidOf(ports.chance.bytes(UID_BYTES));
  const definition: RunDefinition = {
    uid,
    workspaceUid: call.workspaceUid,
    actionName: action.name,
    mode: 'LIVE',
    name: null,
    parameters: parameters.value,
    // max_results bounds async runs; live, the caller stops by not following X-Pagination-Next.
    maxResults: action.maxResults.ceiling,
    callback: null,
    onInvalidInput: 'reject',
    deadlineSeconds: Math.ceil(ports.settings.liveTimeoutMs / 1_000),
    dependsOn: [],
    scheduleAt: null,
    inputsTotal: 1,
    scheduledRunUid: null,
    scheduledRunName: null,
    createdAt: startedAt,
    expiresAt: Math.ceil(startedAt / 1_000) + ports.settings.retentionDays * 86_400,
  };
  const result = await runAction(ports, {
    action,
    runUid: uid,
    workspaceUid: call.workspaceUid,
    inputIndex: 0,
    input: given.input,
    parameters: call.parameters,
    cursor: call.cursor,
    page: call.page,
    timeoutMs: ports.settings.liveTimeoutMs,
  });
  const record = (end: LiveEnd): Promise<void> =>
    ports.runs.recordLive(definition, liveControl(definition, ports.clock.now(), end), given);

  if (result.kind === 'page') {
    const resultsBefore = call.page * action.pageSize;
    const cut = cutPage(result.results, result.nextCursor, {
      page: call.page,
      resultsBefore,
      maxResults: definition.maxResults,
    });
    await record({ status: 'SUCCEEDED', outputs: cut.results.length, error: null, info: null });
    return { runUid: uid, body: bodyOf(action, cut.results), nextCursor: cut.nextCursor, pageSize: action.pageSize };
  }
  const error = liveError(result);
  const about = { run_uid: uid, action: action.name };
  if (result.kind === 'no_result') {
    const info = { label: 'NO_RESULT', message: result.message } as const;
    await record({ status: 'SUCCEEDED', outputs: 0, error: null, info });
  } else {
    await record({ status: 'FAILED', outputs: 0, error: tellError(ports, error, about), info: null });
  }
  const details = { ...error.details, params: { ...error.details.params, run_uid: uid } };
  throw new EngineError(error.label, error.message, details, { cause: error.cause });
}

/** The array of results, or of an action that returns an object its one record. */
function bodyOf(action: Action, results: readonly unknown[]): LiveAnswer['body'] {
  const [only] = results;
  // cast: the result schema has let nothing but an object through
  return action.returns === 'object' ? (only as Readonly<Record<string, unknown>>) : results;
}

function liveError(result: Exclude<Awaited<ReturnType<typeof runAction>>, { kind: 'page' }>): EngineError {
  switch (result.kind) {
    case 'no_result':
      return new EngineError('NO_RESULT', result.message);
    case 'rate_limited': {
      const postponedUntil = new Date(result.retryAt).toISOString();
      return new EngineError('LIMIT_REACHED', `The upstream limits its rate: ${result.message}`, { postponedUntil });
    }
    case 'retryable':
    case 'permanent':
      return result.error;
  }
}

interface LiveEnd {
  readonly status: Extract<RunStatus, 'SUCCEEDED' | 'FAILED'>;
  readonly outputs: number;
  readonly error: ErrorRecord | null;
  readonly info: RunInfo | null;
}

function liveControl(definition: RunDefinition, now: number, end: LiveEnd): RunControl {
  const failed = end.status === 'FAILED';
  return {
    uid: definition.uid,
    workspaceUid: definition.workspaceUid,
    actionName: definition.actionName,
    mode: 'LIVE',
    name: null,
    scheduledRunUid: null,
    status: end.status,
    reason: null,
    epoch: 1,
    restartEpoch: 0,
    attempt: 1,
    endings: 1,
    inputsTotal: 1,
    totals: {
      ...NO_TOTALS,
      succeeded: failed ? 0 : 1,
      failed: failed ? 1 : 0,
      outputs: end.outputs,
      lastFailed: failed ? 0 : null,
      lastEmpty: end.info === null ? null : 0,
    },
    formerCallbacks: 0,
    retryCount: 0,
    lastError: end.error,
    lastInfo: end.info,
    deadlineAt: null,
    deadlineLeftMs: null,
    dependenciesWaived: false,
    postponedUntil: null,
    createdAt: definition.createdAt,
    startedAt: definition.createdAt,
    finishedAt: now,
    updatedAt: now,
    history: [
      { status: 'RUNNING', at: definition.createdAt, reason: null },
      { status: end.status, at: now, reason: null },
    ],
    expiresAt: definition.expiresAt,
  };
}
