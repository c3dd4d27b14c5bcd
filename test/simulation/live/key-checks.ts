import { expectedEnd } from '../checks/expected-end.ts';
import { pageScript } from '../run-truth.ts';
import { callName, givenFor, type LiveAftermath } from './live-aftermath.ts';
import { isPaceRefusal, isStored, type LiveAnswer, type LiveCall } from './live-truth.ts';

/** Keys with more than one run. */
export function severalRuns({ live, truth }: LiveAftermath): readonly string[] {
  return keyed(live.calls).flatMap((call) => {
    const told = call.answers.filter(isStored).map(({ runUid }) => runUid);
    const uids = new Set([...told, ...givenFor(truth, call).map(({ runUid }) => runUid)]);
    return uids.size <= 1 ? [] : [`${callName(call)} has several runs for one key: ${[...uids].join(' ')}`];
  });
}

/** Answers with a run for one key that differ, or that were repeated without being marked as replayed. */
export function otherAnswers({ live }: LiveAftermath): readonly string[] {
  return keyed(live.calls).flatMap((call) => {
    const stored = call.answers.filter(isStored);
    const first = stored[0];
    if (first === undefined) return [];
    const toldAt = Math.min(...stored.map(({ at }) => at));
    return stored.flatMap((answer) => {
      const wrong =
        textOf(answer) === textOf(first)
          ? []
          : [`${callName(call)} was answered ${textOf(first)}, and later ${textOf(answer)}`];
      const isAgain = answer.sentAt > toldAt;
      return isAgain && !answer.isReplayed
        ? [...wrong, `${callName(call)} got a repeated answer not marked as replayed: ${textOf(answer)}`]
        : wrong;
    });
  });
}

function textOf({ sent, status, runUid, body, next }: LiveAnswer): string {
  return JSON.stringify({ sent, status, runUid, body, next });
}

/** IDEMPOTENCY_MISMATCH answers, though all calls with another body had been refused before a run existed. */
export function boundKeys({ live }: LiveAftermath): readonly string[] {
  return keyed(live.calls).flatMap((call) =>
    call.answers.flatMap((answer) => {
      if (answer.label !== 'IDEMPOTENCY_MISMATCH') return [];
      const others = call.answers.filter(({ sent, sentAt }) => sent !== answer.sent && sentAt < answer.at);
      if (others.some((other) => mayHoldKey(other, answer))) return [];
      const told = others.map(({ sent, status, at }) => `${sent}: ${status ?? 'nothing'} at ${at}`);
      return [
        `${callName(call)} (body "${answer.sent}") was answered IDEMPOTENCY_MISMATCH at ${answer.at}, after ${told.join(', ')}`,
      ];
    }),
  );
}

/** Whether another call may have had the key when this one was answered. */
function mayHoldKey(other: LiveAnswer, { sentAt }: LiveAnswer): boolean {
  if (other.sent === 'refused') return false;
  const isRefused = other.status === 400 || other.status === 409 || isPaceRefusal(other);
  return !isRefused || other.at > sentAt;
}

/** A page may be run a second time by a duplicate message, but not much later than it was recorded. */
const IN_HAND_MS = 5_000;

/** Calls of the action beyond those that key and script allow. */
export function startedAgain(aftermath: LiveAftermath): readonly string[] {
  const { live, truth, isCalm, isLate } = aftermath;
  return keyed(live.calls).flatMap((call) => {
    const given = givenFor(truth, call);
    const [first] = call.answers.filter(isStored).toSorted((a, b) => a.at - b.at);
    const wrong: string[] = [];
    if (first !== undefined && first.status !== 202 && !isLate && given.some(({ at }) => at > first.at + IN_HAND_MS))
      wrong.push(`${callName(call)} was run again after its answer`);
    const isInline = call.answers.every(({ wait }) => wait === null);
    // A `throw` breaks off the answer: the caller knows that the call was made.
    const begun = given.filter(({ kind }) => kind !== 'throw').length;
    if (isInline && begun > call.answers.length)
      wrong.push(`${callName(call)} was run ${begun} times, but sent only ${call.answers.length} times`);
    const most = isCalm && first !== undefined ? callsInCalm(aftermath, call, first) : null;
    // A call that was cut off, because its workspace had its share of the workers, is made once more.
    const whole = given.filter(({ isCut }) => !isCut).length;
    if (most !== null && whole !== most)
      wrong.push(`${callName(call)} was run ${whole} times; its script requires ${most}`);
    return wrong;
  });
}

/** How often a page is run without faults; null if that depends on verbs. */
function callsInCalm({ records }: LiveAftermath, { script, page }: LiveCall, first: LiveAnswer): number | null {
  const definition = first.runUid === null ? null : records.definition(first.runUid);
  if (definition === null) return null;
  if (definition.livePage === null) return 1;
  const alone = pageScript(script, page);
  if (first.status === 202 || alone === undefined) return null;
  return expectedEnd(alone, definition.maxResults)?.calls ?? null;
}

function keyed(calls: readonly LiveCall[]): readonly LiveCall[] {
  return calls.filter(({ key }) => key !== null);
}
