/** Something that is read from elsewhere and has versions, of which the current one is the highest. */
interface Versioned {
  readonly currentVersion: number;
  holds(version: number): boolean;
}

/**
 * Gives what is kept; where that lacks the version `holding`, reads again at once. `newest` reads in any case. A
 * version that is nowhere gives what there is.
 */
export type ReadVersioned<Value> = (holding?: number | 'newest') => Promise<Value>;

/** How far above the current version one may be that is looked for: whoever makes a version up causes no reads. */
const VERSIONS_AHEAD = 10;
/** How long a version that was not found is not looked for again. */
const MISS_MS = 1_000;
/** After a read that failed, what is kept is used for so long before the next try. */
const RETRY_MS = 10_000;

/** Reads on first use, keeps what was read for `trustMs`, and reads again for a version that it lacks. */
export function createVersionedReader<Value extends Versioned>(
  read: () => Promise<Value>,
  { now, trustMs }: { readonly now: () => number; readonly trustMs: number },
): ReadVersioned<Value> {
  let known: { readonly value: Value; readonly until: number } | null = null;
  let reading: Promise<Value> | null = null;
  const misses = new Map<number, number>();

  function readAnew(): Promise<Value> {
    reading ??= read()
      .then((value) => {
        known = { value, until: now() + trustMs };
        return value;
      })
      .finally(() => (reading = null));
    return reading;
  }

  /** What is read anew, else what is kept: a service that is away must not stop what can go on. */
  async function renew(kept: Value): Promise<Value> {
    try {
      return await readAnew();
    } catch {
      known = { value: kept, until: now() + RETRY_MS }; // the next try reports a service that stays away
      return kept;
    }
  }

  function isLookedFor(value: Value, version: number): boolean {
    const isPossible = version > value.currentVersion && version <= value.currentVersion + VERSIONS_AHEAD;
    return isPossible && now() >= (misses.get(version) ?? 0);
  }

  return async (holding) => {
    if (known === null || holding === 'newest') return readAnew();
    const { value, until } = known;
    if (now() >= until) return renew(value);
    if (holding === undefined || value.holds(holding) || !isLookedFor(value, holding)) return value;
    const renewed = await readAnew();
    if (!renewed.holds(holding)) misses.set(holding, now() + MISS_MS);
    return renewed;
  };
}
