import type { LaunchWarning } from '../../domain/dry-run.ts';
import { leastMsOf } from '../../domain/pace.ts';
import type { Action } from '../../sdk/action.ts';
import { type Launch, storedInput } from './check-launch.ts';

/**
 * Warns where the action's pace alone keeps the run from ending by its deadline, assuming one call per input and no
 * other use of the pace. There is no warning without a pace, because then nobody knows how long a page takes, nor for
 * an upload, whose inputs are counted later.
 */
export function warnOfDeadline(
  action: Action,
  { inputs, deadlineSeconds }: Pick<Launch, 'inputs' | 'deadlineSeconds'>,
): LaunchWarning[] {
  const { pace } = action;
  // Cheap check first: if even all inputs under one key fit the deadline, nothing has to be counted. Most launches do.
  if (pace === null || leastMsOf(pace, inputs.length) <= deadlineSeconds * 1_000) return [];
  const calls = mostCalls(action, inputs);
  const seconds = Math.floor(leastMsOf(pace, calls) / 1_000);
  if (seconds <= deadlineSeconds) return [];
  const number = (value: number): string => value.toLocaleString('en-US');
  const counted = pace.by === null ? `${number(calls)} inputs` : `${number(calls)} inputs of one key`;
  const gap = pace.minGapMs === 0 ? '' : ` at least ${number(pace.minGapMs)} ms apart,`;
  const message =
    `At the pace of ${action.name}, ${number(pace.calls)} calls in ${number(pace.perMs)} ms,${gap} ${counted} ` +
    `take at least ${number(seconds)} s; deadline_seconds is ${number(deadlineSeconds)}. ` +
    'The run will be STOPPED at its deadline, and can be resumed. Allow more time, or use fewer inputs.';
  return [{ code: 'DEADLINE_TOO_SHORT', message }];
}

/** The largest number of inputs that the pace counts under one key. Inputs that the action refuses make no call. */
export function mostCalls({ pace, parseInput }: Action, inputs: Launch['inputs']): number {
  const counts = new Map<string, number>();
  let most = 0;
  for (const given of inputs) {
    const parsed = parseInput(storedInput(given).input);
    if (!parsed.ok) continue;
    const key = keyOf(pace?.by ?? null, parsed.value);
    if (key === null) continue;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    most = Math.max(most, count);
  }
  return most;
}

/** The pace's key of an input. Null where the action gives none: the page fails then and waits for no turn. */
function keyOf(by: NonNullable<Action['pace']>['by'], input: Readonly<Record<string, unknown>>): string | null {
  if (by === null) return '';
  try {
    const key: unknown = by(input);
    return typeof key === 'string' ? key : null;
  } catch {
    return null;
  }
}
