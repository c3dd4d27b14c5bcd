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

/** Pages that the action was called for: one that refused an input that is none was not. */
export function pagesOf(pages: readonly PageRecord[]): number {
  return pages.filter(({ outcome }) => outcome.kind === 'RESULT' || outcome.error.error_label !== 'BAD_INPUT').length;
}
