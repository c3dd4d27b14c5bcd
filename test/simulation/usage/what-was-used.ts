import { deriveUid } from '../../../shared/domain/ids.ts';
import type { PageRecord } from '../../../shared/domain/page.ts';
import { NO_USAGE, type UsageCounts } from '../../../shared/domain/usage-counts.ts';

/** What the runs of a workspace have really done, and whether some of it may have come too late to be counted. */
export interface UsageTruth {
  readonly counts: UsageCounts;
  readonly mayLack: boolean;
  /** A page was recorded just before a stopped run was deleted, or after: it may be counted or not. */
  readonly isOpen: boolean;
}

/** What a workspace without runs has used. */
export const NOTHING: UsageTruth = { counts: NO_USAGE, mayLack: false, isOpen: false };

/**
 * Pages that count: not those that refused an input that is none, unless the same page was recorded as another failure
 * before its run was retried. That one counted, as where its message died before the input was looked at, and what has
 * counted is not taken back. `failures`: the uids of the callbacks of all failures that were ever recorded.
 */
export function pagesOf(pages: readonly PageRecord[], failures: ReadonlySet<string> = new Set()): number {
  return pages.filter(({ runUid, input, page, attempt, outcome }) => {
    if (outcome.kind === 'RESULT' || outcome.error.error_label !== 'BAD_INPUT') return true;
    const before = Array.from({ length: attempt - 1 }, (_, at) => at + 1);
    return before.some((ending) => failures.has(deriveUid(runUid, 'input_failed', { input, page, ending })));
  }).length;
}
