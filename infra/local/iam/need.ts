/** One permission a request needs: an action on a resource, with the condition keys the request carries. */
export interface Need {
  readonly action: string;
  readonly resource: string;
  readonly conditionKeys: Readonly<Record<string, readonly string[]>>;
}

/** What is needed besides the request's body: parts of ARNs, REST fields, and the keys of tables. */
export interface NeedsContext {
  readonly region: string;
  readonly account: string;
  /** Path, query and headers of a REST request; empty for the `X-Amz-Target` protocols. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The partition key attribute of a table or of one of its indexes, for `dynamodb:LeadingKeys`. */
  readonly partitionKeyOf: (table: string, index: string | undefined) => string | undefined;
}
