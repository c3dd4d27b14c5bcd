import { EngineError, type ErrorRecord, toErrorRecord } from '../../domain/errors.ts';
import type { QuotaPorts } from '../quotas.ts';
import type { StoredInput } from '../../domain/input.ts';
import type { LivePage } from '../../domain/live-page.ts';
import type { PageOutcome } from '../../domain/page.ts';
import type { RunControl, RunDefinition } from '../../domain/run.ts';
import type { Action } from '../../sdk/action.ts';
import type { Ports } from '../ports.ts';
import { inputRefused, parametersRefused } from '../pages/schema-refusals.ts';
import { storedInput } from '../launch/check-launch.ts';

/** A request for one page, answered at once. */
export interface LiveCall {
  readonly workspaceUid: string;
  readonly action: Action;
  /** The action's input, with `custom_data` in it. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly page: LivePage;
  readonly tags: RunDefinition['tags'];
}

/** A call that its action accepts. */
export interface CheckedCall extends LiveCall {
  readonly stored: StoredInput;
  /** The parameters as the action's parser returned them. */
  readonly parsedParameters: Readonly<Record<string, unknown>>;
}

/** The ports of a live call. */
export type LivePorts = Pick<
  Ports,
  | 'clock'
  | 'random'
  | 'log'
  | 'runs'
  | 'progress'
  | 'logs'
  | 'paces'
  | 'messages'
  | 'settings'
  | 'actions'
  | 'actionServices'
> &
  QuotaPorts;

/** How a live call ended for its caller. */
export type LiveOutcome = LivePageOutcome | LiveError | HandedOver;

interface LivePageOutcome {
  readonly kind: 'page';
  readonly runUid: string;
  /** When the run began, epoch ms: a repeated answer shows the same time. */
  readonly createdAt: number;
  /** The body of the answer: the array of results, or the one record of an action that returns an object. */
  readonly body: readonly unknown[] | Readonly<Record<string, unknown>>;
  readonly nextCursor: string | null;
}

/** The page failed, or the action found nothing (NO_RESULT). */
interface LiveError {
  readonly kind: 'error';
  readonly runUid: string;
  readonly error: ErrorRecord;
}

/** The page takes longer than its caller waits: the run goes on as ASYNC. */
interface HandedOver {
  readonly kind: 'handed_over';
  readonly definition: RunDefinition;
  /** The run as it began. */
  readonly control: RunControl;
}

/** Checks a call before anything is written. Throws BAD_INPUT, BAD_PARAMETERS. */
export function checkLiveCall(call: LiveCall): CheckedCall {
  const stored = storedInput(call.input);
  const input = call.action.parseInput(stored.input);
  if (!input.ok) {
    const faults = input.errors.map(({ path, message }) => ({
      path: path === '' ? 'input' : `input.${path}`,
      message,
    }));
    throw inputRefused(faults);
  }
  const parameters = call.action.parseParameters(call.parameters);
  if (!parameters.ok) throw parametersRefused(parameters.errors);
  return { ...call, stored, parsedParameters: parameters.value };
}

/** The answer to a live call from its recorded page. Deterministic: a repeated answer is the same. */
export function liveOutcome(
  action: Action,
  run: { readonly uid: string; readonly createdAt: number },
  outcome: PageOutcome,
  results: readonly unknown[],
): LivePageOutcome | LiveError {
  const { uid: runUid, createdAt } = run;
  if (outcome.kind === 'FAILURE') {
    const { error } = outcome;
    return { kind: 'error', runUid, error: { ...error, params: { ...error.params, run_uid: runUid } } };
  }
  if (outcome.info !== null) {
    // Not an error and not stored as one; its `error_ref` is the run's uid, which finds the log lines.
    const nothing = new EngineError('NO_RESULT', outcome.info.message, { params: { run_uid: runUid } });
    return { kind: 'error', runUid, error: toErrorRecord(nothing, runUid) };
  }
  const [only] = results;
  // cast: the result schema has let nothing but an object through
  const body = action.returns === 'object' ? (only as Readonly<Record<string, unknown>>) : results;
  return { kind: 'page', runUid, createdAt, body, nextCursor: outcome.nextCursor };
}
