import { isDeepStrictEqual } from 'node:util';
import type { Records } from '../records.ts';
import type { GivenPage, Truth } from '../truth.ts';
import type { LiveAnswer, LiveCall, LiveTruth } from './live-truth.ts';
import type { LiveWatch } from './live-watch.ts';

/** All that checks of live calls need of a history at rest. */
export interface LiveAftermath {
  readonly live: LiveTruth;
  readonly watch: LiveWatch;
  readonly records: Records;
  readonly truth: Truth;
  readonly stormEndedAt: number;
  readonly isCalm: boolean;
  readonly isLate: boolean;
}

/** An answer and its call. */
export interface Told {
  readonly call: LiveCall;
  readonly answer: LiveAnswer;
  /** Both in words, for messages. */
  readonly at: string;
}

export function allTold({ live }: Pick<LiveAftermath, 'live'>): readonly Told[] {
  return live.calls.flatMap((call) =>
    call.answers.map((answer) => {
      const { status, label, runUid, wait } = answer;
      const how = wait === null ? 'inline' : `wait=${wait}`;
      const outcome = `${status ?? 'not at all'} ${label ?? ''} ${runUid ?? ''}`;
      return { call, answer, at: `${callName(call)} (${how}) was answered ${outcome}` };
    }),
  );
}

export function callName({ script, page, key }: LiveCall): string {
  return `page ${page} of ${script.key}${key === null ? '' : ' (with a key)'}`;
}

/** Calls of the action for the page of a live call. */
export function givenFor(truth: Truth, { script, page }: LiveCall): readonly GivenPage[] {
  return truth.pages.filter((given) => given.key === script.key && given.page === page);
}

/** The calls of the action in a run that returned exactly these results. */
export function sourcesOf(truth: Truth, call: LiveCall, runUid: string, results: unknown): readonly GivenPage[] {
  return givenFor(truth, call).filter(
    (given) =>
      given.runUid === runUid &&
      (given.kind === 'page' || given.kind === 'same_cursor') &&
      isDeepStrictEqual(given.results, results),
  );
}
