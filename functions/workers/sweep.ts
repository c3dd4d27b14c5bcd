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
import { planSums } from '../../shared/engine/usage/request-sums.ts';
import { once } from '../../shared/process/once.ts';
import { createCorePorts, noLargeObjects } from '../wiring/create-ports.ts';

/** Invoked every minute: handles due rows, and makes sure that the table has what `prepare` puts there. */
export function createSweepHandler(
  ports: CorePorts,
  prepare: () => Promise<void> = async () => undefined,
): () => Promise<SweepReport> {
  return async () => {
    const until = ports.clock.now() + SWEEP_WORK_MS;
    await tryPrepare(ports, prepare);
    return sweep(ports, until);
  };
}

/** Due rows must not wait for it: a failure is logged, and the next sweep tries again. */
async function tryPrepare(ports: CorePorts, prepare: () => Promise<void>): Promise<void> {
  try {
    await prepare();
  } catch (error) {
    const stack = error instanceof Error ? error.stack : String(error);
    ports.log.error('what every sweep needs in the table could not be put there', { stack });
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
  const ports = createCorePorts(env, machine, clients);
  const keepCursorKeys = createCursorKeyKeeper(table, keyring);
  let hasSums = false;
  return createSweepHandler(ports, async () => {
    await keepCursorKeys();
    if (!hasSums) await planSums(ports); // once per process: the row puts the next one itself
    hasSums = true;
  });
});

export const handler = (): Promise<SweepReport> => wired()();
