import { isDeepStrictEqual } from 'node:util';
import { ItemReader } from '../../../shared/storage/attributes.ts';
import { pageRecordFromItem } from '../../../shared/storage/progress-store.ts';
import { hasEnded, RUN_MOVES, type RunControl, type RunMove, type RunStatus } from '../../../shared/domain/run.ts';
import { type Change, toItem, type WireItem } from '../mirror.ts';
import { CALLBACK_ATTEMPTS } from './callback-checks.ts';
import { isBadRow } from '../bad-rows.ts';
import type { Past } from './past.ts';
import { SEAT_STEP_CHECKS } from './seat-step-checks.ts';
import { callbackRow, controlOf, slotsIn } from '../records.ts';

/** What a write is held against: null, or what is wrong with it. */
export interface StepCheck {
  readonly name: string;
  readonly proves: string;
  readonly check: (change: Change, limits: StepLimits, past: Past) => string | null;
}

export interface StepLimits {
  readonly runsAtOnce: number;
  /** Of pages, and of callbacks. */
  readonly workers: number;
}

/** The moves of the table that lead from one status to another. */
export function movesBetween(from: RunStatus, to: RunStatus): readonly RunMove[] {
  const moves = Object.keys(RUN_MOVES) as RunMove[]; // keys of a closed literal
  return moves.filter((move) => {
    const { from: starts, to: end }: { readonly from: readonly RunStatus[]; readonly to: RunStatus } = RUN_MOVES[move];
    return end === to && starts.includes(from);
  });
}

/** The control records before and after a change, where it is one of a control record. */
export function controlChange(change: Change): { readonly before: RunControl; readonly after: RunControl } | null {
  if (!change.pk.startsWith('R#') || change.sk !== 'CTL' || change.before === null || change.after === null)
    return null;
  return { before: controlOf(change.before), after: controlOf(change.after) };
}

/** One that the sweep asked for, and some of callbacks that were held since. */
const MOST_LOOKS = 7;

export const STEP_CHECKS: readonly StepCheck[] = [
  ...SEAT_STEP_CHECKS,
  {
    name: 'statusMovesAlongTheTable',
    proves: 'A status changes only by a move of the table; what is final stays final.',
    check(change) {
      const controls = controlChange(change);
      if (controls === null) return null;
      const { before, after } = controls;
      if (before.status === after.status || movesBetween(before.status, after.status).length > 0) return null;
      return `${before.uid} went from ${before.status} to ${after.status}`;
    },
  },
  {
    name: 'countersOnlyRise',
    proves: 'Epoch, attempt and the write version of a run never fall, and each rises by one.',
    check(change) {
      if (change.sk === 'CTL' && change.before !== null && change.after === null)
        return `${change.pk} lost its control`;
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
    name: 'pageIsRecordedOnce',
    proves: 'A recorded page never changes; only a FAILURE gives way, to a later epoch.',
    check({ sk, before, after }) {
      if (!sk.startsWith('P#') || before === null || JSON.stringify(before) === JSON.stringify(after)) return null;
      if (after === null) return `${sk} was deleted`;
      const [old, now] = [pageRecordFromItem('', toItem(before)), pageRecordFromItem('', toItem(after))];
      if (old.outcome.kind === 'FAILURE' && now.epoch > old.epoch) return null;
      return `${sk} was written over: ${JSON.stringify(old)} by ${JSON.stringify(now)}`;
    },
  },
  {
    name: 'inputIsCountedOnce',
    proves:
      'A window counts an input in the very write that gives its place away; a new epoch takes over what was counted.',
    check({ pk, sk, before, after }) {
      if (sk !== 'WIN' || before === null) return null;
      const [was, is] = [windowFacts(before), windowFacts(after)];
      if (is.epoch !== was.epoch) {
        const failed = is.order > was.order ? was.refused : was.failed;
        const isKept = was.length === 0 || (is.succeeded === was.succeeded && is.failed === failed);
        return isKept ? null : `${pk}: a new epoch counts otherwise: ${JSON.stringify([was, is])}`;
      }
      const given = is.places.filter((position, place) => position !== was.places[place]);
      const counted = is.succeeded + is.failed - was.succeeded - was.failed;
      const isRight = given.length === counted && is.next - was.next === counted && given.every((at) => at >= was.next);
      return isRight ? null : `${pk}: ${counted} counted, ${given.length} places given: ${JSON.stringify([was, is])}`;
    },
  },
  {
    name: 'slotsStayWithinTheLimit',
    proves: 'A workspace never has more runs at work than it may.',
    check({ pk, sk, after }, { runsAtOnce }) {
      const slots = sk === 'SLOTS' ? slotsIn(after) : [];
      if (slots.length <= runsAtOnce) return null;
      return `${pk} has ${slots.length} of ${runsAtOnce} slots taken: ${slots.join(' ')}`;
    },
  },
  {
    name: 'slotsAreCounted',
    proves: 'The count of the runs at work is that of the slots that are taken.',
    check({ pk, sk, after }) {
      if (sk !== 'SLOTS' || after === null) return null;
      const [counted, taken] = [Number(after['taken']?.['N']), slotsIn(after).length];
      return counted === taken ? null : `${pk} counts ${counted} slots, ${taken} are taken`;
    },
  },
  {
    name: 'slotsAreGivenBackAtOnce',
    proves: 'In calm, a run gives its slot back when it ends, and leaves none for the sweeper to find.',
    check({ sk, before, after }, _, past) {
      if (sk !== 'SLOTS' || before === null) return null;
      const kept = new Set(slotsIn(after));
      const late = slotsIn(before).find((pair) => !kept.has(pair) && past.hasLongEnded(pair.split(':')[0] ?? pair));
      return late === undefined ? null : `slot ${late} is given back long after its run ended`;
    },
  },
  {
    name: 'badRowsStay',
    proves:
      'A due row that fails for good, or that this release cannot read, is never lost: each failure is counted in it.',
    check({ pk, sk, before, after }) {
      if (!isBadRow(pk, sk)) return null;
      if (after === null) return `${pk} ${sk} was deleted`;
      const [was, is] = [before, after].map((item) => Number(item?.['failures']?.['N'] ?? 0));
      return before === null || is === (was ?? 0) + 1 ? null : `${sk} went from ${was ?? 0} failures to ${is ?? 0}`;
    },
  },
  {
    name: 'looksBecomeOne',
    proves: 'In calm, looks at one receiver that many hands ask for do not add up.',
    check(_, __, past) {
      const looks = past.mostLooks();
      return looks > MOST_LOOKS ? `${looks} looks at one receiver stand` : null;
    },
  },
  {
    name: 'nobodyWaitsInVain',
    proves:
      'In calm, no slot is free for ten seconds while a run waits for one, a run goes on within ten seconds of the end of the last it depends on, and what came of an attempt is on record within two minutes.',
    check: (_, __, past) => past.takeLate(),
  },
  {
    name: 'takenIsNeverFailed',
    proves: 'A callback that the delivery log says was taken is not given up afterwards.',
    check({ sk, before, after }, _, past) {
      if (!sk.startsWith('C#') || after === null || callbackRow(after).status !== 'FAILED') return null;
      if (before !== null && callbackRow(before).status === 'FAILED') return null;
      const { uid } = callbackRow(after);
      return past.wasTaken(uid) ? `${uid} is given up, it was taken long ago` : null;
    },
  },
  {
    name: 'firstComeFirstServed',
    proves: 'In calm, no run is given a slot before one that came earlier and has waited in line a while.',
    check(change, _, past) {
      const controls = controlChange(change);
      const wasAdmitted = controls?.after.status === 'QUEUED' && !hasEnded(controls.before.status);
      if (controls === null || !wasAdmitted) return null;
      const { uid, workspaceUid, createdAt } = controls.after;
      const first = past.waiting(workspaceUid).find((waiter) => waiter.createdAt < createdAt);
      return first === undefined || first.runUid === uid ? null : `${uid} went before ${first.runUid}`;
    },
  },
  {
    name: 'attemptsFollowTheSchedule',
    proves:
      'Attempts of a callback are claimed one by one and never beyond the schedule; what is settled stays settled.',
    check({ sk, before, after }) {
      if (!sk.startsWith('C#') || after === null) return null;
      const now = callbackRow(after);
      if (now.retryCount >= CALLBACK_ATTEMPTS) return `${now.uid} is at retry ${now.retryCount}`;
      if (before === null) return null;
      const old = callbackRow(before);
      if (now.retryCount < old.retryCount || now.retryCount > old.retryCount + 1) {
        return `${now.uid} went from retry ${old.retryCount} to ${now.retryCount}`;
      }
      const wasSettled = old.status === 'SUCCESS' || old.status === 'FAILED';
      return wasSettled && now.status !== old.status ? `${now.uid} went from ${old.status} to ${now.status}` : null;
    },
  },
];

/** What a window's item says. */
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
