import type { GivenPage, Truth } from '../truth.ts';

/** Between a refusal and the next request for the same page, whatever the upstream said. */
const LEAST_MS = 1_000;

/**
 * Where an upstream that limits its rate was asked for a page again too soon. Of a run that a caller stopped, a page may
 * have been in flight that nobody waits for.
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
    broken.push(`${name} was asked for at ${before.at}, refused, and asked for again at ${given.at}`);
  }
  return broken;
}
