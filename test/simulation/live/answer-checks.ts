import { isDeepStrictEqual } from 'node:util';
import type { GivenPage } from '../truth.ts';
import { allTold, callName, givenFor, type LiveAftermath, sourcesOf, type Told } from './live-aftermath.ts';
import { isPaceRefusal, isStored, type LiveCall } from './live-truth.ts';

/** Answers that a calm world gives no reason for. */
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

/** Pages that were told and that no call of the action gave, or that are not on record as they were told. */
export async function untoldPages(aftermath: LiveAftermath): Promise<readonly string[]> {
  const { records, truth } = aftermath;
  const wrong: string[] = [];
  for (const { call, answer, at } of allTold(aftermath)) {
    if (answer.status !== 200) continue;
    const { body, next, runUid } = answer;
    const sources = runUid === null ? [] : sourcesOf(truth, call, runUid, body);
    if (runUid === null || sources.length === 0) {
      wrong.push(`${at}: ${JSON.stringify(body).slice(0, 300)}, which no call gave`);
      continue;
    }
    if (!sources.some((source) => (source.next === null) === (next === null)))
      wrong.push(`${at}, and its link is ${next ?? 'missing'}`);
    const control = records.control(runUid);
    const { mode, status, totals } = control ?? {};
    const count = (body as readonly unknown[]).length; // cast: what a call gave
    if (mode !== 'LIVE' || status !== 'SUCCEEDED' || totals?.outputs !== count)
      wrong.push(`${at}, its run is ${mode ?? 'not there'} ${status ?? ''} with ${totals?.outputs ?? 'no'} outputs`);
    if (call.key === null && answer.wait === null) continue;
    const pages = await records.pages(runUid, 0);
    if (pages.length !== 1 || !isDeepStrictEqual(pages[0]?.results, body))
      wrong.push(`${at}, on record are ${JSON.stringify(pages.map(({ results }) => results)).slice(0, 300)}`);
  }
  return wrong;
}

/** Errors that the action did not bring about, or that their runs do not know of. */
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
      ...(isKnown && isAsLive ? [] : [`${at}, its run is ${control?.mode ?? ''} ${control?.status ?? 'not there'}`]),
      ...(isEarned || mayBeOurs ? [] : [`${at}, and its action did nothing of the kind`]),
    ];
  });
}

/** Time an inline page has, less a second. */
const LIVE_MS = 24_000;

/** What an action must have done for an error to be told. */
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

/** Answers that say otherwise than they were asked whether they waited. */
export function missaidPreferences(aftermath: LiveAftermath): readonly string[] {
  return allTold(aftermath).flatMap(({ answer, at }) => {
    if (!isStored(answer)) return [];
    const { applied, wait } = answer;
    const due = wait === null ? null : `wait=${wait}`;
    return applied === due ? [] : [`${at} and Preference-Applied ${applied ?? 'none'}`];
  });
}

/** Pages that were asked for with another cursor than the page before came with, and pages that nobody asked for. */
export function strayLinks(aftermath: LiveAftermath): readonly string[] {
  const { truth, live } = aftermath;
  const walks = Map.groupBy(live.calls, ({ script }) => script.key);
  const unasked = truth.pages.flatMap(({ key, page }) => {
    const walk = walks.get(key);
    return walk === undefined || walk.some((call) => call.page === page)
      ? []
      : [`the action was asked for page ${page} of ${key}, its caller never did`];
  });
  const strays = live.calls.flatMap((call) => {
    const cursors = cursorsTo(aftermath, call);
    return givenFor(truth, call).flatMap(({ cursor }) =>
      cursors.has(cursor)
        ? []
        : [`${callName(call)} was asked for with ${cursor ?? 'nothing'}, not ${[...cursors].join(' or ')}`],
    );
  });
  return [...unasked, ...strays];
}

/**
 * The cursors that the told page before a call's came with: more than one where calls gave results alike, or where its run
 * was stopped with its page on record and its caller read no more than the link.
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
