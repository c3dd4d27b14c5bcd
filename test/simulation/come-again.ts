import { runsFailedByDeadLetter } from './checks/dead-letter-checks.ts';
import { checkAll, readTruths } from './checks/check-all.ts';
import { SeededRandom } from './random.ts';
import { comeToRest } from './rest.ts';
import { retryRun } from './supervise-dead-letters.ts';
import type { OpenHistory } from './history.ts';

/** How many messages of each queue are sent again at the end. */
const REDRIVEN = 5;

/** Retries all runs that failed because of a dead letter: without faults they must now end as they should have. */
export async function retryFailedByDeadLetter(history: OpenHistory): Promise<void> {
  const { stage, deployment, observer, truth } = history;
  const failedByDeadLetter = runsFailedByDeadLetter(await readTruths(history)).map(({ control }) => control);
  if (failedByDeadLetter.length === 0) return;
  let left = failedByDeadLetter.length;
  for (const control of failedByDeadLetter) {
    stage.timeline.after(1, async () => {
      const status = await retryRun(stage, deployment, truth, control);
      left -= 1;
      if (status === 200) return;
      observer.violate(
        'runsFailedByDeadLettersAreRetried',
        `the retry of run ${control.uid} was answered ${status ?? 'not at all'}`,
      );
    });
  }
  await comeToRest(history, () => left === 0);
  await checkAll(history);
  const uids = new Set(failedByDeadLetter.map(({ uid }) => uid));
  for (const { control } of runsFailedByDeadLetter(await readTruths(history))) {
    if (!uids.has(control.uid)) continue;
    observer.violate(
      'runsFailedByDeadLettersAreRetried',
      `run ${control.uid} was retried, but an input that a dead letter failed is still failed`,
    );
  }
}

/**
 * Sends dead letters and messages that were handled long ago again. They must change nothing, even if receivers now
 * refuse what they accepted before. Some dead letters also go to the function dead-letters again, with the same ids.
 */
export async function redrive(history: OpenHistory): Promise<void> {
  const { stage, deployment, records, observer } = history;
  const { queues } = deployment;
  const random = new SeededRandom(stage.seed, 'redrive');
  const before = records.stored();
  deployment.turnReceivers(new SeededRandom(stage.seed, 'redrive receivers').pick(['well', 'dead', 'gone']));
  const letters = Array.from(queues.letters.all);
  const chosen = new SeededRandom(stage.seed, 'redrive letters');
  for (const letter of letters) {
    if (chosen.happens(0.5)) queues.redrive(letter);
    if (chosen.happens(0.5)) queues.endDeadLetter({ ...letter, sentAt: stage.timeline.now() });
  }
  for (const queue of queues.all()) {
    const bodies = [...queue.history];
    for (let sent = 0; sent < REDRIVEN && bodies.length > 0; sent += 1) queue.send('redrive', random.take(bodies), 0);
  }
  await comeToRest(history, () => true);
  await checkAll(history);
  const after = records.stored();
  for (const [key, text] of after) {
    if (before.get(key) !== text)
      observer.violate('redriveChangesNothing', `${key}: ${before.get(key) ?? 'absent'} became ${text}`);
  }
}
