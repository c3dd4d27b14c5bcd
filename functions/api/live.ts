import { LIVE_WORK_MS } from '../../shared/domain/timing.ts';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createCursorSigner, type CursorSigner } from '../../shared/aws/cursor-signer.ts';
import { versionOf } from '../../shared/aws/keyring.ts';
import type { ReadVersioned } from '../../shared/aws/versioned-reader.ts';
import { createGuardedHttp } from '../../shared/aws/guarded-http.ts';
import { createLargeObjects } from '../../shared/aws/large-objects.ts';
import { createActionServices } from '../../shared/aws/outbound.ts';
import { sdkOptions } from '../../shared/aws/sdk-options.ts';
import { createLogStore } from '../../shared/storage/log-store.ts';
import { createPaceStore } from '../../shared/storage/pace-store.ts';
import { createProgressStore } from '../../shared/storage/progress-store.ts';
import { Table } from '../../shared/storage/table.ts';
import { consoleLog, systemRandom, systemClock } from '../../shared/process/system.ts';
import { parseEnv } from '../../shared/api/env.ts';
import { signatureOf } from '../../shared/api/cursor.ts';
import { livePageOf } from '../../shared/api/launches/live-cursor.ts';
import { EngineError } from '../../shared/domain/errors.ts';
import { runUidOf } from '../../shared/domain/ids.ts';
import type { LivePage } from '../../shared/domain/live-page.ts';
import { answerLive } from '../../shared/engine/live/answer-live.ts';
import { checkLiveCall, type LiveOutcome, type LivePorts } from '../../shared/engine/live/live-call.ts';
import { findAction } from '../../shared/engine/launch/check-launch.ts';
import { recallLive } from '../../shared/engine/live/wait-live.ts';
import type { Action } from '../../shared/sdk/action.ts';
import { registerActions } from '../actions/index.ts';
import { createApiPorts } from '../http/api-ports.ts';
import { type ApiPorts, createApiHandler } from '../http/create-api-handler.ts';
import { defineEndpoint, type Reply, type ReplyBody } from '../http/endpoint.ts';
import { answerOnce } from '../http/once-by-key.ts';
import { readPreferredWait } from '../http/prefer-wait.ts';
import { liveReply } from '../endpoints/live-reply.ts';
import { once } from '../../shared/process/once.ts';
import { wireActionSecrets } from '../wiring/action-secrets.ts';
import { createStarterPorts } from '../wiring/create-ports.ts';

/** Handles live calls: runs the page within the call, or queues it and waits for it. */
export function createLiveHandler(
  api: ApiPorts,
  ports: LivePorts,
  signer: ReadVersioned<CursorSigner>,
): ReturnType<typeof createApiHandler> {
  return createApiHandler({
    functionName: 'live',
    ports: api,
    endpoints: {
      runLive: defineEndpoint('runLive', {
        find: async ({ params }) => findAction(ports, params.action, 'live'),
        async handle(call) {
          const { found: action, body, query, caller, request } = call;
          const arrivedAt = ports.clock.now();
          const wait = readPreferredWait(request.headers['prefer']);
          const { cursor } = query;
          const { sign, verify } = await signer(cursor === undefined ? cursor : versionOf(signatureOf(cursor)));
          // A link is bound to what decides its page: tags may differ, and links of a release without them stay good.
          const { tags, ...asked } = body;
          const liveCall = { workspaceUid: caller.workspaceUid, path: request.url.pathname, body: asked, ...query };
          // `now` is 0 where a stored answer is repeated, because that is allowed after the call's cursor has expired.
          const pageAt = (now: number): LivePage => livePageOf({ ...liveCall, cursor, page: query.page }, now, verify);
          const reply = (page: LivePage, outcome: LiveOutcome): Reply<ReplyBody<'runLive'>> =>
            liveReply({ request, action, page, wait }, outcome, ports.clock.now(), sign);
          return answerOnce(api.once, call, {
            async recall(seed) {
              const outcome = await recallLive(ports, action, runUidOf(seed));
              return outcome === null ? null : reply(pageAt(0), outcome);
            },
            async run(claim) {
              const page = pageAt(arrivedAt);
              checkPageNumber(action, query.page);
              const { workspaceUid } = caller;
              const { input, parameters = {} } = asked;
              const checked = checkLiveCall({ workspaceUid, action, input, parameters, page, tags });
              const uid = runUidOf((await claim()).seed);
              const isKeyed = request.headers['idempotency-key'] !== undefined;
              const until = wait === null ? null : arrivedAt + wait * 1_000;
              return reply(page, await answerLive(ports, checked, { uid, isKeyed, until }));
            },
          });
        },
      }),
    },
  });
}

function checkPageNumber(action: Action, page: number | undefined): void {
  if (page === undefined || action.pagesBy === 'cursor_or_number') return;
  const message = `${action.name} does not support page numbers; follow X-Pagination-Next from the first page`;
  throw new EngineError('BAD_INPUT', `query: page: ${message}`, { validationErrors: [{ path: 'page', message }] });
}

const wired = once(() => {
  const env = parseEnv('live', process.env);
  const machine = { clock: systemClock, random: systemRandom, log: consoleLog };
  const { outboundPorts, allowLocalHttp, extraActions } = env.settings;
  const dynamodb = new DynamoDBClient(sdkOptions());
  const http = createGuardedHttp({
    policy: { allowedPorts: outboundPorts, allowLocalHttp },
    totalTimeoutMs: LIVE_WORK_MS,
  });
  const table = new Table(dynamodb, env.table, systemClock);
  const objects = createLargeObjects(dynamodb.config, env.bucket, process.env);
  const ports = {
    ...createStarterPorts(env, machine, { table, sqs: new SQSClient(sdkOptions()) }),
    progress: createProgressStore(table, objects),
    logs: createLogStore(table),
    paces: createPaceStore(table, machine),
    actions: registerActions(extraActions),
    actionServices: createActionServices(http, wireActionSecrets(env, table)),
  };
  return createLiveHandler(createApiPorts(machine, table, env), ports, createCursorSigner(table, systemClock));
});

export const handler: ReturnType<typeof createApiHandler> = (event, context) => wired()(event, context);
