import { lateAfterReturn, unsparedReceivers } from './away-checks.ts';
import { hasEnded, type RunControl, type RunStatus } from '../../../shared/domain/run.ts';
import { workspaceUid } from '../callers.ts';
import type { Records } from '../records.ts';
import type { Aftermath } from './aftermath.ts';
import { BURIAL_CHECKS } from './dead-letter-checks.ts';
import {
  dishonestFailures,
  otherBytes,
  tooManyAttempts,
  uncalledFor,
  undelivered,
  wrongFinishes,
} from './callback-checks.ts';
import {
  brokenPages,
  failuresNotRetried,
  inexactEnds,
  unearnedFailures,
  wrongEnds,
  wrongTotals,
} from './input-checks.ts';
import { brokenPaces } from './pace-checks.ts';
import { unheededRefusals } from './refusal-checks.ts';
import { SEAT_CHECKS } from './seat-checks.ts';
import { strayInput, strayPost } from './tenancy-checks.ts';
import { multipliedChains, neededRescues } from './traffic-checks.ts';

/** A promise that holds once all is at rest: what is wrong, a line each. */
export interface RestCheck {
  readonly name: string;
  readonly proves: string;
  readonly check: (aftermath: Aftermath) => readonly string[];
}

export const REST_CHECKS: readonly RestCheck[] = [
  {
    name: 'acceptedRunsExist',
    proves:
      'A 202 means that the run exists, in the workspace of its caller; in calm, every launch is answered so, but one that may be refused.',
    check: ({ records, truth, isCalm }) =>
      truth.launches.flatMap(({ answer, workspace, mayBeRefused }) => {
        if (answer === null || answer.status !== 202) {
          return isCalm && mayBeRefused !== true
            ? [`a launch was answered ${answer?.status ?? 'not at all'} ${answer?.label ?? ''}`]
            : [];
        }
        const definition = answer.runUid === null ? null : records.definition(answer.runUid);
        if (definition === null) return [`run ${answer.runUid ?? '?'} was accepted and does not exist`];
        return definition.workspaceUid === workspaceUid(workspace) ? [] : [`run ${definition.uid} is another's`];
      }),
  },
  {
    name: 'runsEnd',
    proves: 'Every run ends.',
    check: ({ records }) =>
      controls(records).flatMap(({ uid, status }) => (hasEnded(status) ? [] : [`run ${uid} stays ${status}`])),
  },
  {
    name: 'runsEndBeforeTheirDay',
    proves: 'A run that its caller gave no deadline ends by itself, long before the one it has by default.',
    check: ({ runs }) =>
      runs.flatMap(({ control, definition }) =>
        definition.deadlineSeconds >= DAY_S && control.reason?.code === 'DEADLINE'
          ? [`run ${control.uid} did not end in a day`]
          : [],
      ),
  },
  {
    name: 'nothingIsLeftBehind',
    proves: 'No slot is held and nobody waits in line once every run has ended.',
    // Who stood still since before a run ended may yet put it in line, or take its slot, and die: the next that comes takes
    // it out of the line, and the slot is given back once somebody waits.
    check: ({ records, isLate }) => {
      const isOwed = (uid: string): boolean => !(isLate && hasEnded(statusOf(records, uid)));
      return [
        ...records.holdingSlots().flatMap((uid) => (isOwed(uid) ? [`${uid} holds a slot`] : [])),
        ...records.inLine().flatMap((uid) => (isOwed(uid) ? [`${uid} waits in line`] : [])),
      ];
    },
  },
  {
    name: 'runsExpireWhole',
    proves: 'All that is on record of a run goes with it: each of its items expires, and none before the run does.',
    check: ({ records }) => records.wrongExpiries(),
  },
  {
    name: 'answersComeLast',
    proves:
      'An invocation answers once all it began is over: what goes on beyond that would freeze, and act on old knowledge in a later one.',
    check: ({ leftBehind }) => leftBehind,
  },
  {
    name: 'nobodyIsKilledInCalm',
    proves: 'Without faults, no invocation runs into the timeout of its function, whatever hangs.',
    check: ({ kills, isCalm }) => (isCalm && kills > 0 ? [`${kills} invocations ran into their timeout`] : []),
  },
  {
    name: 'sleepersRecordNothing',
    proves: 'A worker that stood still long beyond its time begins no record that nobody would look after.',
    check: ({ sleepers }) => sleepers,
  },
  {
    name: 'refusalsAreHeeded',
    proves: 'No upstream is asked again for a page within a second of saying that it limits its rate.',
    check: ({ truth, isCalm }) => (isCalm ? unheededRefusals(truth) : []),
  },
  {
    name: 'pacesAreKept',
    proves:
      'With clocks that agree and calls that take their usual time, no window holds more calls of an action than its pace says.',
    check: ({ records, truth, isCalm }) => (isCalm ? brokenPaces(records, truth) : []),
  },
  {
    name: 'pagesAreWhatTheActionGave',
    proves:
      'Each input has its pages from 0 on without a gap, each exactly what one call of the action gave, asked for with the cursor of the page before.',
    check: ({ runs }) => runs.flatMap(brokenPages),
  },
  {
    name: 'failuresAreEarned',
    proves:
      'An input fails only for what its action (or a crash loop) did, and after as many tries as it has, or since a message for just the failed page died.',
    check: (aftermath) => aftermath.runs.flatMap((run) => unearnedFailures(run, aftermath)),
  },
  {
    name: 'calmEndsAreExact',
    proves:
      'Without faults, each input ends as its script says and each page is asked for as often as its script says.',
    check: ({ runs, isCalm }) => (isCalm ? runs.flatMap(inexactEnds) : []),
  },
  {
    name: 'retriesRunAgain',
    proves: 'A failure that stands once a retried run has ended is of a call made since the retry.',
    check: ({ runs }) => runs.flatMap(failuresNotRetried),
  },
  {
    name: 'calmNeedsNoRescue',
    proves: 'Without faults, no page and no first attempt of a callback waits for the sweeper to send it.',
    check: ({ traffic, isCalm }) => (isCalm ? neededRescues(traffic) : []),
  },
  {
    name: 'chainsDoNotMultiply',
    proves: 'Only the message that recorded a page sends the next one, however many messages ran it.',
    check: ({ runs, traffic, isRepeated }) => (isRepeated ? [] : multipliedChains(runs, traffic)),
  },
  {
    name: 'landedEndsAreCounted',
    proves: 'What ended while its run was stopped is on record once nothing can land any more.',
    check: ({ runs, records, isLate }) => (isLate ? [] : runs.flatMap((run) => wrongEnds(run, records))),
  },
  {
    name: 'totalsAreTheTruth',
    proves: 'Status and totals of an ended run are those of its inputs.',
    check: ({ runs }) => runs.flatMap(wrongTotals),
  },
  {
    name: 'callbacksAreDelivered',
    proves:
      'Every callback was answered 2xx by its receiver, or its record says FAILED; none is sent that was not called for.',
    check: ({ records, posts, runs }) => [
      ...runs.flatMap((run) => undelivered(run, records, posts)),
      ...uncalledFor(runs, posts),
    ],
  },
  {
    name: 'failedCallbacksAreHonest',
    proves:
      'A record says FAILED only where the receiver said 410, every attempt was spent, or the message of an attempt died.',
    check: (aftermath) => aftermath.runs.flatMap((run) => dishonestFailures(run, aftermath)),
  },
  ...BURIAL_CHECKS,
  ...SEAT_CHECKS,
  {
    name: 'sameIdSameBytes',
    proves: 'All attempts of one callback carry the same bytes, and the id they carry is the id they speak of.',
    check: ({ posts }) => otherBytes(posts),
  },
  {
    name: 'oneFinishedPerEnding',
    proves: 'Each ending of a run is told by exactly one run.finished, which says its status and counts the truth.',
    check: ({ truth, runs, isLate }) => runs.flatMap((run) => wrongFinishes(run, truth, isLate)),
  },
  {
    name: 'attemptsStayWithinTheSchedule',
    proves:
      'A callback is posted at most as often as its first attempt was handed to a worker, and once for each retry of the schedule.',
    check: (aftermath) => tooManyAttempts(aftermath, aftermath.runs),
  },
  {
    name: 'awayReceiversAreSpared',
    proves: 'Without faults, a receiver that is known to be away is asked once a minute at most.',
    check: ({ truth, isCalm }) => (isCalm ? unsparedReceivers(truth) : []),
  },
  {
    name: 'returnsAreNoticed',
    proves: 'Without faults, what a receiver was not asked to take while it was away is sent soon after its return.',
    check: ({ truth, runs, posts, isCalm }) => (isCalm ? lateAfterReturn(truth, runs, posts) : []),
  },
  {
    name: 'nothingCrossesWorkspaces',
    proves: 'A receiver gets only what belongs to its workspace and run, signed with the secret of its workspace.',
    check: ({ records, truth, runs }) => [
      ...truth.posts.flatMap((post) => strayPost(records, post)),
      ...truth.posts.flatMap((post) => strayInput(runs, post)),
    ],
  },
  {
    name: 'nothingStartsOnceStopped',
    proves: 'Once a run has stopped and its pages in flight have landed, no page of it starts.',
    check: ({ truth, runs, isLate }) =>
      runs.flatMap(({ control }) => {
        if (control.status !== 'STOPPED' || isLate) return [];
        const late = truth.pages.filter(
          ({ runUid, at }) => runUid === control.uid && at > (control.finishedAt ?? 0) + 70_000,
        );
        return late.map(({ input, page }) => `page ${page} of input ${input} of ${control.uid} ran after its stop`);
      }),
  },
  {
    name: 'verbsAreAnsweredTruly',
    proves: 'A verb answered 200 did what it says; in calm every verb is answered, by 200 or 409.',
    check: ({ truth, isCalm }) =>
      truth.verbs.flatMap(({ verb, answer, runUid }) => {
        const at = `${verb} of ${runUid} was answered ${answer?.status ?? 'not at all'} ${answer?.runStatus ?? ''}`;
        if (isCalm && answer?.status !== 200 && answer?.status !== 409) return [at];
        if (answer?.status !== 200) return [];
        return (answer.runStatus === 'STOPPED') === (verb === 'cancel') ? [] : [at];
      }),
  },
  {
    name: 'liveAnswersAreRecorded',
    proves: 'A live call that was answered with a run uid has its run, ended as the answer says.',
    check: ({ records, truth }) =>
      truth.liveCalls.flatMap(({ answer }) => {
        if (answer === null || answer.runUid === null) return [];
        const control = records.control(answer.runUid);
        if (control === null) return [`live run ${answer.runUid} was answered ${answer.status} and does not exist`];
        const label = (answer.body as { readonly error_label?: string }).error_label; // cast: our own answer
        const isFine = answer.status === 200 || label === 'NO_RESULT';
        const status = isFine ? 'SUCCEEDED' : 'FAILED';
        return control.status === status
          ? []
          : [`live run ${control.uid} is ${control.status}, its caller was told ${answer.status}`];
      }),
  },
];

const DAY_S = 86_400;

function statusOf(records: Records, uid: string): RunStatus {
  return records.control(uid)?.status ?? 'CREATED';
}

function controls(records: Records): readonly RunControl[] {
  return records.runUids().flatMap((uid) => records.control(uid) ?? []);
}
