import type { OpenInput, RunWindow, Wait } from './input.ts';
import type { ExecutionMode, RunStatus } from './run.ts';

/** All statuses of an input. None is stored: they follow from the window, from what is noted of failures, and the run. */
export const INPUT_STATUSES = [
  'CREATED',
  'QUEUED',
  'SCHEDULED',
  'RUNNING',
  'BLOCKED',
  'STOPPED',
  'FAILED',
  'SUCCEEDED',
] as const;
export type InputStatus = (typeof INPUT_STATUSES)[number];

/** What an input's status follows from. */
export interface InputFacts {
  readonly run: { readonly mode: ExecutionMode; readonly status: RunStatus };
  /** How it ended, or null. */
  readonly end: 'SUCCEEDED' | 'FAILED' | null;
  /** Its place in the window of the run's own epoch, or null. */
  readonly open: OpenInput | null;
  /** Whether any of its pages is recorded. */
  readonly hasPages: boolean;
  readonly now: number;
}

/**
 * The status of an input. One whose turn has not come is CREATED; once it has its place it is QUEUED until its first
 * page was tried, SCHEDULED while it waits for a moment, and RUNNING else. What a run that ended leaves is STOPPED.
 */
export function inputStatus({ run, end, open, hasPages, now }: InputFacts): InputStatus {
  if (end !== null) return end;
  switch (run.status) {
    case 'CREATED':
    case 'BLOCKED':
    case 'STOPPED':
      return run.status;
    case 'INVALID':
      return 'FAILED';
    case 'SUCCEEDED':
    case 'FAILED':
      // A live run is its one input; of another everything has ended, but for what never had its turn.
      return run.mode === 'LIVE' ? run.status : 'STOPPED';
    case 'PARTIAL_SUCCEEDED':
      return 'STOPPED';
    case 'QUEUED':
    case 'SCHEDULED':
    case 'RUNNING':
      if (run.mode === 'LIVE') return 'RUNNING';
      if (open === null) return run.status === 'SCHEDULED' ? 'SCHEDULED' : 'CREATED';
      if (isWaiting(open, now)) return 'SCHEDULED';
      return open.page === 0 && open.attempt === 0 && !hasPages ? 'QUEUED' : 'RUNNING';
  }
}

/** Whether an input in hand is held back until a moment that is yet to come. */
export function isWaiting(open: Wait, now: number): boolean {
  return open.until !== null && open.until > now;
}

/** What all of a run that works waits for: since when, and when the first is due (epoch ms). */
export interface LimitWait {
  readonly since: number;
  readonly until: number;
}

/** Whether every input in hand waits, at least one of them for a limit. Null: something moves, or waits for a retry only. */
export function limitWait(window: Pick<RunWindow, 'open'>, now: number): LimitWait | null {
  const open = [...window.open.values()];
  const limits = open.filter(({ held, limited }) => held === true || limited !== undefined);
  if (limits.length === 0 || !open.every((entry) => isWaiting(entry, now))) return null;
  return {
    since: Math.min(...limits.map(({ limited }) => limited?.since ?? now)),
    until: Math.min(...open.map(({ until }) => until ?? now)),
  };
}
