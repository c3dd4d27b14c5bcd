import type { Scenario } from '../scenarios.ts';

/** A bug that someone might write, as a change of the source: `find` must be in the file exactly once. */
export interface PlantedBug {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** Where it shows soonest; absent: in any. */
  readonly scenario?: Scenario;
}
