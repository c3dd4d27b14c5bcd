import { callApi } from '../api-call.ts';
import type { Deployment } from '../deployment.ts';
import type { Stage } from '../instance.ts';
import type { Step } from '../step.ts';
import type { SecretSet, Truth } from '../truth.ts';

/** Sets or deletes a secret as its workspace, and records the answer. */
export async function setSecret(
  stage: Stage,
  deployment: Deployment,
  truth: Truth,
  { workspace, name, value }: Extract<Step, { kind: 'secret' }>,
): Promise<void> {
  const { timeline } = stage;
  const set: SecretSet = { workspace, name, value, askedAt: timeline.now(), answer: null };
  truth.secrets?.push(set);
  const answer = await callApi(stage, deployment, {
    function: 'workspace',
    workspace,
    method: value === null ? 'DELETE' : 'PUT',
    path: `/v1/secrets/${name}`,
    ...(value === null ? {} : { body: { value } }),
  });
  if (answer === null) return;
  set.answer = { status: answer.statusCode ?? 0, at: timeline.now() };
  stage.coverage.hit(`secret:${value === null ? 'delete' : 'put'} ${answer.statusCode ?? 0}`);
}
