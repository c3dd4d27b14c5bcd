import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { formatApiKey } from '../../shared/domain/api-key.ts';
import type { ApiFunction } from '../../shared/functions.ts';
import type { Deployment } from './deployment.ts';
import type { Instance, Stage } from './instance.ts';

/** A request of a caller, with the function that API Gateway routes it to. */
export interface ApiRequest {
  readonly function: Extract<ApiFunction, keyof Deployment>;
  readonly workspace: number;
  /** Default: POST. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** The process that handles it dies after so many ms, if crashes are on in the history. */
  readonly killedAfter?: number | null;
}

/** Calls the API; null if the caller gets no answer. */
export async function callApi<Name extends ApiRequest['function']>(
  stage: Stage,
  deployment: Pick<Deployment, Name>,
  request: ApiRequest & { readonly function: Name },
): Promise<APIGatewayProxyStructuredResultV2 | null> {
  const { function: name, workspace } = request;
  const event = eventOf(request);
  const context = {} as Context; // cast: no handler reads it
  const { killedAfter = null } = request;
  const sentAt = stage.timeline.now();
  const answer = await deployment[name].invoke(async (handler, instance) => {
    const spare = killedAfter === null ? () => undefined : killAfter(stage, instance, killedAfter);
    const answer = await handler(event, context);
    spare();
    return answer;
  });
  stage.trace.add(
    `caller ${workspace} is told ${answer === null ? 'nothing' : `${answer.statusCode ?? 0} ${answer.body ?? ''}`}`,
  );
  if (answer?.statusCode === 429) noteRefusal(stage, bodyOf(answer)['params'], { workspace, sentAt });
  return answer;
}

function noteRefusal(
  { quotaRefusals, timeline }: Stage,
  params: unknown,
  call: { readonly workspace: number; readonly sentAt: number },
): void {
  const { quota } = (params ?? {}) as { readonly quota?: string }; // cast: as the contract says
  if (quota !== undefined) quotaRefusals.push({ ...call, quota, at: timeline.now() });
}

/** Kills the process after that time; the returned function cancels it. */
function killAfter({ adversary, timeline }: Stage, instance: Instance, ms: number): () => void {
  return timeline.after(ms, () => {
    if (adversary.isOn('crash_after') && !adversary.isCalm) instance.die('killed');
  });
}

/** The one API key of a workspace. */
export function apiKeyOf(workspace: number): string {
  return formatApiKey(new Uint8Array(20).fill(workspace + 1));
}

function eventOf({
  workspace,
  method = 'POST',
  path,
  query = '',
  headers = {},
  body,
}: ApiRequest): APIGatewayProxyEventV2 {
  const http = { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'simulated' };
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    headers: { 'x-api-key': apiKeyOf(workspace), 'content-type': 'application/json', ...headers },
    // cast: handlers read no more of the context than this
    requestContext: { http } as APIGatewayProxyEventV2['requestContext'],
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    isBase64Encoded: false,
  };
}

/** The members of an answer's body. */
export function bodyOf(answer: APIGatewayProxyStructuredResultV2): Record<string, unknown> {
  const text = answer.isBase64Encoded === true ? Buffer.from(answer.body ?? '', 'base64').toString() : answer.body;
  return JSON.parse(text === undefined || text === '' ? '{}' : text) as Record<string, unknown>; // cast: what we answer is JSON, but for a 204
}
