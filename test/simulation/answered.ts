/** An answer of the API as its caller reads it. */
export interface Answered {
  /** Null: the caller was told nothing. */
  readonly status: number | null;
  readonly label: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}
