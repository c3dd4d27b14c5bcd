/**
 * One step through a list: a row and the place after it. A step without a row says that the work of one call is done:
 * the list goes on after that place.
 */
export interface Step<Row, Place> {
  readonly row: Row | null;
  readonly after: Place;
  /** On a step without a row: it is not the work that ends here but what there is so far. */
  readonly incomplete?: true;
}

/** How much one call may read before it pauses. */
export interface Budget {
  /** Takes so much; false when nothing was left before. */
  spend(units: number): boolean;
}

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
