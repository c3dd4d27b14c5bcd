import type { FaultKind } from '../fault-kinds.ts';
import { isFaultless, isRepeated } from '../instance.ts';
import { type RunTruth, runTruths } from '../run-truth.ts';
import type { OpenHistory } from '../history.ts';
import { postsById } from './aftermath.ts';
import { REST_CHECKS } from './rest-checks.ts';

/** Faults with which a write may arrive after the engine must assume that it will not. */
const LATE_FAULTS: readonly FaultKind[] = ['frozen_worker', 'lambda_timeout', 'slow_call', 'clock_skew'];

/** Async runs, with what really happened to their inputs. */
export function readTruths({ records, truth, observer, deployment }: OpenHistory): Promise<readonly RunTruth[]> {
  return runTruths(records, truth, { failures: observer.failures, letters: deployment.queues.letters });
}

/** Checks all promises of a history that is at rest, and reports each violation to its observer. */
export async function checkAll(history: OpenHistory): Promise<void> {
  const { observer, records, truth, stage, deployment } = history;
  if (observer.violations.length > 0) return;
  const isCalm = isFaultless(stage);
  const isLate = LATE_FAULTS.some((kind) => stage.adversary.isOn(kind));
  const { traffic, letters } = deployment.queues;
  const runs = await readTruths(history);
  const posts = postsById(truth);
  const facts = { isCalm, isLate, isRepeated: isRepeated(stage) };
  const { leftBehind, staleWrites, coverage } = stage;
  const kills = coverage.count('killed at its timeout');
  const aftermath = { leftBehind, staleWrites, kills, records, truth, traffic, letters, runs, posts, ...facts };
  for (const { name, check } of REST_CHECKS) {
    for (const message of check(aftermath)) observer.violate(name, message);
  }
  history.schedules?.check();
  history.consumers?.check({ isCalm, isLate });
  await history.live?.check({ isCalm, isLate });
  history.uploads?.check(runs, { isCalm, isLate });
  history.deletions?.check({ isCalm });
  history.notifications?.check();
}
