import * as z from 'zod';
import { shortHash } from '../../../shared/domain/ids.ts';
import { stepCycleCheck } from '../../../shared/domain/page.ts';
import { Permanent } from '../../../shared/sdk/action-errors.ts';
import type { Stop } from './pagination.ts';

/** After so many empty pages in a row, each with a next page, the list is considered endless. */
const MAX_EMPTY_PAGES = 3;

const stateSchema = z.strictObject({
  v: z.literal(2),
  /** Where the page begins: a cursor, a page number, an offset or a URL. Null: the first page. */
  at: z.string().nullable(),
  /** Hash of the items of the page before; null where it was empty or there was none. */
  before: z.string().nullable(),
  /** Hash of the items of the first page; null where it was empty or there was none. */
  first: z.string().nullable().default(null),
  /** How many empty pages in a row came before this one. */
  empty: z.int(),
  /** Whether the page before has the same `at`: it named itself as its next page. */
  again: z.boolean(),
  /** State of the search for cursors that repeat. */
  cycle: z.strictObject({ hash: z.string(), power: z.int(), steps: z.int() }).nullable(),
});

/** What a page knows of those before it. It is the engine's cursor, and has about 200 bytes besides `at`. */
export type PagingState = z.output<typeof stateSchema>;

/** The state in a cursor. Any other cursor is one of release 0.1.0, which was `at` alone. */
export function readState(cursor: string | null): PagingState {
  const state: PagingState = { v: 2, at: cursor, before: null, first: null, empty: 0, again: false, cycle: null };
  if (cursor === null || !cursor.startsWith('{"v":2,')) return state;
  try {
    return stateSchema.parse(JSON.parse(cursor));
  } catch {
    return state; // an upstream's own cursor may begin like that
  }
}

/**
 * Whether the page is after the last one. Some upstreams repeat their last cursor: the request with it gives the same
 * page again, or an empty one. Throws Permanent if the page shows that the list would never end.
 */
export function isPastEnd(
  state: PagingState,
  results: readonly unknown[],
  { stop, what }: { readonly stop: Stop; readonly what: string },
): boolean {
  const hash = hashOf(results);
  const repeats = hash !== null && hash === state.before;
  const restarts = hash !== null && hash === state.first;
  if ((repeats && state.again) || ((repeats || restarts) && stop.repeated_page)) return true;
  if (repeats || restarts) {
    throw new Permanent(
      `${what} gave a page identical to ${repeats ? 'the one before' : 'the first'}, so it may ignore which page is asked for; if its list ends so, set stop.repeated_page`,
    );
  }
  if (!state.again || results.length === 0) return state.again;
  throw new Permanent(`${what} gave another page where it was asked for the same one again: it cannot be paged so`);
}

/**
 * The cursor of the page at `at`, after the page of `state` gave `results`. Throws Permanent if the list would never
 * end.
 */
export function nextState(state: PagingState, results: readonly unknown[], at: string, what: string): string {
  const empty = results.length === 0 ? state.empty + 1 : 0;
  if (empty >= MAX_EMPTY_PAGES) {
    throw new Permanent(
      `${what} gave three empty pages in a row, each with a next page; if an empty page is the end, set stop.empty_page`,
    );
  }
  const again = at === state.at;
  const cycle = again ? state.cycle : stepCycleCheck(state.cycle, shortHash(at));
  if (cycle === null && !again) {
    throw new Permanent(`${what} names a next page that was read before: paging would never end`);
  }
  const before = hashOf(results);
  const first = state.at === null ? before : state.first;
  return JSON.stringify({ v: 2, at, before, first, empty, again, cycle } satisfies PagingState);
}

function hashOf(results: readonly unknown[]): string | null {
  return results.length === 0 ? null : shortHash(JSON.stringify(results));
}
