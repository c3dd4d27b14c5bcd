import type { InputScript } from '../launch-body.ts';

/** How an input ends if nothing but its script goes wrong. */
export interface ExpectedEnd {
  readonly outcome: 'SUCCEEDED' | 'FAILED';
  /** Page records, the failed one among them. */
  readonly pages: number;
  readonly outputs: number;
  /** Calls of the upstream. */
  readonly calls: number;
}

const TRIES = 3;

/**
 * The end that a script leads to, computed without the engine's code. Null if a cursor repeats once among the pages:
 * the engine's search for cycles may find that or not.
 */
export function expectedEnd(script: InputScript, maxResults: number): ExpectedEnd | null {
  let outputs = 0;
  let calls = 0;
  for (let page = 0; ; page += 1) {
    const fail = script.fails?.find((one) => one.page === page);
    const ends = (outcome: ExpectedEnd['outcome']): ExpectedEnd => ({ outcome, pages: page + 1, outputs, calls });
    switch (fail?.kind) {
      case 'retryable':
      case 'retryable_at':
      case 'throw':
      case 'hang':
        calls += Math.min(TRIES, fail.times);
        if (fail.times >= TRIES) return ends('FAILED');
        calls += 1;
        break;
      case 'rate_limited':
        calls += fail.times + 1;
        break;
      case 'permanent':
      case 'invalid_result':
        calls += 1;
        return ends('FAILED');
      case 'no_result':
        calls += 1;
        return ends('SUCCEEDED');
      case 'same_cursor':
        calls += 1;
        if (page > 0) return null;
        outputs = Math.min(maxResults, outputs + script.per_page);
        return ends('SUCCEEDED');
      case undefined:
        calls += 1;
    }
    outputs = Math.min(maxResults, outputs + script.per_page);
    if (page + 1 === script.pages || outputs === maxResults) return ends('SUCCEEDED');
  }
}
