const MAX_CHUNK = 512;

interface Chunk<V> {
  readonly keys: string[];
  readonly values: V[];
}

/**
 * A map in code-unit order of its keys: arrays of at most 512 entries, so that 100,000 keys stay fast to insert into.
 */
export class SortedMap<V> {
  #chunks: Chunk<V>[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: string): V | undefined {
    const chunk = this.#chunks[this.#chunkFor(key)];
    if (chunk === undefined) return undefined;
    const at = lowerBound(chunk.keys, key);
    return chunk.keys[at] === key ? chunk.values[at] : undefined;
  }

  set(key: string, value: V): void {
    const index = this.#chunkFor(key);
    const chunk = this.#chunks[index];
    if (chunk === undefined) {
      this.#chunks.push({ keys: [key], values: [value] });
      this.#size += 1;
      return;
    }
    const at = lowerBound(chunk.keys, key);
    if (chunk.keys[at] === key) {
      chunk.values[at] = value;
      return;
    }
    chunk.keys.splice(at, 0, key);
    chunk.values.splice(at, 0, value);
    this.#size += 1;
    if (chunk.keys.length > MAX_CHUNK) this.#split(index, chunk, at === chunk.keys.length - 1);
  }

  delete(key: string): void {
    const index = this.#chunkFor(key);
    const chunk = this.#chunks[index];
    if (chunk === undefined) return;
    const at = lowerBound(chunk.keys, key);
    if (chunk.keys[at] !== key) return;
    chunk.keys.splice(at, 1);
    chunk.values.splice(at, 1);
    this.#size -= 1;
    if (chunk.keys.length === 0) this.#chunks.splice(index, 1);
  }

  /** Entries with `lower` ≤ key < `upper` (null: no bound), ascending or descending. Not to be changed meanwhile. */
  *range(lower: string, upper: string | null, descending: boolean): Generator<[string, V], void, void> {
    if (descending) yield* this.#descend(lower, upper);
    else yield* this.#ascend(lower, upper);
  }

  *#ascend(lower: string, upper: string | null): Generator<[string, V], void, void> {
    for (let index = this.#chunkFor(lower); index < this.#chunks.length; index += 1) {
      const chunk = this.#chunks[index];
      if (chunk === undefined) return;
      for (let at = lowerBound(chunk.keys, lower); at < chunk.keys.length; at += 1) {
        const key = chunk.keys[at];
        const value = chunk.values[at];
        if (key === undefined || value === undefined || (upper !== null && key >= upper)) return;
        yield [key, value];
      }
    }
  }

  *#descend(lower: string, upper: string | null): Generator<[string, V], void, void> {
    const last = upper === null ? this.#chunks.length - 1 : this.#chunkFor(upper);
    for (let index = last; index >= 0; index -= 1) {
      const chunk = this.#chunks[index];
      if (chunk === undefined) return;
      const end = upper === null ? chunk.keys.length : lowerBound(chunk.keys, upper);
      for (let at = end - 1; at >= 0; at -= 1) {
        const key = chunk.keys[at];
        const value = chunk.values[at];
        if (key === undefined || value === undefined || key < lower) return;
        yield [key, value];
      }
    }
  }

  /** The last chunk whose first key is ≤ key, or the first one. */
  #chunkFor(key: string): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const first = this.#chunks[middle]?.keys[0];
      if (first !== undefined && first <= key) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  /** Halves a full chunk; appended keys leave a full chunk behind, so rising keys fill memory densely. */
  #split(index: number, chunk: Chunk<V>, appended: boolean): void {
    const at = appended ? chunk.keys.length - 1 : chunk.keys.length >>> 1;
    this.#chunks.splice(index + 1, 0, { keys: chunk.keys.splice(at), values: chunk.values.splice(at) });
  }
}

/** Position of the first key ≥ `key`. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const candidate = keys[middle];
    if (candidate !== undefined && candidate < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
