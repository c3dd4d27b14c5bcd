import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createGuardedHttp } from '../../shared/aws/guarded-http.ts';
import { createLargeObjects } from '../../shared/aws/large-objects.ts';
import { createCallbackSender } from '../../shared/aws/outbound.ts';
import { createCallbackSecrets } from '../../shared/aws/callback-secrets.ts';
import { createKeyringReader } from '../../shared/aws/keyring-reader.ts';
import { sdkOptions } from '../../shared/aws/sdk-options.ts';
import { userAgentOf } from '../../shared/domain/callback-headers.ts';
import { Table } from '../../shared/storage/table.ts';
import { consoleLog, systemRandom, systemClock } from '../../shared/process/system.ts';
import { VERSION } from '../../shared/process/version.ts';
import { parseEnv } from '../../shared/api/env.ts';
import { deliverCallback, type Delivered } from '../../shared/engine/callbacks/deliver-callback.ts';
import { createPacing, type DeliveryPorts } from '../../shared/engine/callbacks/delivery.ts';
import type { CorePorts, Log } from '../../shared/engine/ports.ts';
import { once } from '../../shared/process/once.ts';
import { createQueueHandler, type QueueHandlerPorts } from '../wiring/create-queue-handler.ts';
import { createCorePorts, openCallbackPolicy } from '../wiring/create-ports.ts';

/** Delivers callbacks: one attempt a message. `workers`: maximum of concurrent invocations of this function. */
export function createCallbackHandler(
  ports: Omit<DeliveryPorts, 'senders' | 'hosts'> & Pick<CorePorts, 'seats'> & QueueHandlerPorts,
  workers: number,
): ReturnType<typeof createQueueHandler> {
  const paced: DeliveryPorts = { ...ports, ...createPacing(ports, workers) };
  return async (event) => {
    const batch: Delivered[] = [];
    const answer = await createQueueHandler(ports, async (message, receipt) => {
      if (message.kind !== 'callback') throw new Error(`The callback queue carries no ${message.kind} messages.`);
      batch.push(await deliverCallback(paced, message, receipt));
    })(event);
    logBatch(ports.log, batch);
    return answer;
  };
}

/** One line for a batch, not for a callback: the dashboard adds them up (infra/constructs/dashboard.ts). */
function logBatch(log: Pick<Log, 'info'>, batch: readonly Delivered[]): void {
  const outcomes = batch.flatMap(({ outcome }) => outcome ?? []);
  if (outcomes.length === 0) return;
  const firsts = batch.flatMap(({ firstMs }) => firstMs ?? []);
  const count = (wanted: Delivered['outcome']): number => outcomes.filter((outcome) => outcome === wanted).length;
  log.info('callbacks', {
    delivered: count('delivered'),
    to_retry: count('to_retry'),
    held: count('held'),
    deferred: count('deferred'),
    given_up: count('given_up'),
    // Of several runs' first callbacks the one that took longest.
    ...(firsts.length === 0 ? {} : { first_callback_ms: Math.max(...firsts) }),
  });
}

const wired = once(() => {
  const env = parseEnv('callback', process.env);
  const machine = { clock: systemClock, random: systemRandom, log: consoleLog };
  const { outboundPorts, allowLocalHttp } = env.settings;
  const dynamodb = new DynamoDBClient(sdkOptions());
  const http = createGuardedHttp({ policy: { allowedPorts: outboundPorts, allowLocalHttp } });
  const keyring = createKeyringReader(new SecretsManagerClient(sdkOptions()), env.masterSecretArn, machine);
  const table = new Table(dynamodb, env.table, systemClock);
  return createCallbackHandler(
    {
      ...createCorePorts(env, machine, {
        dynamodb,
        sqs: new SQSClient(sdkOptions()),
        objects: createLargeObjects(dynamodb.config, env.bucket, process.env),
      }),
      callbackPolicy: openCallbackPolicy(table, env.settings, machine),
      sender: createCallbackSender(http, userAgentOf(VERSION, env.publicUrl)),
      secrets: createCallbackSecrets(keyring, table, systemClock),
    },
    env.callbackWorkers,
  );
});

export const handler: ReturnType<typeof createQueueHandler> = (event) => wired()(event);
