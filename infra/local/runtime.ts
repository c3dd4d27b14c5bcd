import type { Server } from 'node:http';
import { basename, join } from 'node:path';
import { startGateway } from './gateway/gateway.ts';
import type { Gateway } from './gateway/gateway.ts';
import { scheduleDelivery } from './triggers/deliver-schedule.ts';
import { functionEnvironment } from './functions/function-environment.ts';
import type { Outcome } from './functions/function-thread.ts';
import { hostFunction } from './functions/function-host.ts';
import type { FunctionHost, FunctionLog } from './functions/function-host.ts';
import { createApiServer, serveHttpApi } from './http-api/http-api.ts';
import { createInvocationMeter } from './functions/invocation-meter.ts';
import type { InvocationRow } from './functions/invocation-meter.ts';
import { listenLocally, urlOf } from './listen.ts';
import { openServices } from './services/open-services.ts';
import type { OpenServices } from './services/open-services.ts';
import { partitionKeyIn } from './template/partition-key.ts';
import { nameCallers } from './iam/callers.ts';
import type { Callers, Credentials } from './iam/callers.ts';
import type { CallService } from './triggers/queue-client.ts';
import type { SynthesizedStack } from './build/read-assembly.ts';
import { resolveTemplate } from './template/resolve-template.ts';
import { startEventSources } from './triggers/start-event-sources.ts';
import type { SecretPlan, SystemPlan } from './template/system-plan.ts';
import { startTimedRules } from './triggers/timed-rules.ts';
import type { MeterRow } from './gateway/call-meter.ts';
import type { GatewayOptions } from './gateway/call-pipeline.ts';

type Services = GatewayOptions['services'];

export interface RuntimeOptions {
  readonly stack: SynthesizedStack;
  /** Null keeps all state in memory. */
  readonly dataDir?: string | null;
  /** Of the API; 0 or absent: any free one. */
  readonly port?: number;
  /** Epoch milliseconds: the clock of the services and of timed rules, not of the functions. */
  readonly now?: () => number;
  /** Misbehaves as AWS may: duplicates, stale reads, late fires, threads frozen between invocations. Null: off. */
  readonly chaos?: { readonly seed: number } | null;
  /** Threads per function at most; about 27 MB each. */
  readonly threadsPerFunction?: number;
  /** False: an invocation takes as long as it needs, for a debugger or a machine that is busy with much else. */
  readonly hasTimeLimits?: boolean;
  /** Reads a secret's text from elsewhere; undefined: the secret is the template's. */
  readonly readSecret?: (secret: SecretPlan) => (() => string) | undefined;
  /** Called with each log message of a function. */
  readonly onLog?: (log: FunctionLog) => void;
  /** Called with messages of the local runtime itself. */
  readonly onNotice?: (message: string) => void;
}

interface RuntimeMeters {
  readonly calls: readonly MeterRow[];
  readonly invocations: readonly InvocationRow[];
}

/** The template's system, running on this machine. */
export interface Runtime {
  /** Of the HTTP API. */
  readonly url: string;
  readonly plan: SystemPlan;
  readonly gateway: Gateway;
  readonly services: OpenServices;
  /** A key that may do everything. */
  readonly admin: Credentials;
  /**
   * The access key id of a function, named by its name or a prefix of its logical id: the gateway has statements by it.
   */
  accessKeyIdOf(functionName: string): string;
  meters(): RuntimeMeters;
  resetMeters(): void;
  /** Invokes a function synchronously. It is named by its name or a prefix of its logical id. */
  invoke(functionName: string, event: unknown): Promise<Outcome>;
  /** New invocations run the code that is now in the functions' folders, or in those of another folder of bundles. */
  renewCode(bundleDir?: string): void;
  /** Stops taking work, gives running invocations `graceMs` (3 s by default) to end, and writes all state out. */
  close(graceMs?: number): Promise<void>;
}

const THREADS_PER_FUNCTION = 3;
const GRACE_MS = 3_000;

/** Starts the stack: gateway and services, functions, API, queue pollers, timed rules. */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const { stack, now = Date.now, onNotice = () => undefined } = options;
  const server = createApiServer();
  await listenLocally(server, options.port ?? 0);
  const principals = new Map();
  const gatewayServices: { -readonly [K in keyof Services]: Services[K] } = {};
  let tables: SystemPlan['tables'] = [];
  const partitionKeyOf = (table: string, index: string | undefined) => partitionKeyIn(tables, table, index);
  const gateway = await startGateway({ services: gatewayServices, principals, partitionKeyOf, log: onNotice });
  const call: CallService = (...input) => gateway.call(...input);
  try {
    const plan = resolveTemplate({ ...stack, endpoints: { gateway: gateway.url, api: urlOf(server) } });
    tables = plan.tables;
    const callers = nameCallers(plan);
    for (const [key, principal] of callers.principals) principals.set(key, principal);
    const services = await openServices({
      plan,
      now,
      dataDir: options.dataDir ?? null,
      chaos: options.chaos ?? null,
      readSecret: options.readSecret ?? (() => undefined),
      deliver: scheduleDelivery(call, plan.queues, callers.roles),
      log: onNotice,
    });
    const { dynamodb, sqs, s3, secretsmanager, scheduler } = services;
    Object.assign(gatewayServices, { dynamodb, sqs, s3, secretsmanager, scheduler });
    return assemble(options, { server, gateway, call, plan, callers, services });
  } catch (error) {
    server.close();
    await gateway.close();
    throw error;
  }
}

interface Parts {
  readonly server: Server;
  readonly gateway: Gateway;
  readonly call: CallService;
  readonly plan: SystemPlan;
  readonly callers: Callers;
  readonly services: OpenServices;
}

function assemble(options: RuntimeOptions, parts: Parts): Runtime {
  const { server, gateway, plan, callers, services } = parts;
  const { now = Date.now } = options;
  const meter = createInvocationMeter();
  const functions = new Map(
    plan.functions.map((fn) => [fn.arn, startFunction(options, parts, fn, (report) => meter.count(report))]),
  );
  const functionOf = (arn: string): FunctionHost => {
    const fn = functions.get(arn);
    if (fn === undefined) throw new Error(`There is no function ${arn}`);
    return fn;
  };
  const findFunction = (reference: string): FunctionHost => {
    const matches = plan.functions.filter(({ id, name }) => name === reference || id.startsWith(reference));
    const [only] = matches;
    if (only === undefined || matches.length > 1) throw new Error(`"${reference}" names ${matches.length} functions`);
    return functionOf(only.arn);
  };
  if (plan.api !== null)
    serveHttpApi(server, { plan: plan.api, functionOf, now, hasTimeout: options.hasTimeLimits !== false });
  const sources = startEventSources({ ...parts, functionOf, log: options.onNotice ?? (() => undefined) });
  const stopRules = startTimedRules({ rules: plan.rules, functionOf, now });
  services.scheduler.start();
  return {
    url: urlOf(server),
    plan,
    gateway,
    services,
    admin: callers.admin,
    accessKeyIdOf: (name) => callers.functions.get(findFunction(name).plan.name)?.accessKeyId ?? '',
    meters: () => ({ calls: gateway.meter(), invocations: meter.rows() }),
    resetMeters() {
      gateway.resetMeter();
      meter.reset();
    },
    invoke: (name, event) => findFunction(name).invoke(event),
    renewCode(bundleDir) {
      for (const fn of functions.values()) {
        fn.renewCode(bundleDir === undefined ? undefined : join(bundleDir, basename(fn.plan.codeDir)));
      }
    },
    async close(graceMs = GRACE_MS) {
      stopRules();
      server.close();
      server.closeIdleConnections();
      const ending = [
        ...sources.map((source) => source.close()),
        ...[...functions.values()].map((fn) => fn.close(graceMs)),
      ];
      await Promise.all(ending);
      server.closeAllConnections();
      await gateway.close();
      await services.close();
    },
  };
}

function startFunction(
  options: RuntimeOptions,
  { gateway, callers, services }: Parts,
  plan: SystemPlan['functions'][number],
  onReport: Parameters<typeof hostFunction>[0]['onReport'],
): FunctionHost {
  const credentials = callers.functions.get(plan.name);
  if (credentials === undefined) throw new Error(`Function ${plan.name} has no credentials`);
  return hostFunction({
    plan,
    envOf: (codeDir) => functionEnvironment({ ...plan, codeDir }, credentials, gateway.url),
    gateway,
    maxThreads: options.threadsPerFunction ?? THREADS_PER_FUNCTION,
    isFrozenBetween: (options.chaos ?? null) !== null,
    hasTimeout: options.hasTimeLimits !== false,
    onLog(log) {
      services.logs.append(log.logGroup, logText(log));
      options.onLog?.(log);
    },
    onReport,
  });
}

/** A line as Lambda's JSON log format writes it. */
function logText({ level, requestId, message }: FunctionLog): string {
  return JSON.stringify({ level, ...(requestId === null ? {} : { requestId }), message });
}
