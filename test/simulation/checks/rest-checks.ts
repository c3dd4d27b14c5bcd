import { BULK_CHECKS } from '../bulk/bulk-checks.ts';
import { lateAfterReturn, unsparedReceivers } from './away-checks.ts';
import { isDeepStrictEqual } from 'node:util';
import { hasEnded, type RunStatus } from '../../../shared/domain/run-status.ts';
import type { RunControl } from '../../../shared/domain/run.ts';
import { workspaceUid } from '../callers.ts';
import type { Records } from '../records.ts';
import type { Received, Truth } from '../truth.ts';
import type { RestCheck } from './aftermath.ts';
import { DEAD_LETTER_CHECKS } from './dead-letter-checks.ts';
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
import { LOG_CHECKS } from './log-checks.ts';
import { brokenPaces } from './pace-checks.ts';
import { unheededRefusals } from './refusal-checks.ts';
import { SECRET_CHECKS } from './secret-checks.ts';
import { SEAT_CHECKS } from './seat-checks.ts';
import { strayInput, strayPost } from './tenancy-checks.ts';
import { multipliedChains, neededRescues } from './traffic-checks.ts';

export const REST_CHECKS: readonly RestCheck[] = [
  ...BULK_CHECKS,
  {
    name: 'acceptedRunsExist',
    proves:
      'A launch answered 202 has made a run in the workspace of its caller; without faults every launch that may not be refused is answered 202.',
    check: ({ records, truth, isCalm }) =>
      truth.launches.flatMap(({ answer, workspace, body, mayBeRefused }) => {
        if (answer === null || answer.status !== 202) {
          const isDependencyGone = answer?.status === 404 && body.depends_on?.some(({ uid }) => records.isDeleted(uid));
          return isCalm && mayBeRefused !== true && isDependencyGone !== true
            ? [`a launch was answered ${answer?.status ?? 'not at all'} ${answer?.label ?? ''}`]
            : [];
        }
        if (answer.runUid !== null && records.isDeleted(answer.runUid)) return [];
        const definition = answer.runUid === null ? null : records.definition(answer.runUid);
        if (definition === null) return [`run ${answer.runUid ?? '?'} was accepted, but does not exist`];
        return definition.workspaceUid === workspaceUid(workspace)
          ? []
          : [`run ${definition.uid} is in another workspace than its caller's`];
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
    proves: 'A run without a deadline of its caller ends by itself, long before the default deadline.',
    check: ({ runs }) =>
      runs.flatMap(({ control, definition }) =>
        definition.deadlineSeconds >= DAY_S && control.reason?.code === 'DEADLINE'
          ? [`run ${control.uid} was ended by its deadline of a day`]
          : [],
      ),
  },
  {
    name: 'nothingIsLeftBehind',
    proves: 'Once all runs have ended, no slot is taken and no run waits for one.',
    // A process frozen since before a run ended may still make it wait, or take its slot, and die. The next run that
    // comes
    // removes it from the line, and the slot is released once a run waits for it.
    check: ({ records, isLate }) => {
      const isOwed = (uid: string): boolean => !(isLate && hasEnded(statusOf(records, uid)));
      return [
        ...records.holdingSlots().flatMap((uid) => (isOwed(uid) ? [`run ${uid} still has a slot`] : [])),
        ...records.inLine().flatMap((uid) => (isOwed(uid) ? [`run ${uid} still waits for a slot`] : [])),
      ];
    },
  },
  {
    name: 'runsExpireWhole',
    proves: 'All items of a run expire, and none of them before the run.',
    check: ({ records }) => records.wrongExpiries(),
  },
  {
    name: 'answersComeLast',
    proves:
      'An invocation answers only after all its calls are over: Lambda would freeze the rest, and it would go on in a later invocation with outdated knowledge.',
    check: ({ leftBehind }) => leftBehind,
  },
  {
    name: 'nobodyIsKilledInCalm',
    proves: 'Without faults, no invocation reaches the timeout of its function, even if an upstream or receiver hangs.',
    check: ({ kills, isCalm }) => (isCalm && kills > 0 ? [`${kills} invocations reached their timeout`] : []),
  },
  {
    name: 'staleWorkersRecordNothing',
    proves:
      'A stale worker (frozen long past its time) writes no new page or callback record, as no sweep would check it.',
    check: ({ staleWrites }) => staleWrites,
  },
  {
    name: 'refusalsAreHeeded',
    proves: 'After an upstream refused a page for its rate, the page is not requested again within a second.',
    check: ({ truth, isCalm }) => (isCalm ? unheededRefusals(truth) : []),
  },
  {
    name: 'pacesAreKept',
    proves: 'Without faults, an action with a pace is never called more often than its pace allows.',
    check: ({ records, truth, isCalm }) => (isCalm ? brokenPaces(records, truth) : []),
  },
  {
    name: 'pagesAreWhatTheActionGave',
    proves:
      'The pages of an input have no gaps; each is exactly what one call of the action returned, requested with the cursor of the page before.',
    check: ({ runs }) => runs.flatMap(brokenPages),
  },
  {
    name: 'failuresAreEarned',
    proves:
      'An input fails only because of its action (after all its tries), a crash loop, or a dead letter of the failed page.',
    check: (aftermath) => aftermath.runs.flatMap((run) => unearnedFailures(run, aftermath)),
  },
  {
    name: 'calmEndsAreExact',
    proves:
      'Without faults, each input ends as its script says, and each page is requested as often as its script says.',
    check: ({ runs, isCalm }) => (isCalm ? runs.flatMap(inexactEnds) : []),
  },
  {
    name: 'retriesRunAgain',
    proves: 'After a retried run has ended, each failure on record is of a call made after the retry.',
    check: ({ runs }) => runs.flatMap(failuresNotRetried),
  },
  {
    name: 'calmNeedsNoRescue',
    proves:
      'Without faults, the sweep has to send no page and no first attempt of a callback, and to end no run but by its deadline.',
    check: ({ traffic, posts, isCalm }) => (isCalm ? neededRescues(traffic, posts) : []),
  },
  {
    name: 'chainsDoNotMultiply',
    proves: 'Only the message that recorded a page sends the next one, even if several messages ran the page.',
    check: ({ runs, traffic, isRepeated }) => (isRepeated ? [] : multipliedChains(runs, traffic)),
  },
  {
    name: 'landedEndsAreCounted',
    proves: 'The window of a stopped run counts exactly the inputs that have ended, once no page is in flight.',
    check: ({ runs, records, isLate }) => (isLate ? [] : runs.flatMap((run) => wrongEnds(run, records))),
  },
  {
    name: 'totalsAreTheTruth',
    proves: 'Status and totals of an ended run agree with its inputs.',
    check: ({ runs }) => runs.flatMap(wrongTotals),
  },
  {
    name: 'callbacksAreDelivered',
    proves:
      'Each callback was answered 2xx by its receiver, or is recorded as FAILED; none is posted without a reason.',
    check: ({ records, posts, runs }) => [
      ...runs.flatMap((run) => undelivered(run, records, posts)),
      ...uncalledFor(runs, posts, records),
    ],
  },
  {
    name: 'failedCallbacksAreHonest',
    proves:
      'A callback is FAILED only if the receiver answered 410, all attempts were made, or the message of an attempt became a dead letter.',
    check: (aftermath) => aftermath.runs.flatMap((run) => dishonestFailures(run, aftermath)),
  },
  ...DEAD_LETTER_CHECKS,
  ...LOG_CHECKS,
  ...SECRET_CHECKS,
  ...SEAT_CHECKS,
  {
    name: 'sameIdSameBytes',
    proves: 'All attempts of one callback have the same body, and the id in the header is the id in the body.',
    check: ({ posts }) => otherBytes(posts),
  },
  {
    name: 'oneFinishedPerEnding',
    proves: 'Each ending of a run has exactly one run.finished, with the right status and counts.',
    check: ({ truth, runs, isLate }) => runs.flatMap((run) => wrongFinishes(run, truth, isLate)),
  },
  {
    name: 'attemptsStayWithinTheSchedule',
    proves:
      'A callback is posted at most once for each time a worker received its first attempt, and once for each retry of the schedule.',
    check: (aftermath) => tooManyAttempts(aftermath, aftermath.runs),
  },
  {
    name: 'awayReceiversAreSpared',
    proves: 'Without faults, a receiver that is known to be away gets at most one post a minute.',
    check: ({ truth, isCalm }) => (isCalm ? unsparedReceivers(truth) : []),
  },
  {
    name: 'returnsAreNoticed',
    proves: 'Without faults, callbacks that were deferred while a receiver was away are posted soon after its return.',
    check: ({ truth, runs, posts, isCalm }) => (isCalm ? lateAfterReturn(truth, runs, posts) : []),
  },
  {
    name: 'nothingCrossesWorkspaces',
    proves: 'A receiver gets only callbacks of its own workspace and run, signed with the secret of its workspace.',
    check: ({ records, truth, runs }) => [
      ...postsOfPresentRuns(truth, records).flatMap((post) => strayPost(records, post)),
      ...postsOfPresentRuns(truth, records).flatMap((post) => strayInput(runs, post)),
    ],
  },
  {
    name: 'tagsComeAlong',
    proves: 'Every callback of a run has the tags of its launch, and no others.',
    check: ({ truth, records }) =>
      postsOfPresentRuns(truth, records).flatMap(({ id, told: { run } }) => {
        const name = records.definition(run.run_uid)?.name ?? null;
        const given = truth.launches.find(({ body }) => body.name === name)?.body.tags;
        return isDeepStrictEqual(run.tags, given)
          ? []
          : [`callback ${id} has the tags ${run.tags?.join() ?? 'none'}, its launch gave ${given?.join() ?? 'none'}`];
      }),
  },
  {
    name: 'nothingStartsOnceStopped',
    proves: 'After a run has stopped and its pages in flight are recorded, no page of it starts.',
    check: ({ truth, runs, isLate }) =>
      runs.flatMap(({ control }) => {
        if (control.status !== 'STOPPED' || isLate) return [];
        const late = truth.pages.filter(
          ({ runUid, at }) => runUid === control.uid && at > (control.finishedAt ?? 0) + 70_000,
        );
        return late.map(({ input, page }) => `page ${page} of input ${input} of run ${control.uid} ran after its stop`);
      }),
  },
  {
    name: 'verbsAreAnsweredTruly',
    proves: 'A verb answered 200 had its effect; without faults every verb is answered 200 or 409.',
    check: ({ records, truth, isCalm }) =>
      truth.verbs.flatMap(({ verb, answer, runUid }) => {
        const at = `${verb} of ${runUid} was answered ${answer?.status ?? 'not at all'} ${answer?.runStatus ?? ''}`;
        if (answer?.status === 404 && records.isDeleted(runUid)) return [];
        if (isCalm && answer?.status !== 200 && answer?.status !== 409) return [at];
        if (answer?.status !== 200) return [];
        return (answer.runStatus === 'STOPPED') === (verb === 'cancel') ? [] : [at];
      }),
  },
  {
    name: 'liveAnswersAreRecorded',
    proves: 'A live call that was answered with a run uid has that run, and it ended as the answer says.',
    check: ({ records, truth }) =>
      truth.liveCalls.flatMap(({ answer }) => {
        if (answer === null || answer.runUid === null) return [];
        const control = records.control(answer.runUid);
        if (control === null) return [`live run ${answer.runUid} was answered ${answer.status}, but does not exist`];
        const label = (answer.body as { readonly error_label?: string }).error_label; // cast: our own answer
        const isFine = answer.status === 200 || label === 'NO_RESULT';
        const status = isFine ? 'SUCCEEDED' : 'FAILED';
        return control.status === status
          ? []
          : [`live run ${control.uid} is ${control.status}, but its caller was answered ${answer.status}`];
      }),
  },
];

const DAY_S = 86_400;

/** What receivers got of runs that are not deleted. */
function postsOfPresentRuns(truth: Truth, records: Records): readonly Received[] {
  return truth.posts.filter(({ told }) => !records.isDeleted(told.run.run_uid));
}

function statusOf(records: Records, uid: string): RunStatus {
  return records.control(uid)?.status ?? 'CREATED';
}

function controls(records: Records): readonly RunControl[] {
  return records.runUids().flatMap((uid) => records.control(uid) ?? []);
}
