import { REST_CHECKS } from './checks/rest-checks.ts';
import { STEP_CHECKS } from './checks/step-checks.ts';
import { CONSUMER_CHECKS } from './consumers/consumer-checks.ts';
import { DELETION_CHECKS } from './deletions/deletion-checks.ts';
import { LIVE_CHECKS } from './live/live-checks.ts';
import { NOTIFICATION_CHECKS } from './notifications/notification-checks.ts';
import { SCHEDULE_CHECKS } from './schedules/schedule-checks.ts';
import { INTAKE_CHECKS } from './uploads/intake-checks.ts';
import { LAUNCH_CHECKS } from './uploads/launch-checks.ts';

/** Promises that are checked in the course of a history, and so are in none of the lists. */
const OTHER_PROMISES: Readonly<Record<string, string>> = {
  attemptsAreThePosts: 'The attempts that the API lists of a callback are the posts that its receiver got.',
  bodiesAreAsSent: 'The API gives the body of each callback with the bytes that its receiver got.',
  comesToRest: 'Within seven days after the last fault nothing is under way, queued or due any more.',
  deletedRunsAreUnknown: 'Every read of a deleted run is answered 404, and no list has it.',
  ledgerIsWrittenOnce: 'The record of a fire is never overwritten or deleted.',
  lettersAreSeenTo: 'A dead letter is deleted only after the function dead-letters has logged its outcome.',
  readsAreAnswered: 'Reads of runs, inputs, outputs and callbacks are answered, and never with 500.',
  notificationsAreListed: 'The list of notifications of a workspace has each of them, and those of no other workspace.',
  redriveChangesNothing: 'Messages that are sent again after all has ended change nothing that is stored of runs.',
  refusalsAreToldOf: 'A worker reports a message as failed if SQS refused an entry that it had to send for it.',
  runsFailedByDeadLettersAreRetried:
    'A run that failed because of a dead letter can be retried, and then ends without it.',
  settingsAreAnswered: 'Without faults notifications can be set and deleted.',
  shortClientsDoAsTheSdk: "The tests' short AWS clients send and return exactly what the SDK's own clients do.",
  tagsFindTheirRuns: 'A list by tags has the runs with one of them, and no others.',
  theDeadSign: 'What the function dead-letters fails has the id of a dead letter about it.',
  theLivingAreLeftAlone:
    'The function dead-letters fails nothing that a queued message will still try, nor of an old epoch.',
  theTakenAreLeftAlone: 'The function dead-letters fails no callback that the delivery log has as delivered.',
  timersComeThoughRowsFail: 'Without faults a due row is handled within three minutes, however many other rows fail.',
  usageIsTheTruth:
    'The usage of a workspace is what its actions were called for and its receivers were sent, by runs that have ended.',
  usageOutlivesRuns: 'Once all is summed, the records of usage have the usage of all runs, which may then expire.',
  unknownVersionsComeAgain: 'A message of a newer release is not deleted by a process that cannot read it.',
};

/** The promise that a check proves, in a sentence. Throws Error for a name that no check has. */
export function promiseOf(check: string): string {
  const checks = [
    ...STEP_CHECKS,
    ...REST_CHECKS,
    ...CONSUMER_CHECKS,
    ...LIVE_CHECKS,
    ...SCHEDULE_CHECKS,
    ...LAUNCH_CHECKS,
    ...INTAKE_CHECKS,
    ...DELETION_CHECKS,
    ...NOTIFICATION_CHECKS,
  ];
  const promise = checks.find(({ name }) => name === check)?.proves ?? OTHER_PROMISES[check];
  if (promise === undefined) throw new Error(`No check is named ${check}: add it to test/simulation/promises.ts.`);
  return promise;
}
