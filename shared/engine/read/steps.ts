/**
 * One step through a list: a row and the place after it. A step without a row ends the call, because it has read
 * enough; the list continues after that place.
 */
export interface Step<Row, Place> {
  readonly row: Row | null;
  readonly after: Place;
  /** On a step without a row: the list ends here for now, because the run is not finished. */
  readonly incomplete?: true;
}

/** How much one call may read. */
export interface Budget {
  /** Spends `units`; false when nothing was left. */
  spend(units: number): boolean;
}

/** A budget of so many units. */
export function createBudget(units: number): Budget {
  let left = units;
  return {
    spend(some) {
      if (left <= 0) return false;
      left -= some;
      return true;
    },
  };
}
