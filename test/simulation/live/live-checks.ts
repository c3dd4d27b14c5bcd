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
    proves:
      'Without faults each live call is answered, never with 5xx, and refused only for its own body, key or the pace.',
    check: unansweredInCalm,
  },
  {
    name: 'liveAnswersTellOnePage',
    proves:
      'A live call answered 200 has exactly the page that one call of the action returned, and a link if more follows; the page is on record if the call had a key or waited.',
    check: untoldPages,
  },
  {
    name: 'liveErrorsAreEarned',
    proves:
      'A live call is answered with an error of its page only because of its action, and its run has the same error.',
    check: unearnedErrors,
  },
  {
    name: 'preferencesAreSaid',
    proves: 'An answer has Preference-Applied exactly if its call had a Prefer header, with the same wait.',
    check: missaidPreferences,
  },
  {
    name: 'linksLeadOn',
    proves:
      'The next page of a live call is requested with the cursor of the answered page, and no other page is requested.',
    check: strayLinks,
  },
  {
    name: 'handedOverRunsGoOn',
    proves:
      'A live call answered 202 has a run that exists, is ASYNC and ends by itself; what its caller reads at the end is what is on record.',
    check: lostHandOvers,
  },
  {
    name: 'nobodyStaysLive',
    proves: 'A live run with a waiting caller soon ends or is handed over, even if the waiting function died.',
    check: lateHandOvers,
  },
  {
    name: 'liveTakesNoSlot',
    proves: 'A live run with a waiting caller takes no slot of its workspace.',
    check: ({ watch }) => [...watch.heldSlots].map((uid) => `run ${uid} had a slot while it was LIVE`),
  },
  {
    name: 'calmPagesComeInTime',
    proves:
      'Without faults and with free workers, a page that is quick enough is answered within the wait, whatever slots are taken.',
    check: tooSoonHandedOver,
  },
  {
    name: 'verbsAwaitTheHandOver',
    proves:
      'A verb does nothing to a live run; without faults a cancel stops one that was handed over and is under way.',
    check: verbsOnLive,
  },
  {
    name: 'oneKeyOneLiveRun',
    proves: 'However often a live call is sent with one key, also at the same time, inline or waiting, it is one run.',
    check: severalRuns,
  },
  {
    name: 'sameAnswerAgain',
    proves:
      'All answers with a run for one key are the same, also errors of the action, and repeated ones are marked as replayed.',
    check: otherAnswers,
  },
  {
    name: 'refusalsFreeTheKey',
    proves: 'A key can be used again if the call that used it with another body was refused before a run existed.',
    check: boundKeys,
  },
  {
    name: 'keysDoNotStartAgain',
    proves:
      'With a key the action is not called again after the answer, inline not more often than the call was sent, and without faults exactly as often as its script says.',
    check: startedAgain,
  },
];
