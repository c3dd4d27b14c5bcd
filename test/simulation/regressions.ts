import type { Scenario } from './workload.ts';

/** A history that once broke a promise. */
export interface Regression {
  readonly seed: number;
  readonly scenario?: Scenario;
  /** What was at fault. */
  readonly was: string;
}

/**
 * Seeds name histories only as long as workload and engine draw alike. What stays is the planted bug that takes a fix
 * out again (planted-bugs.ts, `undoes`); when draws change, `npm run simulate -- --planted NAME` names its seed anew.
 */
export const REGRESSIONS: readonly Regression[] = [];
