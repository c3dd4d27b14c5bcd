import type { GivenPage, Truth } from '../truth.ts';

/** Least time between a refusal and the next request for the same page, whatever time the upstream gave. */
const LEAST_MS = 1_000;

/**
 * Requests that came too soon after the upstream refused the same page for its rate. Runs on which verbs were used are
 * left out: a page of theirs may have been in flight that no one waits for.
 */
export function unheededRefusals({ pages, verbs }: Pick<Truth, 'pages' | 'verbs'>): readonly string[] {
  const disturbed = new Set(verbs.map(({ runUid }) => runUid));
  const last = new Map<string, GivenPage>();
  const broken: string[] = [];
  for (const given of pages.toSorted((a, b) => a.at - b.at)) {
    if (disturbed.has(given.runUid)) continue;
    const name = `${given.runUid} input ${given.input} page ${given.page}`;
    const before = last.get(name);
    last.set(name, given);
    if (before?.kind !== 'rate_limited' || given.at - before.at >= LEAST_MS) continue;
    broken.push(`${name} was refused at ${before.at} and requested again at ${given.at}, within ${LEAST_MS} ms`);
  }
  return broken;
}
