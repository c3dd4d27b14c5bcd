import type * as z from 'zod';
import type { actionDescription } from '../../shared/api/actions/schemas.ts';
import { buildOpenapi } from '../../shared/api/document/openapi.ts';
import { EngineError } from '../../shared/domain/errors.ts';
import type { ActionRegistry } from '../../shared/sdk/action-registry.ts';
import type { Action } from '../../shared/sdk/action.ts';
import type { EndpointsOf } from '../http/create-api-handler.ts';
import { createDocument, documentReply } from '../http/document.ts';
import { defineEndpoint } from '../http/endpoint.ts';
import { JSON_TYPE } from '../http/media-type.ts';
import { once } from '../../shared/process/once.ts';

type ActionEndpoints = Pick<EndpointsOf<'runs'>, 'listActions' | 'getAction' | 'getOpenapi'>;

/** The actions that the deployment offers, and its OpenAPI document. */
export function createActionEndpoints({
  actions,
  publicUrl,
}: {
  readonly actions: ActionRegistry;
  readonly publicUrl: string;
}): ActionEndpoints {
  const openapi = once(() =>
    createDocument(JSON_TYPE, `${JSON.stringify(buildOpenapi({ publicUrl, actions: actions.list() }))}\n`),
  );
  return {
    listActions: defineEndpoint('listActions', {
      handle: async () => ({ body: actions.list().map(actionView) }),
    }),

    getAction: defineEndpoint('getAction', {
      find: async ({ params }) => {
        const action = actions.get(params.action);
        if (action !== null) return action;
        const message = `The action ${params.action} does not exist; GET /v1/actions lists the actions of this deployment.`;
        throw new EngineError('ACTION_NOT_FOUND', message);
      },
      handle: async ({ found }) => ({ body: actionView(found) }),
    }),

    getOpenapi: defineEndpoint('getOpenapi', {
      handle: async ({ request }) => documentReply(openapi(), request),
    }),
  };
}

function actionView(action: Action): z.output<typeof actionDescription> {
  return {
    name: action.name,
    title: action.title,
    description: action.description,
    modes: [...action.modes],
    page_size: action.pageSize,
    max_results: { ...action.maxResults },
    pages_by: action.pagesBy,
    pace: paceOf(action),
    input_schema: { ...action.inputSchema },
    parameters_schema: { ...action.parametersSchema },
    result_schema: { ...action.resultSchema },
  };
}

function paceOf({ pace }: Action) {
  if (pace === null) return null;
  return { calls: pace.calls, per_ms: pace.perMs, min_gap_ms: pace.minGapMs, by_input: pace.by !== null };
}
