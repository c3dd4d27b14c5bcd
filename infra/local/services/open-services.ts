import { keys } from '../../../shared/storage/keys.ts';
import { join } from 'node:path';
import { openDynamoDb } from '../dynamodb/engine.ts';
import type { DynamoDbEngine } from '../dynamodb/engine.ts';
import { openScheduler } from '../scheduler/open-scheduler.ts';
import type { Deliver } from '../scheduler/deliver-fire.ts';
import type { LocalScheduler } from '../scheduler/open-scheduler.ts';
import { seededNumber } from '../scheduler/seeded-number.ts';
import { openLogs } from './logs.ts';
import type { Logs } from './logs.ts';
import { openS3 } from './s3.ts';
import type { S3 } from './s3.ts';
import { openSecretsManager } from './secrets-manager.ts';
import type { SecretsManager } from './secrets-manager.ts';
import { openSqs } from './sqs.ts';
import type { Sqs } from './sqs.ts';
import type { SecretPlan, SystemPlan } from '../template/system-plan.ts';

export interface ServicesOptions {
  readonly plan: SystemPlan;
  /** Null keeps everything in memory. */
  readonly dataDir: string | null;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Null: no chaos. */
  readonly chaos: { readonly seed: number } | null;
  /** Reads a secret's text from elsewhere; undefined: the secret is the template's. */
  readonly readSecret: (secret: SecretPlan) => (() => string) | undefined;
  readonly deliver: Deliver;
  readonly log: (message: string) => void;
}

/** The stand-ins, with the template's tables, queues, buckets and secrets. */
export interface OpenServices {
  readonly dynamodb: DynamoDbEngine;
  readonly sqs: Sqs;
  readonly s3: S3;
  readonly secretsmanager: SecretsManager;
  readonly scheduler: LocalScheduler;
  readonly logs: Logs;
  close(): Promise<void>;
}

/** Share of deliveries that come twice in chaos mode: rare on AWS, often enough here that a fault shows. */
const DUPLICATE_RATE = 0.02;
const RANDOM_STEPS = 2 ** 32;

/** Opens every service on its folder of the data directory and creates the template's resources. */
export async function openServices(options: ServicesOptions): Promise<OpenServices> {
  const { plan, now, chaos } = options;
  const folder = (name: string): string | null => (options.dataDir === null ? null : join(options.dataDir, name));
  const withChaos = chaos === null ? {} : { chaos };
  const dynamodb = openDynamoDb({ dir: folder('dynamodb'), now, ...withChaos });
  const sqs = openSqs({ dir: folder('sqs'), now, ...(chaos === null ? {} : { chaos: queueChaos(chaos.seed) }) });
  sqs.releaseInFlight(); // their consumers ended with the previous process
  const secretsmanager = openSecretsManager({
    dir: folder('secrets'),
    now,
    secrets: plan.secrets.map((secret) => {
      const read = options.readSecret(secret);
      return { name: secret.name, value: read === undefined ? secret.value : { read } };
    }),
  });
  const s3 = openS3({ dir: folder('s3'), now, buckets: plan.buckets, corsRules: plan.corsRules });
  const onLost = (error: unknown): void => options.log(`scheduler: a fire was lost: ${String(error)}`);
  const scheduler = openScheduler({ dir: folder('scheduler'), now, deliver: options.deliver, onLost, ...withChaos });
  const logs = openLogs({ dir: folder('logs'), now });
  const services = { dynamodb, sqs, s3, secretsmanager, scheduler, logs };
  await createResources(plan, services, now);
  await freeSeats(plan, dynamodb);
  return {
    ...services,
    async close() {
      await scheduler.close();
      sqs.close();
      s3.close();
      secretsmanager.close();
      await dynamodb.close();
      logs.close();
    },
  };
}

/** Workers that had a seat ended with the previous process: nobody has to wait until their seats expire. */
async function freeSeats({ tables }: SystemPlan, dynamodb: DynamoDbEngine): Promise<void> {
  for (const { input } of tables) {
    for (const pool of ['page', 'callback'] as const) {
      const { pk, sk } = keys.seats(pool);
      await dynamodb.handle('DeleteItem', { TableName: input.TableName, Key: { pk: { S: pk }, sk: { S: sk } } });
    }
  }
}

async function createResources(
  plan: SystemPlan,
  { dynamodb, sqs, scheduler }: Pick<OpenServices, 'dynamodb' | 'sqs' | 'scheduler'>,
  now: () => number,
): Promise<void> {
  for (const { input, ttlAttribute } of plan.tables) {
    dynamodb.createTable(input);
    if (ttlAttribute === null) continue;
    const TimeToLiveSpecification = { AttributeName: ttlAttribute, Enabled: true };
    await dynamodb.handle('UpdateTimeToLive', { TableName: input.TableName, TimeToLiveSpecification });
  }
  const context = { baseUrl: '', signal: new AbortController().signal, traceHeader: null };
  const existing = await queueNames(sqs, context);
  for (const { name, attributes } of plan.queues) {
    const input = { QueueName: name, QueueUrl: name, Attributes: attributes };
    await sqs.handle(existing.has(name) ? 'SetQueueAttributes' : 'CreateQueue', input, context);
  }
  for (const name of plan.scheduleGroups) {
    const body = JSON.stringify({ ClientToken: String(now()) });
    const answer = await scheduler.handle({ method: 'POST', path: `/schedule-groups/${name}`, query: '', body });
    if (answer.status >= 400 && answer.status !== 409) throw new Error(`schedule group ${name}: ${answer.body}`);
  }
}

async function queueNames(sqs: Sqs, context: Parameters<Sqs['handle']>[2]): Promise<ReadonlySet<string>> {
  const { body } = await sqs.handle('ListQueues', {}, context);
  const urls = typeof body === 'object' && body !== null && 'QueueUrls' in body ? body.QueueUrls : [];
  return new Set(Array.isArray(urls) ? urls.map((url) => String(url).split('/').at(-1) ?? '') : []);
}

function queueChaos(seed: number) {
  let drawn = 0;
  const random = (): number => {
    drawn += 1;
    return seededNumber(`${seed} ${drawn}`, RANDOM_STEPS) / RANDOM_STEPS;
  };
  return { random, duplicateRate: DUPLICATE_RATE, isBatchSizeRandom: true };
}
