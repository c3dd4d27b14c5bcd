/** What the histories have hit, counted by name. */
export class Coverage {
  readonly counts: Map<string, number> = new Map();

  hit(name: string, times = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + times);
  }

  /** Adds what other histories have hit. */
  add(other: Iterable<readonly [string, number]>): void {
    for (const [name, times] of other) this.hit(name, times);
  }

  count(name: string): number {
    return this.counts.get(name) ?? 0;
  }

  /** Names that begin so, with the rest of the name and the count, in the order of their names. */
  under(prefix: string): readonly (readonly [string, number])[] {
    const found = [...this.counts].filter(([name]) => name.startsWith(prefix));
    return found
      .map(([name, count]) => [name.slice(prefix.length), count] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1));
  }
}
