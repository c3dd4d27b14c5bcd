/**
 * The fields of a launch that its run, or each run of its schedule, keeps unchanged. To add one, name it here, store it
 * in storage/term-records.ts, and accept and show it in api/launches/terms.ts. Code that copies terms copies it too.
 * What callbacks show besides is in domain/callback.ts and api/callbacks/schemas.ts.
 */
export interface LaunchTerms {
  readonly onInvalidInput: 'reject' | 'skip';
  readonly deadlineSeconds: number;
  /** Words to find it by, in the order given, each once; empty where there are none. */
  readonly tags: readonly string[];
}

/** The most tags that a launch or schedule has, and the most characters of one. */
export const MAX_TAGS = 10;
export const MAX_TAG_CHARACTERS = 64;

/** The defaults of the terms. */
export const LAUNCH_DEFAULTS: LaunchTerms = { onInvalidInput: 'reject', deadlineSeconds: 86_400, tags: [] };

/** A change of terms. An undefined field stays as it is, null resets it to its default. */
export type TermsChange = { readonly [Term in keyof LaunchTerms]: LaunchTerms[Term] | null | undefined };

const TERMS = Object.keys(LAUNCH_DEFAULTS) as readonly (keyof LaunchTerms)[]; // cast: keys of a literal

/** Only the terms of a record that has them. */
export function termsOf(holder: LaunchTerms): LaunchTerms {
  return pick((term) => holder[term]);
}

/** The terms after a change. */
export function termsAfter(before: LaunchTerms, change: TermsChange): LaunchTerms {
  return pick((term) => (change[term] === undefined ? before[term] : (change[term] ?? LAUNCH_DEFAULTS[term])));
}

function pick(valueOf: (term: keyof LaunchTerms) => unknown): LaunchTerms {
  return Object.fromEntries(TERMS.map((term) => [term, valueOf(term)])) as unknown as LaunchTerms; // cast: one value for each term
}
