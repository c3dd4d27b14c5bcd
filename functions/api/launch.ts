import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createCallbackPolicy } from '../../shared/adapters/aws/outbound.ts';
import { createKeyringReader, createStageSecrets } from '../../shared/adapters/aws/stage-secrets.ts';
import { Table } from '../../shared/adapters/dynamodb/table.ts';
import { consoleLog, systemChance, systemClock } from '../../shared/adapters/system.ts';
import { parseEnv } from '../../shared/contract/env.ts';
import { launchedView } from '../../shared/contract/run-view.ts';
import { runUidOf } from '../../shared/domain/ids.ts';
import { findAction, findLaunched, type Launch, type LaunchPorts, startRun } from '../../shared/engine/start-run.ts';
import { registerActions } from '../actions/index.ts';
import { createApiPorts } from '../entry/http/api-ports.ts';
import { type ApiPorts, createApiHandler } from '../entry/http/create-api-handler.ts';
import { defineEndpoint } from '../entry/http/endpoint.ts';
import { answerOnce } from '../entry/http/once-by-key.ts';
import { once } from '../entry/once.ts';
import { createStarterPorts } from '../entry/world.ts';

/** Takes async launches. */
export function createLaunchHandler(api: ApiPorts, ports: LaunchPorts): ReturnType<typeof createApiHandler> {
  return createApiHandler({
    functionName: 'launch',
    ports: api,
    endpoints: {
      runAsync: defineEndpoint('runAsync', {
        find: async ({ params }) => findAction(ports, params.action, 'async'),
        async handle(call) {
          const { found: action, body, caller } = call;
          const { callback } = body;
          const launch: Launch = {
            workspaceUid: caller.workspaceUid,
            actionName: action.name,
            inputs: body.inputs,
            parameters: body.parameters ?? {},
            callback:
              callback === undefined ? null : { url: callback.url, headers: callback.headers ?? {}, on: callback.on },
            name: body.name ?? null,
            deadlineSeconds: body.deadline_seconds,
            onInvalidInput: body.on_invalid_input,
            dependsOn: body.depends_on ?? [],
            scheduleAt: body.schedule_at === undefined ? null : Date.parse(body.schedule_at),
          };
          return answerOnce(api.once, call, {
            async recall(seed) {
              const launched = await findLaunched(ports, runUidOf(seed));
              return launched === null ? null : { body: launchedView(launched.definition, launched.control) };
            },
            async run(claim) {
              const newUid = async (): Promise<string> => runUidOf((await claim()).seed);
              const { control, definition } = await startRun(ports, launch, newUid);
              return { body: launchedView(definition, control) };
            },
          });
        },
      }),
    },
  });
}

const wired = once(() => {
  const env = parseEnv('launch', process.env);
  const machine = { clock: systemClock, chance: systemChance, log: consoleLog };
  const { outboundPorts, allowLocalHttp, extraActions } = env.settings;
  const keyring = createKeyringReader(new SecretsManagerClient(), env.masterSecretArn, systemChance);
  const table = new Table(new DynamoDBClient(), env.table, systemClock);
  return createLaunchHandler(createApiPorts(machine, table, env), {
    ...createStarterPorts(env, machine, { table, sqs: new SQSClient() }),
    actions: registerActions(extraActions),
    secrets: createStageSecrets(keyring),
    callbackPolicy: createCallbackPolicy({ allowedPorts: outboundPorts, allowLocalHttp }),
  });
});

export const handler: ReturnType<typeof createApiHandler> = (event, context) => wired()(event, context);
