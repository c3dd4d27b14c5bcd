import type { ErrorLabel } from './errors.ts';

/** What a bulk does to each of its runs. */
export const BULK_ACTIONS = ['cancel', 'resume', 'retry', 'replay_callbacks'] as const;
export type BulkAction = (typeof BULK_ACTIONS)[number];

/** All statuses of a bulk, in the order in which it goes through them; FINISHED and CANCELLED are final. */
export const BULK_STATUSES = ['QUEUED', 'COUNTING', 'RUNNING', 'FINISHED', 'CANCELLED'] as const;
export type BulkStatus = (typeof BULK_STATUSES)[number];

/** A run that a bulk could not do. */
export interface BulkFailure {
  readonly runUid: string;
  readonly label: ErrorLabel;
  readonly message: string;
}

/**
 * A bulk: it first lists its runs, in parts, and then does them, part by part and a few at a time. Every write is
 * conditioned on its version.
 */
export interface Bulk {
  readonly uid: string;
  readonly workspaceUid: string;
  readonly action: BulkAction;
  /** Its runs are counted, and nothing is done to them. */
  readonly dryRun: boolean;
  readonly status: BulkStatus;
  /** Raised by each write. */
  readonly version: number;
  /** Raised by each step of its workers. A message is for one step. */
  readonly step: number;
  /** How many runs are listed, in how many parts. */
  readonly matched: number;
  readonly parts: number;
  /** Whether all its runs are listed. */
  readonly isCounted: boolean;
  /** The part that is being done, and how many of its runs are done. */
  readonly part: number;
  readonly offset: number;
  readonly done: number;
  readonly failed: number;
  /** The first {@link FAILURES_TOLD}. */
  readonly failures: readonly BulkFailure[];
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly finishedAt: number | null;
  /** Epoch seconds. */
  readonly expiresAt: number;
}

/** Runs in one part of the list, and runs that one step does. */
export const RUNS_A_PART = 100;
export const RUNS_A_STEP = 25;
/** Runs that could not be done and are listed; the others are counted. */
export const FAILURES_TOLD = 100;

export function isOver(status: BulkStatus): boolean {
  return status === 'FINISHED' || status === 'CANCELLED';
}

/** The bulk after it was given its turn in its workspace. */
export function begun<B extends Bulk>(bulk: B, now: number): B {
  return stepped(bulk, now, { status: 'COUNTING' });
}

/** The bulk after a part with so many runs was listed. */
export function listed<B extends Bulk>(
  bulk: B,
  list: { readonly runs: number; readonly more: boolean },
  now: number,
): B {
  const parts = bulk.parts + 1;
  const matched = bulk.matched + list.runs;
  if (list.more) return stepped(bulk, now, { parts, matched });
  const isEnd = bulk.dryRun || matched === 0;
  return stepped(bulk, now, { parts, matched, isCounted: true, status: isEnd ? 'FINISHED' : 'RUNNING' });
}

/** The bulk after runs of its part, which has `partSize` of them, were done or failed. */
export function worked<B extends Bulk>(
  bulk: B,
  {
    done,
    failures,
    partSize,
  }: { readonly done: number; readonly failures: readonly BulkFailure[]; readonly partSize: number },
  now: number,
): B {
  const offset = bulk.offset + done + failures.length;
  const isPartDone = offset >= partSize;
  const part = bulk.part + (isPartDone ? 1 : 0);
  return stepped(bulk, now, {
    part,
    offset: isPartDone ? 0 : offset,
    done: bulk.done + done,
    failed: bulk.failed + failures.length,
    failures: [...bulk.failures, ...failures].slice(0, FAILURES_TOLD),
    status: part >= bulk.parts ? 'FINISHED' : bulk.status,
  });
}

/** The bulk after a caller cancelled it. */
export function cancelled<B extends Bulk>(bulk: B, now: number): B {
  return changed(bulk, now, { status: 'CANCELLED' });
}

/** One more step. A bulk that was cancelled meanwhile stays so: what the step did counts. */
function stepped<B extends Bulk>(bulk: B, now: number, change: Partial<Bulk>): B {
  const kept = isOver(bulk.status) ? { status: bulk.status } : {};
  return changed(bulk, now, { ...change, ...kept, step: bulk.step + 1 });
}

function changed<B extends Bulk>(bulk: B, now: number, change: Partial<Bulk>): B {
  const next = { ...bulk, ...change, version: bulk.version + 1, updatedAt: Math.max(now, bulk.updatedAt) };
  return isOver(next.status) && next.finishedAt === null ? { ...next, finishedAt: next.updatedAt } : next;
}
