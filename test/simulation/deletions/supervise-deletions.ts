import { callVerb } from '../callers.ts';
import type { Deployment } from '../deployment.ts';
import type { Stage } from '../instance.ts';
import type { Observer } from '../observer.ts';
import { after, ask } from '../persistent-caller.ts';
import type { Records } from '../records.ts';
import type { Truth } from '../truth.ts';
import { DELETION_CHECKS } from './deletion-checks.ts';
import type { DeletionTruth } from './deletion-truth.ts';
import type { DeletionPlan } from './deletion-workload.ts';

interface OpenHistory {
  readonly stage: Stage;
  readonly deployment: Deployment;
  readonly observer: Observer;
  readonly records: Records;
  readonly truth: Truth;
}

/** The deletions of a history, from their first calls to their checks. */
export interface DeletionSupervision {
  isOver(): boolean;
  check(facts: { readonly isCalm: boolean }): void;
}

/** A caller gives up after so many answers that it was too early. */
const PATIENCE = 60;

/** Sets the callers to work. */
export function superviseDeletions(history: OpenHistory, plans: readonly DeletionPlan[]): DeletionSupervision {
  const { stage, observer, records, truth, deployment } = history;
  const deletions: DeletionTruth[] = [];
  let left = plans.length;
  for (const plan of plans) {
    stage.timeline.after(plan.at, () => void deleteAs(history, deletions, plan).then(() => void (left -= 1)));
  }
  return {
    isOver: () => left === 0,
    check({ isCalm }) {
      const { bucket } = deployment;
      for (const { name, check } of DELETION_CHECKS) {
        const aftermath = { deletions, deleted: observer.deleted, records, truth, bucket, isCalm };
        for (const message of check(aftermath)) observer.violate(name, message);
      }
    },
  };
}

async function deleteAs(history: OpenHistory, deletions: DeletionTruth[], plan: DeletionPlan): Promise<void> {
  const { stage, deployment, truth } = history;
  const { workspace, run } = plan;
  const launched =
    truth.launches.find(({ body }) => body.name === run) ?? truth.liveCalls.find(({ input }) => input.key === run);
  const runUid = launched?.answer?.runUid ?? null;
  if (runUid === null) return; // its caller was not told which run it is
  if (plan.cancels) await callVerb(stage, deployment, truth, { verb: 'cancel', runUid, workspace });
  const deletion: DeletionTruth = { runUid, workspace, answers: [] };
  deletions.push(deletion);
  const request = { function: 'verbs', workspace, method: 'DELETE', path: `/v1/runs/${runUid}` } as const;
  for (let asked = 0; asked < PATIENCE; asked += 1) {
    const sentAt = stage.timeline.now();
    const answer = await ask(stage, deployment, request);
    deletion.answers.push({ ...answer, sentAt, at: stage.timeline.now() });
    stage.coverage.hit(`deletion:${answer.status ?? 'nothing'}`);
    const isDone = answer.status === 204 || answer.status === 404;
    if (isDone && (answer.status === 404 || !plan.asksTwice)) return;
    await after(stage, plan.againMs);
  }
}
