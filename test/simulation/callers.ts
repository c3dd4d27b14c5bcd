import { keys } from '../../shared/storage/keys.ts';
import { digestApiKey } from '../../shared/domain/api-key.ts';
import { type ApiRequest, apiKeyOf, bodyOf, callApi } from './api-call.ts';
import { setSecret } from './credentials/set-secret.ts';
import { callBulk } from './bulk/bulk-caller.ts';
import type { Deployment } from './deployment.ts';
import type { Stage } from './instance.ts';
import type { Truth, Verb, VerbCalled } from './truth.ts';
import type { LaunchBody } from './launch-body.ts';
import type { Step } from './step.ts';

/** The path of live calls of an action. */
export function livePathOf(action: string): string {
  return `/v1/actions/${action}/run/live`;
}

/** The uid of a workspace of a history. */
export function workspaceUid(workspace: number): string {
  return `00000000-0000-4000-8000-00000000000${workspace}`;
}

/** The items in the table before a history begins: one API key for each workspace. */
export function apiKeyItems(workspaces: number): readonly object[] {
  return Array.from({ length: workspaces }, (_, workspace) => {
    const digest = digestApiKey(apiKeyOf(workspace));
    const { pk, sk } = keys.apiKey(digest);
    return {
      pk: { S: pk },
      sk: { S: sk },
      digest: { S: digest },
      workspace_uid: { S: workspaceUid(workspace) },
      scopes: { L: ['read', 'run', 'manage', 'admin'].map((scope) => ({ S: scope })) },
      hint: { S: 'trk' },
      created_at: { N: '0' },
    };
  });
}

/** The request of an async launch. */
export function launchOf(workspace: number, body: LaunchBody, action = 'scripted'): ApiRequest {
  return { function: 'launch', workspace, path: `/v1/actions/${action}/run/async`, body };
}

/** Does one step of the workload as its caller, and records the answer. */
export async function takeStep(stage: Stage, deployment: Deployment, truth: Truth, step: Step): Promise<void> {
  if (step.kind === 'bulk') return callBulk(stage, deployment, truth, step);
  if (step.kind === 'verb') return useVerb(stage, deployment, truth, step);
  if (step.kind === 'secret') return setSecret(stage, deployment, truth, step);
  if (step.kind === 'launch') {
    const launched: Truth['launches'][number] = {
      workspace: step.workspace,
      body: step.body,
      ...(step.mayBeRefused === true ? { mayBeRefused: true } : {}),
      answer: null,
    };
    truth.launches.push(launched);
    const { workspace, body } = step;
    const answer = await callApi(stage, deployment, launchOf(workspace, body, step.action));
    if (answer === null) return;
    const told = bodyOf(answer);
    launched.answer = {
      status: answer.statusCode ?? 0,
      runUid: textOrNull(told['run_uid']),
      label: textOrNull(told['error_label']),
    };
    return;
  }
  const called: Truth['liveCalls'][number] = { workspace: step.workspace, input: step.input, answer: null };
  truth.liveCalls.push(called);
  const { workspace, input } = step;
  const answer = await callApi(stage, deployment, {
    function: 'live',
    workspace,
    path: livePathOf('scripted'),
    body: { input },
  });
  if (answer === null) return;
  const runUid = textOrNull(answer.headers?.['X-Run-Uid'] ?? answer.headers?.['x-run-uid']);
  called.answer = { status: answer.statusCode ?? 0, runUid, body: bodyOf(answer) };
}

/** Cancels, resumes or retries a run; does nothing if its caller never got the run's uid. */
async function useVerb(
  stage: Stage,
  deployment: Deployment,
  truth: Truth,
  { verb, run, workspace }: Extract<Step, { kind: 'verb' }>,
): Promise<void> {
  const runUid = truth.launches.find(({ body }) => body.name === run)?.answer?.runUid ?? null;
  if (runUid === null) return;
  await callVerb(stage, deployment, truth, { verb, runUid, workspace });
}

/** Uses a verb on a run; returns the answer, or null if there was none. */
export async function callVerb(
  stage: Stage,
  deployment: Deployment,
  truth: Truth,
  { verb, runUid, workspace }: { readonly verb: Verb; readonly runUid: string; readonly workspace: number },
): Promise<VerbCalled['answer']> {
  const called: VerbCalled = { verb, runUid, answer: null };
  truth.verbs.push(called);
  const path = `/v1/runs/${runUid}/${verb}`;
  const answer = await callApi(stage, deployment, { function: 'verbs', workspace, path, body: {} });
  if (answer === null) return null;
  called.answer = { status: answer.statusCode ?? 0, runStatus: textOrNull(bodyOf(answer)['status']) };
  stage.coverage.hit(`verb:${verb} ${answer.statusCode ?? 0}`);
  return called.answer;
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
