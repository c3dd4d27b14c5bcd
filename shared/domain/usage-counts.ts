/** What runs have done. */
export interface UsageCounts {
  /** Runs that were launched or started by a schedule; live calls that became async are among them. */
  readonly runs: number;
  readonly liveCalls: number;
  /** Pages recorded. */
  readonly pages: number;
  /** Result items recorded. */
  readonly outputs: number;
  /** Distinct callbacks: parts of pages, failed inputs and endings. */
  readonly callbacks: number;
}

export const NO_USAGE: UsageCounts = { runs: 0, liveCalls: 0, pages: 0, outputs: 0, callbacks: 0 };

export function addUsage(one: UsageCounts, other: UsageCounts): UsageCounts {
  return {
    runs: one.runs + other.runs,
    liveCalls: one.liveCalls + other.liveCalls,
    pages: one.pages + other.pages,
    outputs: one.outputs + other.outputs,
    callbacks: one.callbacks + other.callbacks,
  };
}

export function subtractUsage(from: UsageCounts, what: UsageCounts): UsageCounts {
  return {
    runs: from.runs - what.runs,
    liveCalls: from.liveCalls - what.liveCalls,
    pages: from.pages - what.pages,
    outputs: from.outputs - what.outputs,
    callbacks: from.callbacks - what.callbacks,
  };
}
