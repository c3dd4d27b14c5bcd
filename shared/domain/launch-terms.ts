/**
 * What a launch asks for that its run, or each run of its schedule, keeps as it is. One more such field is named here, is
 * stored in storage/term-records.ts, and is taken and shown in api/launches/terms.ts; whatever copies terms copies it. What
 * callbacks show besides is in domain/callback.ts and api/callbacks/schemas.ts.
 */
export interface LaunchTerms {
  readonly onInvalidInput: 'reject' | 'skip';
  readonly deadlineSeconds: number;
}

/** What its caller did not say. */
export const LAUNCH_DEFAULTS: LaunchTerms = { onInvalidInput: 'reject', deadlineSeconds: 86_400 };

/** A change of terms: what is undefined stays, null goes back to the default. */
export type TermsChange = { readonly [Term in keyof LaunchTerms]: LaunchTerms[Term] | null | undefined };

const TERMS = Object.keys(LAUNCH_DEFAULTS) as readonly (keyof LaunchTerms)[]; // cast: keys of a literal

/** The terms of whatever has them, and nothing else of it. */
export function termsOf(holder: LaunchTerms): LaunchTerms {
  return pick((term) => holder[term]);
}

export function termsAfter(before: LaunchTerms, change: TermsChange): LaunchTerms {
  return pick((term) => (change[term] === undefined ? before[term] : (change[term] ?? LAUNCH_DEFAULTS[term])));
}

function pick(valueOf: (term: keyof LaunchTerms) => unknown): LaunchTerms {
  return Object.fromEntries(TERMS.map((term) => [term, valueOf(term)])) as unknown as LaunchTerms; // cast: one value for each term
}
