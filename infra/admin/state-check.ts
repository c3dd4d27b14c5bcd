/** One thing that a stage needs of its table, its bucket or a secret. */
export interface StateCheck {
  /** What must be so, in a few words. */
  readonly what: string;
  /** What is so instead, in a few words; null: nothing is wrong. */
  readonly findFault: () => Promise<string | null>;
  /** Makes it so; null: that cannot be done here. */
  readonly set: (() => Promise<unknown>) | null;
}
