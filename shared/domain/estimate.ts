import { placesOf } from './input.ts';
import { LIMITS } from './limits.ts';
import { leastMsOf, type Pace } from './pace.ts';
import { type TypicalPage, USUAL_PAGE, usdOfRun } from './run-cost.ts';

/** What an estimate is made from. */
export interface PlannedRun {
  /** Inputs that the action accepts. */
  readonly inputs: number;
  /** Of these, the most that the action's pace counts together; the same as `inputs` without a pace. */
  readonly inputsOfOneKey: number;
  /** Results of an input at most. */
  readonly maxResults: number;
  readonly pageSize: number;
  readonly pace: Pace | null;
  /** What the action says of its pages; null: nothing. */
  readonly typicalPage: TypicalPage | null;
  readonly callbacks: 'all' | 'final' | 'none';
  readonly inputsInFlight: number;
  readonly inputsAPlace: number;
  readonly retentionDays: number;
}

/** What a run would take if each input gave as many results as it may, on full pages. */
export interface RunEstimate {
  readonly pages: number;
  /** From its first page to its last, at least; null: the action has no pace and does not say what a page takes. */
  readonly seconds: number | null;
  readonly usd: number;
}

/**
 * From one page of an input to its next, beside the action: three calls of DynamoDB, a send, the way through the queue.
 */
const STEP_MS = 45;

export function estimateRun(plan: PlannedRun): RunEstimate {
  const { inputs, pace, typicalPage, inputsInFlight, inputsAPlace } = plan;
  const pagesAnInput = Math.min(LIMITS.pagesPerInput, Math.ceil(plan.maxResults / plan.pageSize));
  const pages = inputs * pagesAnInput;
  if (pages === 0) return { pages, seconds: 0, usd: 0 };
  const places = placesOf(inputs, { limit: inputsInFlight, inputsAPlace, pace });
  const usd = usdOfRun({
    inputs,
    pages,
    places: Math.min(inputs, places),
    page: typicalPage ?? USUAL_PAGE,
    callbacks: plan.callbacks,
    callsASecond: pace === null ? null : (pace.calls / pace.perMs) * 1_000,
    retentionDays: plan.retentionDays,
  });
  const stepMs = typicalPage === null || typicalPage.ms === null ? null : typicalPage.ms + STEP_MS;
  const byPage = stepMs === null ? 0 : Math.ceil(inputs / places) * pagesAnInput * stepMs;
  const byPace = pace === null ? 0 : leastMsOf(pace, plan.inputsOfOneKey * pagesAnInput);
  const seconds = stepMs === null && pace === null ? null : Math.ceil(Math.max(byPage, byPace) / 1_000);
  return { pages, seconds, usd };
}
