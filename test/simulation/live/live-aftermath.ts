import { isDeepStrictEqual } from 'node:util';
import type { Records } from '../records.ts';
import type { GivenPage, Truth } from '../truth.ts';
import type { LiveAnswer, LiveCall, LiveTruth } from './live-truth.ts';
import type { LiveWatch } from './live-watch.ts';

/** What the live calls of a history left behind. */
export interface LiveAftermath {
  readonly live: LiveTruth;
  readonly watch: LiveWatch;
  readonly records: Records;
  readonly truth: Truth;
  readonly stormEndedAt: number;
  readonly isCalm: boolean;
  readonly isLate: boolean;
}

/** An answer with the call it is of. */
export interface Told {
  readonly call: LiveCall;
  readonly answer: LiveAnswer;
  /** Both in words. */
  readonly at: string;
}

export function allTold({ live }: Pick<LiveAftermath, 'live'>): readonly Told[] {
  return live.calls.flatMap((call) =>
    call.answers.map((answer) => {
      const { status, label, runUid, wait } = answer;
      const how = wait === null ? 'inline' : `wait=${wait}`;
      const said = `${status ?? 'nothing'} ${label ?? ''} ${runUid ?? ''}`;
      return { call, answer, at: `${callName(call)} (${how}) was told ${said}` };
    }),
  );
}

export function callName({ script, page, key }: LiveCall): string {
  return `page ${page} of ${script.key}${key === null ? '' : ', keyed,'}`;
}

/** Calls of the action for one page of a walk. */
export function givenFor(truth: Truth, { script, page }: LiveCall): readonly GivenPage[] {
  return truth.pages.filter((given) => given.key === script.key && given.page === page);
}

/** The calls of the action in a run that gave just these results. */
export function sourcesOf(truth: Truth, call: LiveCall, runUid: string, results: unknown): readonly GivenPage[] {
  return givenFor(truth, call).filter(
    (given) =>
      given.runUid === runUid &&
      (given.kind === 'page' || given.kind === 'same_cursor') &&
      isDeepStrictEqual(given.results, results),
  );
}
