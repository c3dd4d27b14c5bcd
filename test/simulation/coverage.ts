/** Counts by name what happened in histories, such as `fault:lost_message` or `move:succeed from RUNNING`. */
export class Coverage {
  readonly counts: Map<string, number> = new Map();

  hit(name: string, times = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + times);
  }

  /** Adds the counts of other histories. */
  add(other: Iterable<readonly [string, number]>): void {
    for (const [name, times] of other) this.hit(name, times);
  }

  count(name: string): number {
    return this.counts.get(name) ?? 0;
  }

  /** The names with this prefix, without it, each with its count; ordered by name. */
  under(prefix: string): readonly (readonly [string, number])[] {
    const found = [...this.counts].filter(([name]) => name.startsWith(prefix));
    return found
      .map(([name, count]) => [name.slice(prefix.length), count] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1));
  }
}
