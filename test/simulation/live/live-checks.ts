import type { LiveAftermath } from './live-aftermath.ts';
import { missaidPreferences, strayLinks, unansweredInCalm, unearnedErrors, untoldPages } from './answer-checks.ts';
import { lateHandOvers, lostHandOvers, tooSoonHandedOver, verbsOnLive } from './hand-over-checks.ts';
import { boundKeys, otherAnswers, severalRuns, startedAgain } from './key-checks.ts';

interface LiveCheck {
  readonly name: string;
  readonly proves: string;
  readonly check: (aftermath: LiveAftermath) => readonly string[] | Promise<readonly string[]>;
}

export const LIVE_CHECKS: readonly LiveCheck[] = [
  {
    name: 'calmLiveCallsAreAnswered',
    proves: 'In calm every live call is answered, none by 5xx, and refused only for what it sent or for the pace.',
    check: unansweredInCalm,
  },
  {
    name: 'liveAnswersTellOnePage',
    proves:
      'A live call answered 200 tells exactly the page that one call of the action gave, which is on record where it has a key or was waited for; its link is there where that call had more.',
    check: untoldPages,
  },
  {
    name: 'liveErrorsAreEarned',
    proves: 'A live call is told an error of its page only for what the action did, and its run says the same.',
    check: unearnedErrors,
  },
  {
    name: 'preferencesAreSaid',
    proves: 'An answer says how long its call preferred to wait, and only where it did.',
    check: missaidPreferences,
  },
  {
    name: 'linksLeadOn',
    proves:
      'The page after a live one is asked for with the cursor that the told page came with, and no other page is asked for.',
    check: strayLinks,
  },
  {
    name: 'handedOverRunsGoOn',
    proves:
      'A 202 tells of a run that exists, is ASYNC, and comes to its end by itself; what its caller reads at its end is what is on record.',
    check: lostHandOvers,
  },
  {
    name: 'nobodyStaysLive',
    proves: 'A live run that is waited for has ended or is handed over soon, whatever became of who waited.',
    check: lateHandOvers,
  },
  {
    name: 'liveTakesNoSlot',
    proves: 'A live run that is waited for takes no slot of its workspace.',
    check: ({ watch }) => [...watch.heldSlots].map((uid) => `run ${uid} held a slot as a live one`),
  },
  {
    name: 'calmPagesComeInTime',
    proves: 'In calm, and with workers free, a page that is done in time is told in time, however many slots are held.',
    check: tooSoonHandedOver,
  },
  {
    name: 'verbsAwaitTheHandOver',
    proves: 'A verb does nothing to a live run; in calm one that was handed over and works is stopped by a cancel.',
    check: verbsOnLive,
  },
  {
    name: 'oneKeyOneLiveRun',
    proves: 'However often, at once, and by which way a live call is sent under one key, it is one run.',
    check: severalRuns,
  },
  {
    name: 'sameAnswerAgain',
    proves:
      'All that stands as the answer of a key is the same, an error of the action too, and says so when it is told again.',
    check: otherAnswers,
  },
  {
    name: 'refusalsFreeTheKey',
    proves: 'A key whose only other body was refused before a run existed is not refused for it.',
    check: boundKeys,
  },
  {
    name: 'keysDoNotStartAgain',
    proves:
      'Under a key the action is not started again once its answer was told, inline not more often than the call was sent, and in calm just as often as its script says.',
    check: startedAgain,
  },
];
