import { leastMsOf } from '../../domain/pace.ts';
import type { Action } from '../../sdk/action.ts';
import { type Launch, storedInput } from './start-run.ts';

/** What the caller of a launch had better know, though it was taken. */
export interface LaunchWarning {
  readonly code: 'DEADLINE_TOO_SHORT';
  readonly message: string;
}

/**
 * Says so where the action's pace alone keeps a run from ending by its deadline, were each input a single call and were
 * nothing else to use the pace. Without a pace nobody knows how long a page takes, and nothing is said; nor of an upload,
 * whose inputs are counted later.
 */
export function warnOfDeadline(
  action: Action,
  { inputs, deadlineSeconds }: Pick<Launch, 'inputs' | 'deadlineSeconds'>,
): LaunchWarning[] {
  const { pace } = action;
  // An input is a call, and calls of one key only can be more than the pace lets through: most launches end here.
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

/** Inputs that the pace counts together, at most; of those it refuses there is no call. */
function mostCalls({ pace, parseInput }: Action, inputs: Launch['inputs']): number {
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

/** Null where the action cannot say: its page fails then, and waits for nothing. */
function keyOf(by: NonNullable<Action['pace']>['by'], input: Readonly<Record<string, unknown>>): string | null {
  if (by === null) return '';
  try {
    const key: unknown = by(input);
    return typeof key === 'string' ? key : null;
  } catch {
    return null;
  }
}
