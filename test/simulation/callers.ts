import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { keys } from '../../shared/adapters/dynamodb/keys.ts';
import { digestApiKey, formatApiKey } from '../../shared/domain/api-key.ts';
import type { Deployment } from './deployment.ts';
import { type Stage, TIMEOUT_MS } from './instance.ts';
import type { Truth } from './truth.ts';
import type { Step } from './workload.ts';

const LAUNCH_PATH = '/v1/actions/scripted/run/async';
const LIVE_PATH = '/v1/actions/scripted/run/live';

/** The uid of a workspace of a history. */
export function workspaceUid(workspace: number): string {
  return `00000000-0000-4000-8000-00000000000${workspace}`;
}

function apiKeyOf(workspace: number): string {
  return formatApiKey(new Uint8Array(20).fill(workspace + 1));
}

/** What the owner has put into the table before a history begins: one API key for each workspace. */
export function apiKeyItems(workspaces: number): readonly object[] {
  return Array.from({ length: workspaces }, (_, workspace) => {
    const digest = digestApiKey(apiKeyOf(workspace));
    const { pk, sk } = keys.apiKey(digest);
    return {
      pk: { S: pk },
      sk: { S: sk },
      digest: { S: digest },
      workspace_uid: { S: workspaceUid(workspace) },
      scopes: { L: ['read', 'run', 'manage'].map((scope) => ({ S: scope })) },
      hint: { S: 'trk' },
      created_at: { N: '0' },
    };
  });
}

/** Does one step of the workload as its caller would, and keeps what the caller was told. */
export async function takeStep(stage: Stage, deployment: Deployment, truth: Truth, step: Step): Promise<void> {
  if (step.kind === 'verb') return useVerb(stage, deployment, truth, step);
  if (step.kind === 'launch') {
    const launched: Truth['launches'][number] = { workspace: step.workspace, body: step.body, answer: null };
    truth.launches.push(launched);
    const answer = await call(stage, deployment, 'launch', step.workspace, LAUNCH_PATH, step.body);
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
  const answer = await call(stage, deployment, 'live', step.workspace, LIVE_PATH, { input: step.input });
  if (answer === null) return;
  const runUid = textOrNull(answer.headers?.['X-Run-Uid'] ?? answer.headers?.['x-run-uid']);
  called.answer = { status: answer.statusCode ?? 0, runUid, body: bodyOf(answer) };
}

/** Cancels, resumes or retries a run; passed over where its caller was never told a uid. */
async function useVerb(
  stage: Stage,
  deployment: Deployment,
  truth: Truth,
  { verb, run, workspace }: Extract<Step, { kind: 'verb' }>,
): Promise<void> {
  const runUid = truth.launches.find(({ body }) => body.name === run)?.answer?.runUid ?? null;
  if (runUid === null) return;
  const called: Truth['verbs'][number] = { verb, runUid, answer: null };
  truth.verbs.push(called);
  const answer = await call(stage, deployment, 'verbs', workspace, `/v1/runs/${runUid}/${verb}`, {});
  if (answer === null) return;
  called.answer = { status: answer.statusCode ?? 0, runStatus: textOrNull(bodyOf(answer)['status']) };
  stage.coverage.hit(`verb:${verb} ${answer.statusCode ?? 0}`);
}

async function call(
  stage: Stage,
  deployment: Deployment,
  functionName: 'launch' | 'live' | 'verbs',
  workspace: number,
  path: string,
  body: object,
): Promise<APIGatewayProxyStructuredResultV2 | null> {
  const event = eventOf(path, apiKeyOf(workspace), body);
  const context = {} as Context; // cast: no handler reads it
  const answer = await deployment[functionName].invoke(TIMEOUT_MS[functionName], (handler) => handler(event, context));
  stage.trace.add(
    `caller ${workspace} is told ${answer === null ? 'nothing' : `${answer.statusCode ?? 0} ${answer.body ?? ''}`}`,
  );
  return answer;
}

function eventOf(path: string, apiKey: string, body: object): APIGatewayProxyEventV2 {
  const http = { method: 'POST', path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'simulated' };
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { 'x-api-key': apiKey, 'content-type': 'application/json' },
    // cast: handlers read no more of the context than this
    requestContext: { http } as APIGatewayProxyEventV2['requestContext'],
    body: JSON.stringify(body),
    isBase64Encoded: false,
  };
}

function bodyOf(answer: APIGatewayProxyStructuredResultV2): Record<string, unknown> {
  const text = answer.isBase64Encoded === true ? Buffer.from(answer.body ?? '', 'base64').toString() : answer.body;
  return JSON.parse(text ?? '{}') as Record<string, unknown>; // cast: what we answer is JSON
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
