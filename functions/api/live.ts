import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { createGuardedHttp } from '../../shared/adapters/aws/guarded-http.ts';
import type { Keyring } from '../../shared/adapters/aws/keyring.ts';
import { createActionWorld } from '../../shared/adapters/aws/outbound.ts';
import { createActionSecrets, createKeyringReader } from '../../shared/adapters/aws/stage-secrets.ts';
import { Table } from '../../shared/adapters/dynamodb/table.ts';
import { consoleLog, systemChance, systemClock } from '../../shared/adapters/system.ts';
import { callBinding, CURSOR_LIFETIME_MS, decodeCursor, encodeCursor } from '../../shared/contract/cursor.ts';
import { parseEnv } from '../../shared/contract/env.ts';
import { EngineError } from '../../shared/domain/errors.ts';
import { type LiveAnswer, type LivePorts, runLive } from '../../shared/engine/run-live.ts';
import { findAction } from '../../shared/engine/start-run.ts';
import type { Action } from '../../shared/sdk/action.ts';
import { registerActions } from '../actions/index.ts';
import { createApiPorts } from '../entry/http/api-ports.ts';
import { type ApiPorts, createApiHandler } from '../entry/http/create-api-handler.ts';
import { defineEndpoint } from '../entry/http/endpoint.ts';
import { type HttpRequest, pageUrl } from '../entry/http/http-request.ts';
import { once } from '../entry/once.ts';
import { createStorePorts, noLargeObjects } from '../entry/world.ts';

const liveCursor = z.strictObject({ cursor: z.string(), page: z.int().min(1) });

/** Answers live calls. */
export function createLiveHandler(
  api: ApiPorts,
  ports: LivePorts,
  keyring: () => Promise<Pick<Keyring, 'sign'>>,
): ReturnType<typeof createApiHandler> {
  return createApiHandler({
    functionName: 'live',
    ports: api,
    endpoints: {
      runLive: defineEndpoint('runLive', {
        find: async ({ params }) => findAction(ports, params.action, 'live'),
        async handle({ found: action, body, query, caller, request }) {
          const { sign } = await keyring();
          const boundTo = callBinding(caller.workspaceUid, request.url.pathname, body);
          const now = ports.clock.now();
          const expected = { schema: liveCursor, boundTo, now };
          const begin = query.cursor === undefined ? null : decodeCursor(query.cursor, expected, sign);
          checkPageNumber(action, query.page);
          const page = begin?.page ?? (query.page ?? 1) - 1;
          const answer = await runLive(ports, {
            workspaceUid: caller.workspaceUid,
            actionName: action.name,
            input: body.input,
            parameters: body.parameters ?? {},
            cursor: begin?.cursor ?? null,
            page,
          });
          const next = (cursor: string): string =>
            encodeCursor({ data: { cursor, page: page + 1 }, boundTo, expiresAt: now + CURSOR_LIFETIME_MS }, sign);
          return { body: answer.body, headers: pageHeaders(action, request, answer, query.page, next) };
        },
      }),
    },
  });
}

function checkPageNumber(action: Action, page: number | undefined): void {
  if (page === undefined || action.pagesBy === 'cursor_or_number') return;
  const message = `${action.name} has no page numbers; follow X-Pagination-Next from the first page`;
  throw new EngineError('BAD_INPUT', `query: page: ${message}`, { validationErrors: [{ path: 'page', message }] });
}

function pageHeaders(
  action: Action,
  request: HttpRequest,
  answer: LiveAnswer,
  number: number | undefined,
  cursorOf: (cursor: string) => string,
): Record<string, string> {
  const headers: Record<string, string> = { 'X-Run-Uid': answer.runUid };
  if (action.returns === 'object') return headers;
  headers['X-Pagination-Page-Size'] = String(answer.pageSize);
  if (answer.nextCursor !== null) {
    headers['X-Pagination-Next'] =
      number === undefined
        ? pageUrl(request, { cursor: cursorOf(answer.nextCursor) })
        : pageUrl(request, { page: String(number + 1) });
  }
  if (number !== undefined && number > 1) {
    headers['X-Pagination-Previous'] = pageUrl(request, { page: String(number - 1) });
  }
  return headers;
}

const wired = once(() => {
  const env = parseEnv('live', process.env);
  const machine = { clock: systemClock, chance: systemChance, log: consoleLog };
  const { outboundPorts, allowLocalHttp, extraActions } = env.settings;
  const dynamodb = new DynamoDBClient();
  const secretsManager = new SecretsManagerClient();
  const http = createGuardedHttp({ policy: { allowedPorts: outboundPorts, allowLocalHttp }, totalTimeoutMs: 25_000 });
  const table = new Table(dynamodb, env.table, systemClock);
  const ports = {
    ...createStorePorts(env, machine, { dynamodb, objects: noLargeObjects }),
    actions: registerActions(extraActions),
    world: createActionWorld(http, createActionSecrets(secretsManager, env.actionSecretsArn, systemClock)),
  };
  const keyring = createKeyringReader(secretsManager, env.masterSecretArn, systemChance);
  return createLiveHandler(createApiPorts(machine, table, env), ports, keyring);
});

export const handler: ReturnType<typeof createApiHandler> = (event, context) => wired()(event, context);
