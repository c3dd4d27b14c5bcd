import type { ErrorRecord } from './errors.ts';
import { LIMITS } from './limits.ts';
import type { RunInfo } from './run.ts';

/** The outcome in a page's record: facts about its results, or why the input failed there. */
export type PageOutcome =
  | {
      readonly kind: 'RESULT';
      /** Items on the page. */
      readonly count: number;
      /** Null on the last page. */
      readonly nextCursor: string | null;
      readonly last: boolean;
      /** Callbacks the page is split into. */
      readonly parts: number;
      readonly info: RunInfo | null;
    }
  | { readonly kind: 'FAILURE'; readonly error: ErrorRecord };

/**
 * The page record: written once by a conditional put, it is the run's progress and the page's pending callback. A retry
 * replaces a FAILURE of an older epoch; a RESULT is never replaced. Results lie beside it (inline or in S3).
 */
export interface PageRecord {
  readonly runUid: string;
  readonly input: number;
  readonly page: number;
  readonly outcome: PageOutcome;
  /** The cursor that the page was requested with. A retry begins there. */
  readonly cursor: string | null;
  /** Results of the input up to and with this page. */
  readonly results: number;
  /** Callbacks of the input up to and with this page. */
  readonly callbacks: number;
  /** Attempts spent beyond the first of each page, up to and with this page. */
  readonly tries: number;
  readonly epoch: number;
  /** The run's attempt in which it was recorded. Its callback shows it. */
  readonly attempt: number;
  /** Short hash of the message whose worker wrote it. */
  readonly by: string;
  readonly at: number;
  /** Version of the callback body built from it. */
  readonly version: number;
}

/** Whether a page's outcome is that its input itself is refused: trying again is of no use. */
export function isRefusal(outcome: PageOutcome): boolean {
  return outcome.kind === 'FAILURE' && outcome.error.error_label === 'BAD_INPUT';
}

/**
 * How many pages this record adds to those that were counted of its input before: all up to it, but not one that
 * refuses the input.
 */
export function pagesAdded({ page, outcome }: Pick<PageRecord, 'page' | 'outcome'>, before: number): number {
  return Math.max(0, page + (isRefusal(outcome) ? 0 : 1) - before); // a retry may end in a refusal of the page that failed
}

/** Brent's cycle check: one remembered cursor hash and two counters find any cycle of cursors in O(1) memory. */
export interface CycleCheck {
  readonly hash: string;
  readonly power: number;
  readonly steps: number;
}

/**
 * One step of Brent's algorithm ("An improved Monte Carlo factorization algorithm", BIT 20, 1980): the next state, or
 * null when this cursor is the remembered one and paging would never end.
 */
export function stepCycleCheck(state: CycleCheck | null, hash: string): CycleCheck | null {
  if (state === null) return { hash, power: 1, steps: 0 };
  if (state.hash === hash) return null;
  const steps = state.steps + 1;
  return steps === state.power ? { hash, power: state.power * 2, steps: 0 } : { ...state, steps };
}

/**
 * The cursor after a live page, with which the caller asks for the next; null where an input may have no more pages.
 */
export function cursorWithin(page: number, nextCursor: string | null): string | null {
  return page + 1 < LIMITS.pagesPerInput ? nextCursor : null;
}

/** Ends a page by what the action returned: cuts the results at the maximum and decides whether a next page follows. */
export function cutPage(
  results: readonly unknown[],
  nextCursor: string | null,
  at: { readonly resultsBefore: number; readonly maxResults: number },
): { readonly results: readonly unknown[]; readonly nextCursor: string | null; readonly last: boolean } {
  const room = Math.max(0, at.maxResults - at.resultsBefore);
  const kept = results.length > room ? results.slice(0, room) : results;
  const full = kept.length === room;
  const last = nextCursor === null || full;
  return { results: kept, nextCursor: last ? null : nextCursor, last };
}
