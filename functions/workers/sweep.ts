import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { sdkOptions } from '../../shared/adapters/aws/sdk-options.ts';
import { consoleLog, systemChance, systemClock } from '../../shared/adapters/system.ts';
import { parseEnv } from '../../shared/contract/env.ts';
import type { CorePorts } from '../../shared/engine/ports.ts';
import { sweep, type SweepReport } from '../../shared/engine/sweep/sweep.ts';
import { once } from '../entry/once.ts';
import { createCorePorts, noLargeObjects } from '../entry/world.ts';

/** A sweep ends well before the next minute's begins. */
const SWEEP_MS = 45_000;

/** Told every minute: sees to what is due. */
export function createSweepHandler(ports: CorePorts): () => Promise<SweepReport> {
  return () => sweep(ports, ports.clock.now() + SWEEP_MS);
}

const wired = once(() => {
  const env = parseEnv('sweep', process.env);
  const machine = { clock: systemClock, chance: systemChance, log: consoleLog };
  const clients = {
    dynamodb: new DynamoDBClient(sdkOptions()),
    sqs: new SQSClient(sdkOptions()),
    objects: noLargeObjects,
  };
  return createSweepHandler(createCorePorts(env, machine, clients));
});

export const handler = (): Promise<SweepReport> => wired()();
