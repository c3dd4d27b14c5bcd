import { bodyOf, callApi } from '../api-call.ts';
import type { Deployment } from '../deployment.ts';
import type { Stage } from '../instance.ts';
import type { BulkCalled, Truth } from '../truth.ts';
import type { BulkPlan } from './bulk-plan.ts';

/** Creates a bulk as its caller, and cancels it where that is planned. */
export async function callBulk(
  stage: Stage,
  deployment: Deployment,
  truth: Truth,
  { workspace, bulk: { action, filter, cancelAfterMs } }: { readonly workspace: number; readonly bulk: BulkPlan },
): Promise<void> {
  const called: BulkCalled = { action, isCancelled: false, answer: null };
  truth.bulks.push(called);
  const path = '/v1/bulk';
  const answer = await callApi(stage, deployment, { function: 'verbs', workspace, path, body: { action, filter } });
  if (answer === null) return;
  const status = answer.statusCode ?? 0;
  stage.coverage.hit(`bulk:${action} ${status}`);
  const { uid } = bodyOf(answer);
  if (status !== 202 || typeof uid !== 'string') return;
  called.answer = { uid };
  if (cancelAfterMs === null) return;
  stage.timeline.after(cancelAfterMs, () => {
    called.isCancelled = true;
    void callApi(stage, deployment, { function: 'verbs', workspace, path: `${path}/${uid}/cancel` }).then((told) =>
      stage.coverage.hit(`bulk:cancel ${told?.statusCode ?? 0}`),
    );
  });
}
