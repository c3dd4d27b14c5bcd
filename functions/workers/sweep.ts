import { SWEEP_WORK_MS } from '../../shared/domain/timing.ts';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { sdkOptions } from '../../shared/aws/sdk-options.ts';
import { createCursorKeyKeeper } from '../../shared/aws/cursor-signer.ts';
import { createKeyringReader } from '../../shared/aws/keyring-reader.ts';
import { Table } from '../../shared/storage/table.ts';
import { consoleLog, systemRandom, systemClock } from '../../shared/process/system.ts';
import { parseEnv } from '../../shared/api/env.ts';
import type { CorePorts } from '../../shared/engine/ports.ts';
import { sweep, type SweepReport } from '../../shared/engine/sweep/sweep.ts';
import { once } from '../../shared/process/once.ts';
import { createCorePorts, noLargeObjects } from '../wiring/create-ports.ts';

/** Invoked every minute: handles due rows, and makes sure that the table has the keys of live cursors. */
export function createSweepHandler(
  ports: CorePorts,
  keepKey: () => Promise<void> = async () => undefined,
): () => Promise<SweepReport> {
  return async () => {
    const until = ports.clock.now() + SWEEP_WORK_MS;
    await tryKeep(ports, keepKey);
    return sweep(ports, until);
  };
}

/** Due rows must not wait for the keys: a failure is logged, and the next sweep tries again. */
async function tryKeep(ports: CorePorts, keepKey: () => Promise<void>): Promise<void> {
  try {
    await keepKey();
  } catch (error) {
    const stack = error instanceof Error ? error.stack : String(error);
    ports.log.error('the key that signs cursors of live calls could not be put in the table', { stack });
  }
}

const wired = once(() => {
  const env = parseEnv('sweep', process.env);
  const machine = { clock: systemClock, random: systemRandom, log: consoleLog };
  const clients = {
    dynamodb: new DynamoDBClient(sdkOptions()),
    sqs: new SQSClient(sdkOptions()),
    objects: noLargeObjects,
  };
  const keyring = createKeyringReader(new SecretsManagerClient(sdkOptions()), env.masterSecretArn, machine);
  const table = new Table(clients.dynamodb, env.table, systemClock);
  return createSweepHandler(createCorePorts(env, machine, clients), createCursorKeyKeeper(table, keyring));
});

export const handler = (): Promise<SweepReport> => wired()();
