import { Lru } from './lru.ts';

/**
 * A read by key whose value is kept for `keptMs`, for the `max` keys that were used last. Who asks while it is being
 * read waits for the same read; one that fails is not kept.
 */
export function keepReads<Value>(
  { now, keptMs, max }: { readonly now: () => number; readonly keptMs: number; readonly max: number },
  read: (key: string) => Promise<Value>,
): (key: string) => Promise<Value> {
  const known = new Lru<{ readonly at: number; readonly value: Promise<Value> }>(max);
  return (key) => {
    const at = now();
    const found = known.get(key);
    if (found !== undefined && at - found.at < keptMs) return found.value;
    const value = read(key);
    known.set(key, { at, value });
    value.catch(() => known.delete(key)); // the next call reads again
    return value;
  };
}
