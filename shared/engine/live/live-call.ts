import { EngineError, type ErrorRecord, toErrorRecord } from '../../domain/errors.ts';
import type { StoredInput } from '../../domain/input.ts';
import type { LivePage } from '../../domain/live-page.ts';
import type { PageOutcome } from '../../domain/page.ts';
import type { RunControl, RunDefinition } from '../../domain/run.ts';
import type { Action } from '../../sdk/action.ts';
import type { Ports } from '../ports.ts';
import { inputRefused, parametersRefused } from '../pages/run-action.ts';
import { storedInput } from '../launch/start-run.ts';

/** One page asked for right now. */
export interface LiveCall {
  readonly workspaceUid: string;
  readonly action: Action;
  /** The action's input, with `custom_data` in it. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly page: LivePage;
}

/** A call that its action takes. */
export interface CheckedCall extends LiveCall {
  readonly stored: StoredInput;
  /** As the action's parser gave them. */
  readonly parsedParameters: Readonly<Record<string, unknown>>;
}

/** What a live call takes. */
export type LivePorts = Pick<
  Ports,
  'clock' | 'random' | 'log' | 'runs' | 'progress' | 'paces' | 'messages' | 'settings' | 'actions' | 'actionServices'
>;

/** How a live call ended for its caller. */
export type LiveOutcome = LivePageOutcome | LiveError | HandedOver;

interface LivePageOutcome {
  readonly kind: 'page';
  readonly runUid: string;
  /** When the run began: whoever makes the answer again makes the same. */
  readonly createdAt: number;
  /** What the caller gets: the array of results, or the one record of an action that returns an object. */
  readonly body: readonly unknown[] | Readonly<Record<string, unknown>>;
  readonly nextCursor: string | null;
}

/** What the action's page ended with instead, NO_RESULT among them. */
interface LiveError {
  readonly kind: 'error';
  readonly runUid: string;
  readonly error: ErrorRecord;
}

/** The page takes longer than its caller waits: the run goes on as ASYNC. */
interface HandedOver {
  readonly kind: 'handed_over';
  readonly definition: RunDefinition;
  /** The run as it was begun. */
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

/** What a caller is told of a recorded page; the same each time. */
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
    // No fault and not stored as one: the run's own uid finds its log lines.
    const nothing = new EngineError('NO_RESULT', outcome.info.message, { params: { run_uid: runUid } });
    return { kind: 'error', runUid, error: toErrorRecord(nothing, runUid) };
  }
  const [only] = results;
  // cast: the result schema has let nothing but an object through
  const body = action.returns === 'object' ? (only as Readonly<Record<string, unknown>>) : results;
  return { kind: 'page', runUid, createdAt, body, nextCursor: outcome.nextCursor };
}
