import type { StepCheck } from './step-check.ts';
import { isDeepStrictEqual } from 'node:util';
import { ItemReader } from '../../../shared/storage/attributes.ts';
import { pageRecordFromItem } from '../../../shared/storage/progress-store.ts';
import { hasEnded, RUN_MOVES, type RunMove, type RunStatus } from '../../../shared/domain/run-status.ts';
import type { RunControl } from '../../../shared/domain/run.ts';
import { type Change, toItem, type WireItem } from '../mirror.ts';
import { CALLBACK_ATTEMPTS } from './callback-checks.ts';
import { BULK_STEP_CHECKS } from '../bulk/bulk-checks.ts';
import { isBadRow } from '../bad-rows.ts';
import { SEAT_STEP_CHECKS } from './seat-step-checks.ts';
import { callbackRow, controlOf, slotsIn } from '../records.ts';
import { SUM_STEP_CHECKS } from '../usage/sum-checks.ts';

/** The moves of the run's state table that lead from one status to another. */
export function movesBetween(from: RunStatus, to: RunStatus): readonly RunMove[] {
  const moves = Object.keys(RUN_MOVES) as RunMove[]; // keys of a closed literal
  return moves.filter((move) => {
    const { from: starts, to: end }: { readonly from: readonly RunStatus[]; readonly to: RunStatus } = RUN_MOVES[move];
    return end === to && starts.includes(from);
  });
}

/** The control records before and after a change; null if the change is of another item or makes a new run. */
export function controlChange(change: Change): { readonly before: RunControl; readonly after: RunControl } | null {
  if (!change.pk.startsWith('R#') || change.sk !== 'CTL' || change.before === null || change.after === null)
    return null;
  return { before: controlOf(change.before), after: controlOf(change.after) };
}

/** One from the sweep, and some for callbacks deferred since. */
const MOST_RECEIVER_CHECKS = 6;

export const STEP_CHECKS: readonly StepCheck[] = [
  ...SEAT_STEP_CHECKS,
  ...BULK_STEP_CHECKS,
  ...SUM_STEP_CHECKS,
  {
    name: 'statusMovesAlongTheTable',
    proves: 'The status of a run changes only by a move of its state table; a final status stays.',
    check(change) {
      const controls = controlChange(change);
      if (controls === null) return null;
      const { before, after } = controls;
      if (before.status === after.status || movesBetween(before.status, after.status).length > 0) return null;
      return `run ${before.uid} went from ${before.status} to ${after.status}, which is no move of the state table`;
    },
  },
  {
    name: 'countersOnlyRise',
    proves: 'Epoch and attempt of a run stay or rise by one; updated_at rises with each write.',
    check(change) {
      if (change.sk === 'CTL' && change.before !== null && change.after === null)
        return `the control record of ${change.pk} was deleted`;
      const controls = controlChange(change);
      if (controls === null) return null;
      const { before, after } = controls;
      for (const name of ['epoch', 'attempt'] as const) {
        if (after[name] < before[name] || after[name] > before[name] + 1) {
          return `${before.uid}: ${name} went from ${before[name]} to ${after[name]}`;
        }
      }
      const isOnlyNoted = isDeepStrictEqual({ ...after, deliveredEpoch: 0 }, { ...before, deliveredEpoch: 0 });
      return after.updatedAt > before.updatedAt || isOnlyNoted ? null : `${before.uid}: updated_at did not rise`;
    },
  },
  {
    name: 'onlyEndedRunsAreDeleted',
    proves: 'A run is deleted only once it has ended, by one write that does not change its status; it stays deleted.',
    check(change) {
      const controls = controlChange(change);
      if (controls === null) return null;
      const { before, after } = controls;
      const [was, is] = [change.before, change.after].map((item) => item?.['deletion'] !== undefined);
      if (was === true && is !== true) return `run ${before.uid} was deleted, and is there again`;
      if (was === true || is !== true) return null;
      return hasEnded(before.status) && before.status === after.status
        ? null
        : `run ${before.uid} was deleted while it was ${before.status}`;
    },
  },
  {
    name: 'itemsGoOnlyWithTheirRun',
    proves: 'Inputs, definition, notes of failures and records of callbacks are deleted only if their run is.',
    check({ pk, sk, before, after }, _, past) {
      if (!pk.startsWith('R#') || before === null || after !== null || past.isDeleted(pk)) return null;
      return sk.startsWith('N#') ? null : `${pk} ${sk} was deleted, though its run was not`;
    },
  },
  {
    name: 'pageIsRecordedOnce',
    proves: 'A recorded page never changes but in its expiry, except that a later epoch may replace a FAILURE.',
    check({ pk, sk, before, after }, _, past) {
      if (!sk.startsWith('P#') || before === null || contentOf(before) === contentOf(after)) return null;
      if (after === null) return past.isDeleted(pk) ? null : `${sk} was deleted`;
      const [old, now] = [pageRecordFromItem('', toItem(before)), pageRecordFromItem('', toItem(after))];
      if (old.outcome.kind === 'FAILURE' && now.epoch > old.epoch) return null;
      return `page record ${sk} was overwritten: ${JSON.stringify(old)} by ${JSON.stringify(now)}`;
    },
  },
  {
    name: 'pagesHaveAWindow',
    proves:
      'A page of an async run is recorded only once the run has a window, which says to whoever comes later what was in flight.',
    check({ pk, sk, after }, _, past) {
      if (!sk.startsWith('P#') || after === null || !past.lacksWindow(pk) || past.isDeleted(pk)) return null;
      return `${sk} of ${pk} was recorded, and its run has no window`;
    },
  },
  {
    name: 'inputIsCountedOnce',
    proves:
      'A window counts an input in the same write that gives its place to the next one; a new epoch starts from these counts, or has those in its places that it does not count.',
    check({ pk, sk, before, after }, _, past) {
      if (sk !== 'WIN' || before === null || (after === null && past.isDeleted(pk))) return null;
      const [was, is] = [windowFacts(before), windowFacts(after)];
      if (is.epoch !== was.epoch) {
        const failed = is.order > was.order ? was.refused : was.failed;
        const isKept = was.length === 0 || (is.succeeded === was.succeeded && is.failed === failed);
        // Who opens it may have read the window before an input landed in it, which then has a place again.
        const inPlace = is.places.filter((position) => position < is.length).length;
        const isOfBefore =
          is.order === was.order &&
          is.succeeded <= was.succeeded &&
          is.failed <= failed &&
          is.succeeded + is.failed + inPlace === is.next;
        return isKept || isOfBefore ? null : `${pk}: the counts changed with a new epoch: ${JSON.stringify([was, is])}`;
      }
      const given = is.places.filter((position, place) => position !== was.places[place]);
      const counted = is.succeeded + is.failed - was.succeeded - was.failed;
      const isRight = given.length === counted && is.next - was.next === counted && given.every((at) => at >= was.next);
      return isRight
        ? null
        : `${pk}: one write counted ${counted} inputs and gave ${given.length} places: ${JSON.stringify([was, is])}`;
    },
  },
  {
    name: 'slotsStayWithinTheLimit',
    proves: 'A workspace never has more runs with a slot than its limit.',
    check({ pk, sk, after }, { runsAtOnce }) {
      const slots = sk === 'SLOTS' ? slotsIn(after) : [];
      if (slots.length <= runsAtOnce) return null;
      return `${pk} has ${slots.length} of ${runsAtOnce} slots taken: ${slots.join(' ')}`;
    },
  },
  {
    name: 'slotsAreCounted',
    proves: 'The count of taken slots is the number of slots on record.',
    check({ pk, sk, after }) {
      if (sk !== 'SLOTS' || after === null) return null;
      const [counted, taken] = [Number(after['taken']?.['N']), slotsIn(after).length];
      return counted === taken ? null : `${pk} counts ${counted} slots, but ${taken} are on record`;
    },
  },
  {
    name: 'slotsAreGivenBackAtOnce',
    proves: 'Without faults, a run releases its slot when it ends, and does not leave that to the sweep.',
    check({ sk, before, after }, _, past) {
      if (sk !== 'SLOTS' || before === null) return null;
      const kept = new Set(slotsIn(after));
      const late = slotsIn(before).find((pair) => !kept.has(pair) && past.hasLongEnded(pair.split(':')[0] ?? pair));
      return late === undefined ? null : `slot ${late} was released long after its run ended`;
    },
  },
  {
    name: 'badRowsStay',
    proves:
      'A due row that always fails, or that this release cannot read, is never deleted: each failure is counted in it.',
    check({ pk, sk, before, after }) {
      if (!isBadRow(pk, sk)) return null;
      if (after === null) return `${pk} ${sk} was deleted`;
      const [was, is] = [before, after].map((item) => Number(item?.['failures']?.['N'] ?? 0));
      return before === null || is === (was ?? 0) + 1 ? null : `${sk} went from ${was ?? 0} failures to ${is ?? 0}`;
    },
  },
  {
    name: 'receiverChecksDoNotPileUp',
    proves: 'Without faults, planned checks of one receiver do not accumulate, though many invocations ask for them.',
    check(_, __, past) {
      const planned = past.mostReceiverChecks();
      return planned > MOST_RECEIVER_CHECKS
        ? `${planned} checks of one receiver are planned; at most ${MOST_RECEIVER_CHECKS} are allowed`
        : null;
    },
  },
  {
    name: 'nobodyWaitsInVain',
    proves:
      'Without faults, no slot stays free for ten seconds while a run waits for one, a run goes on within ten seconds after its dependencies ended, and the outcome of an attempt is recorded within two minutes.',
    check: (_, __, past) => past.takeLate(),
  },
  {
    name: 'takenIsNeverFailed',
    proves: 'A callback that the delivery log has as delivered does not become FAILED after that.',
    check({ sk, before, after }, _, past) {
      if (!sk.startsWith('C#') || after === null || callbackRow(after).status !== 'FAILED') return null;
      if (before !== null && callbackRow(before).status === 'FAILED') return null;
      const { uid } = callbackRow(after);
      return past.wasTaken(uid) ? `callback ${uid} became FAILED though it was delivered long before` : null;
    },
  },
  {
    name: 'takenIsDoneWith',
    proves: 'Of a callback that the delivery log has as delivered, no record is made after that but of a replay.',
    check({ sk, before, after }, _, past) {
      if (!sk.startsWith('C#') || before !== null || after === null) return null;
      const { uid, parentUid, status } = callbackRow(after);
      if (parentUid !== null || status === 'SUCCESS' || !past.wasTaken(uid)) return null;
      return `callback ${uid} got a record that says ${status}, though it was delivered long before`;
    },
  },
  {
    name: 'firstComeFirstServed',
    proves: 'Without faults, no run gets a slot before another that was created earlier and has waited for a while.',
    check(change, _, past) {
      const controls = controlChange(change);
      const wasAdmitted = controls?.after.status === 'QUEUED' && !hasEnded(controls.before.status);
      if (controls === null || !wasAdmitted) return null;
      const { uid, workspaceUid, createdAt } = controls.after;
      const first = past.waiting(workspaceUid).find((waiter) => waiter.createdAt < createdAt);
      return first === undefined || first.runUid === uid
        ? null
        : `run ${uid} got a slot before run ${first.runUid}, which was created earlier`;
    },
  },
  {
    name: 'attemptsFollowTheSchedule',
    proves:
      'Attempts of a callback are claimed one by one and never beyond the schedule; SUCCESS and FAILED are final.',
    check({ pk, sk, before, after }) {
      if (!(sk.startsWith('C#') || pk.startsWith('N#')) || after === null) return null;
      const now = callbackRow(after);
      if (now.retryCount >= CALLBACK_ATTEMPTS) return `callback ${now.uid} is at retry ${now.retryCount}`;
      if (before === null) return null;
      const old = callbackRow(before);
      if (now.retryCount < old.retryCount || now.retryCount > old.retryCount + 1) {
        return `callback ${now.uid} went from retry ${old.retryCount} to ${now.retryCount}`;
      }
      const wasSettled = old.status === 'SUCCESS' || old.status === 'FAILED';
      return wasSettled && now.status !== old.status
        ? `callback ${now.uid} went from ${old.status} to ${now.status}`
        : null;
    },
  },
];

/** What an item says, whenever it expires: a run that waits for days is kept longer, with its items. */
function contentOf(item: WireItem | null): string {
  return JSON.stringify(item === null ? null : { ...item, expires_at: null });
}

/** The facts in a window's item. */
function windowFacts(item: WireItem | null) {
  const read = new ItemReader(toItem(item ?? {}));
  return {
    epoch: read.number('ep'),
    order: read.number('od'),
    length: read.number('ln'),
    next: read.number('nx'),
    places: read.stored<number[]>('o') ?? [],
    succeeded: read.number('sc'),
    failed: read.number('fl'),
    refused: read.number('rf'),
  };
}
