import { isDeepStrictEqual } from 'node:util';
import type { GivenPage } from '../truth.ts';
import { allTold, callName, givenFor, type LiveAftermath, sourcesOf, type Told } from './live-aftermath.ts';
import { isPaceRefusal, isStored, type LiveCall } from './live-truth.ts';

/** Answers that are not explained if no fault is on. */
export function unansweredInCalm(aftermath: LiveAftermath): readonly string[] {
  if (!aftermath.isCalm) return [];
  return allTold(aftermath).flatMap(({ call, answer, at }) => {
    const isAlone = call.answers.length === 1;
    const isKnown =
      isStored(answer) ||
      (answer.status === 400 && (answer.sent === 'refused' || (answer.sent === 'other' && call.page > 0))) ||
      (answer.status === 409 && call.key !== null && !isAlone) ||
      (call.isPaced && isPaceRefusal(answer));
    return isKnown ? [] : [at];
  });
}

/** Answered pages that no call of the action returned, or that are recorded differently. */
export async function untoldPages(aftermath: LiveAftermath): Promise<readonly string[]> {
  const { records, truth } = aftermath;
  const wrong: string[] = [];
  for (const { call, answer, at } of allTold(aftermath)) {
    if (answer.status !== 200) continue;
    const { body, next, runUid } = answer;
    const sources = runUid === null ? [] : sourcesOf(truth, call, runUid, body);
    if (runUid === null || sources.length === 0) {
      wrong.push(`${at} with ${JSON.stringify(body).slice(0, 300)}, which no call of the action returned`);
      continue;
    }
    if (!sources.some((source) => (source.next === null) === (next === null)))
      wrong.push(`${at}, but its link to the next page is ${next ?? 'missing'}`);
    const control = records.control(runUid);
    const { mode, status, totals } = control ?? {};
    const count = (body as readonly unknown[]).length; // cast: what a call gave
    if (mode !== 'LIVE' || status !== 'SUCCEEDED' || totals?.outputs !== count)
      wrong.push(`${at}, but its run is ${mode ?? 'missing'} ${status ?? ''} with ${totals?.outputs ?? 'no'} outputs`);
    if (call.key === null && answer.wait === null) continue;
    const pages = await records.pages(runUid, 0);
    if (pages.length !== 1 || !isDeepStrictEqual(pages[0]?.results, body))
      wrong.push(`${at}, but on record is ${JSON.stringify(pages.map(({ results }) => results)).slice(0, 300)}`);
  }
  return wrong;
}

/** Errors that the action did not cause, or that their runs do not have. */
export function unearnedErrors(aftermath: LiveAftermath): readonly string[] {
  const { records, isCalm } = aftermath;
  return allTold(aftermath).flatMap((told) => {
    const { answer, at } = told;
    if (!isStored(answer) || answer.label === null) return [];
    const control = records.control(answer.runUid);
    const isFine = answer.label === 'NO_RESULT';
    const known = isFine ? control?.lastInfo?.label : control?.lastError?.error_label;
    const isKnown = known === answer.label && control?.status === (isFine ? 'SUCCEEDED' : 'FAILED');
    const isAsLive = control?.mode === 'LIVE';
    const kinds = KINDS_OF[answer.label] ?? [];
    const isEarned = givenOf(aftermath, told).some(({ kind }) => kinds.includes(kind));
    // A call that broke off, or was slower than its time, may not be known to the upstream.
    const isOurs = isCalm ? (told.call.script.takes_ms ?? 0) > LIVE_MS : true;
    const mayBeOurs = answer.label.startsWith('UPSTREAM_') && isOurs;
    return [
      ...(isKnown && isAsLive ? [] : [`${at}, but its run is ${control?.mode ?? ''} ${control?.status ?? 'missing'}`]),
      ...(isEarned || mayBeOurs ? [] : [`${at}, but its action did not cause that`]),
    ];
  });
}

/** Time an inline page has, less a second. */
const LIVE_MS = 24_000;

/** What the action must have done for each error label. */
const KINDS_OF: Readonly<Partial<Record<string, readonly GivenPage['kind'][]>>> = {
  NO_RESULT: ['no_result'],
  LIMIT_REACHED: ['rate_limited'],
  ACTION_FAILED: ['permanent', 'throw', 'invalid_result', 'same_cursor'],
  UPSTREAM_ERROR: ['retryable', 'retryable_at', 'throw'],
  UPSTREAM_TIMEOUT: ['hang'],
};

function givenOf({ truth }: LiveAftermath, { call, answer }: Told): readonly GivenPage[] {
  return givenFor(truth, call).filter(({ runUid }) => runUid === answer.runUid);
}

/** Answers whose Preference-Applied differs from the Prefer header of the call. */
export function missaidPreferences(aftermath: LiveAftermath): readonly string[] {
  return allTold(aftermath).flatMap(({ answer, at }) => {
    if (!isStored(answer)) return [];
    const { applied, wait } = answer;
    const due = wait === null ? null : `wait=${wait}`;
    return applied === due
      ? []
      : [`${at} with Preference-Applied ${applied ?? 'missing'}, correct is ${due ?? 'none'}`];
  });
}

/** Pages requested with another cursor than that of the page before, and pages that no caller asked for. */
export function strayLinks(aftermath: LiveAftermath): readonly string[] {
  const { truth, live } = aftermath;
  const walks = Map.groupBy(live.calls, ({ script }) => script.key);
  const unasked = truth.pages.flatMap(({ key, page }) => {
    const walk = walks.get(key);
    return walk === undefined || walk.some((call) => call.page === page)
      ? []
      : [`the action was called for page ${page} of ${key}, for which its caller never asked`];
  });
  const strays = live.calls.flatMap((call) => {
    const cursors = cursorsTo(aftermath, call);
    return givenFor(truth, call).flatMap(({ cursor }) =>
      cursors.has(cursor)
        ? []
        : [`${callName(call)} was requested with cursor ${cursor ?? 'none'}, correct is ${[...cursors].join(' or ')}`],
    );
  });
  return [...unasked, ...strays];
}

/**
 * The cursors that the told page before a call's came with: more than one where calls gave results alike, or where its
 * run was stopped with its page on record and its caller read no more than the link.
 */
function cursorsTo({ truth }: LiveAftermath, { from }: LiveCall): ReadonlySet<string | null> {
  if (from === null) return new Set([null]);
  const { call, answer } = from;
  const runUid = answer.runUid ?? '';
  const results = answer.status === 202 ? (call.ended?.outputs ?? null) : answer.body;
  const sources =
    results === null
      ? givenFor(truth, call).filter((given) => given.runUid === runUid)
      : sourcesOf(truth, call, runUid, results);
  return new Set(sources.map(({ next }) => next));
}
