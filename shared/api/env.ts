import * as z from 'zod';
import { parseHostRule } from '../domain/callback-host.ts';
import { type FunctionName, type VariableOf, variablesOf } from '../functions.ts';

/** Part of the names of functions, log groups and the schedule group. */
export const STAGE_NAME = /^[a-z][a-z0-9-]{0,19}$/;

const port = z.int().min(1).max(65_535);
/** Each launch writes the list of what counts, so it is short. */
const quota = z.int().min(1).max(1_000).nullable();

const host = z.string().superRefine((text, context) => {
  const read = parseHostRule(text);
  if ('message' in read) context.addIssue({ code: 'custom', message: read.message });
});
/** A function has 4 KB for its whole environment. */
const MAX_HOST_CHARACTERS = 1_000;
const callbackHosts = z
  .array(host)
  .min(1)
  .refine(
    (hosts) => hosts.join('').length <= MAX_HOST_CHARACTERS,
    `${MAX_HOST_CHARACTERS} characters at most together`,
  );

/** What functions must know of their stage's settings; infra/settings.ts writes it, once per deployment. */
export const RuntimeSettings = z.strictObject({
  /** Days for which a finished run is kept. */
  retentionDays: z.int().min(1).max(365),
  /** Ports a callback URL or an action's request may name, besides what `allowLocalHttp` adds. */
  outboundPorts: z.array(port).min(1),
  /**
   * Hosts that callbacks and notifications may be sent to: `hooks.example.com`, or `*.example.com` for all below it;
   * null: any. A workspace may have a list of its own instead. It does not bind what actions call.
   */
  callbackHosts: callbackHosts.nullable(),
  /** Takes http to 127.0.0.1, [::1] and localhost on any port; for the local stage only. */
  allowLocalHttp: z.boolean(),
  /** Actions offered here besides those every deployment offers, by name. */
  extraActions: z.array(z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'an action name such as http-request')),
  /** The page function's timeout; an action's own time is this less 10 s. */
  pageTimeoutSeconds: z.int().min(20).max(900),
  /** Runs of one workspace that may be at work at once. */
  concurrentRuns: z.int().min(1).max(1_000),
  /** Inputs of one run that may be at work at once. */
  inputsInFlight: z.int().min(1).max(500),
  /** Uploads of one workspace that may wait for a launch at once. */
  uploadsOpen: z.int().min(1).max(1_000),
  /** Quotas of a workspace without its own, besides `uploadsOpen`; null: none. */
  quotas: z.strictObject({
    /** Runs that were accepted and have not started. */
    runsWaiting: quota,
    /** Schedules that are ACTIVE or PAUSED. */
    schedules: quota,
    /** Pages that start on one UTC day. */
    pagesPerDay: z.int().min(1).max(1_000_000_000).nullable(),
  }),
  /** Requests per second and burst of one workspace, by kind of call. */
  rateLimits: z.strictObject({
    live: z.strictObject({ perSecond: z.number().positive(), burst: z.int().min(1) }),
    launch: z.strictObject({ perSecond: z.number().positive(), burst: z.int().min(1) }),
    read: z.strictObject({ perSecond: z.number().positive(), burst: z.int().min(1) }),
    /** Of the seconds for which calls with `?wait` are held: N a second are N callers waiting at once. */
    wait: z.strictObject({ perSecond: z.number().positive(), burst: z.int().min(1) }),
  }),
});
export type RuntimeSettings = Readonly<z.infer<typeof RuntimeSettings>>;

const settingsJson = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch (error) {
      context.addIssue(`is not JSON (${String(error)})`);
      return z.NEVER;
    }
  })
  .pipe(RuntimeSettings);

const count = z.coerce.number().pipe(z.int().min(1));
const text = z.string().min(1);
const arn = z.string().startsWith('arn:');
const url = z.url({ protocol: /^https?$/ });

/** Every variable this project gives a function: its name in the code, its name in the environment, what it must be. */
export const ENV = {
  stage: { name: 'TRIREME_STAGE', schema: z.string().regex(STAGE_NAME) },
  settings: { name: 'TRIREME_SETTINGS', schema: settingsJson },
  table: { name: 'TRIREME_TABLE', schema: text },
  bucket: { name: 'TRIREME_BUCKET', schema: text },
  publicUrl: { name: 'TRIREME_PUBLIC_URL', schema: url },
  controlQueueUrl: { name: 'TRIREME_CONTROL_QUEUE_URL', schema: url },
  pageQueueUrl: { name: 'TRIREME_PAGE_QUEUE_URL', schema: url },
  callbackQueueUrl: { name: 'TRIREME_CALLBACK_QUEUE_URL', schema: url },
  intakeQueueUrl: { name: 'TRIREME_INTAKE_QUEUE_URL', schema: url },
  masterSecretArn: { name: 'TRIREME_MASTER_SECRET_ARN', schema: arn },
  actionSecretsArn: { name: 'TRIREME_ACTION_SECRETS_ARN', schema: arn },
  credentialKeyArn: { name: 'TRIREME_CREDENTIAL_KEY_ARN', schema: arn },
  scheduleGroup: { name: 'TRIREME_SCHEDULE_GROUP', schema: text },
  scheduleRoleArn: { name: 'TRIREME_SCHEDULE_ROLE_ARN', schema: arn },
  controlQueueArn: { name: 'TRIREME_CONTROL_QUEUE_ARN', schema: arn },
  deadLettersArn: { name: 'TRIREME_DEAD_LETTERS_ARN', schema: arn },
  pageWorkers: { name: 'TRIREME_PAGE_WORKERS', schema: count },
  callbackWorkers: { name: 'TRIREME_CALLBACK_WORKERS', schema: count },
} as const;

export type EnvKey = keyof typeof ENV;

/** The parsed environment of one function. */
export type Env<F extends FunctionName> = {
  readonly [K in VariableOf<F>]: z.infer<(typeof ENV)[K]['schema']>;
};

/**
 * Reads a function's environment: each of its variables must be there and right, and no TRIREME_ variable of another
 * function may be. Throws an Error that names every fault, for it is the deployment that is wrong and not a caller.
 */
export function parseEnv<F extends FunctionName>(
  functionName: F,
  env: Readonly<Record<string, string | undefined>>,
): Env<F> {
  const keys: readonly EnvKey[] = variablesOf(functionName);
  const faults: string[] = [];
  const parsed: Partial<Record<EnvKey, unknown>> = {};
  for (const key of keys) {
    const { name, schema } = ENV[key];
    const result = schema.safeParse(env[name]);
    if (result.success) parsed[key] = result.data;
    else faults.push(...result.error.issues.map((issue) => `${[name, ...issue.path].join('.')}: ${issue.message}`));
  }
  const own = new Set<string>(keys.map((key) => ENV[key].name));
  for (const name of Object.keys(env)) {
    if (name.startsWith('TRIREME_') && !own.has(name)) faults.push(`${name}: not a variable of this function`);
  }
  if (faults.length > 0) {
    throw new Error(`The environment of function ${functionName} is wrong:\n  ${faults.join('\n  ')}`);
  }
  return parsed as Env<F>; // every variable of the function was parsed above, or we threw
}
