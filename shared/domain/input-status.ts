import type { OpenInput, RunWindow, Wait } from './input.ts';
import type { ReachedQuota } from './quota.ts';
import type { RunStatus } from './run-status.ts';
import type { ExecutionMode } from './run.ts';

/**
 * All statuses of an input. None is stored: they follow from the run, its window and the notes of its failed inputs.
 */
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

/** What an input's status is derived from. */
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
 * The status of an input. It is CREATED until it has a place in the window, then QUEUED until its first page was tried,
 * SCHEDULED while it waits for a moment, and RUNNING otherwise. An input that had not ended when its run ended is
 * STOPPED.
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
      // A live run has one input, with the run's status. In other runs every input has ended that ever had a place.
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

/** Whether an open input waits for a moment that is yet to come. */
export function isWaiting(open: Wait, now: number): boolean {
  return open.until !== null && open.until > now;
}

/** A wait that all open inputs of a run share. Times in epoch ms. */
export interface LimitWait {
  readonly since: number;
  /** When the first of them is due. */
  readonly until: number;
  /** The quota that holds back the one that is due first; null: it waits for something else. */
  readonly quota: ReachedQuota | null;
}

/**
 * The wait of a run whose open inputs all wait, at least one for a limit. Null: some do not wait, or only for a retry.
 */
export function limitWait(window: Pick<RunWindow, 'open'>, now: number): LimitWait | null {
  const open = [...window.open.values()];
  const limits = open.filter(({ reserved, limited }) => reserved === true || limited !== undefined);
  if (limits.length === 0 || !open.every((entry) => isWaiting(entry, now))) return null;
  const until = Math.min(...open.map((entry) => entry.until ?? now));
  return { since: Math.min(...limits.map(({ limited }) => limited?.since ?? now)), until, quota: heldBy(open, until) };
}

/** The quota that holds back what is due at `until`, the first of these waits; null: there is none. */
export function heldBy(open: readonly Wait[], until: number): ReachedQuota | null {
  const limit = open.find((entry) => entry.until === until && entry.limited?.quota !== undefined)?.limited?.quota;
  return limit === undefined ? null : { name: 'pages_per_day', limit, resetsAt: until };
}
