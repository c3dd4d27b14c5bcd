import * as z from 'zod';
import { RuntimeSettings, STAGE_NAME } from '../shared/api/env.ts';

const concurrency = z.int().min(2).max(1_000); // an event source takes 2–1,000, AWS Lambda "maximum concurrency"
const reserved = z.int().min(1).max(1_000);

const secretArn = z
  .string()
  .regex(
    /^arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:.+-\w{6}$/,
    'the whole ARN of a secret, with its six last characters',
  );

/** CloudWatch Logs takes these numbers of days and no others (PutRetentionPolicy). */
const logRetentionDays = z.literal([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731]);

const domainName = z
  .string()
  .max(253)
  .regex(
    /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/,
    'a name in lower case, such as api.example.com',
  );

/** An origin as browsers send it (RFC 6454 §6.2), on https; or on http on the visitor's own machine. */
const origin = z.string().refine((text) => {
  const url = URL.parse(text);
  if (url === null || url.origin !== text) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && ['localhost', '127.0.0.1'].includes(url.hostname));
}, 'an origin such as https://app.example.com, without a path or a slash at the end; http for localhost only');

const StageSettings = z
  .strictObject({
    /** Where to deploy; null takes the account and region of the caller's credentials. */
    account: z
      .string()
      .regex(/^\d{12}$/, 'twelve digits')
      .nullable(),
    region: z
      .string()
      .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region such as eu-west-1')
      .nullable(),
    /**
     * A name of yours for the API; null: it has only API Gateway's, under which it also answers where it has one of
     * yours.
     */
    domain: z
      .strictObject({
        name: domainName,
        /** Of ACM, in the stage's region, for that name. */
        certificateArn: z
          .string()
          .regex(
            /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/,
            'the ARN of a certificate of ACM, arn:aws:acm:REGION:ACCOUNT:certificate/ID',
          ),
        /** The public zone of Route 53 in which the name is made; null: you make it, as a CNAME of the output DomainTarget. */
        hostedZone: z
          .strictObject({
            id: z.string().regex(/^Z[A-Z0-9]+$/, "a zone's id, such as Z0123456789ABC"),
            name: domainName,
          })
          .nullable(),
      })
      .nullable(),
    /** Written into links; null takes the domain, or the API's own address. Give it when something is put before the API. */
    publicUrl: z.url({ protocol: /^https$/ }).nullable(),
    /**
     * Origins, such as https://app.example.com, whose pages may call the API from a browser and use the URLs of uploads
     * and large results; null: none. The console needs none. A key that a page holds can be read by its visitors.
     */
    corsOrigins: z.array(origin).min(1).max(50).nullable(),
    /** Whether `/console`, `/docs` and their texts are answered. They hold no data; what they show needs a key. */
    servePages: z.boolean(),
    /** Gets an e-mail from each alarm; null: only what subscribes to the topic `AlarmTopicArn` hears of them. */
    alarmEmail: z.email().nullable(),
    /** Whether the stage has a dashboard in CloudWatch; an account's first three are free, any other costs $3 a month. */
    dashboard: z.boolean(),
    /**
     * Raises an alarm once the stage has spent so many dollars within 24 hours, by its write units and calls; null: none.
     * It takes two of the metrics of alarms, of which an account has ten free.
     */
    spendAlarmUsdPerDay: z.number().positive().nullable(),
    logRetentionDays,
    /** Whether table, bucket and secrets outlive the stack. False is for stages whose data nobody will miss. */
    keepStateOnRemoval: z.boolean(),
    pointInTimeRecovery: z.boolean(),
    /**
     * Table, bucket and secrets that this stage uses in place of its own, such as a table that was restored from a
     * backup, or what a stage left that was removed; what is not named is the stage's own. It stays here for as long as
     * the stage uses it: without it the stage has an empty one of its own again. What it replaces is left as it is where
     * the deployment before had `keepStateOnRemoval: true`, else deleted. A deployment does not change it, so run
     * `npm run trireme -- owner state check` afterwards (infra/ACCIDENTS.md).
     */
    existing: z.strictObject({
      tableName: z
        .string()
        .regex(/^[\w.-]{3,255}$/, 'the name of a table, not its ARN')
        .optional(),
      bucketName: z
        .string()
        .regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, 'the name of a bucket, without dots')
        .optional(),
      masterSecretArn: secretArn.optional(),
      actionSecretsArn: secretArn.optional(),
      credentialKeyArn: secretArn.optional(),
    }),
    /** Requests per second and burst of the whole API, all workspaces together: also bounds runs a second. */
    apiThrottle: z.strictObject({ perSecond: z.int().min(1).max(10_000), burst: z.int().min(1).max(5_000) }),
    /**
     * Invocations of each worker at once, the throttle of the work. `npm run bench -- --only capacity` prints what they
     * sustain. All together they must fit what the account allows at once, beside the API.
     */
    workerConcurrency: z.strictObject({
      /** Moves schedules of one instant: some 5,000 of them fire within two minutes for each. */
      control: concurrency,
      /** Moves pages a second: some 44 for each, where an action takes 200 ms. */
      page: concurrency,
      /**
       * Moves callbacks a second: some 22 for each, where one host takes 200 ms. A page that is delivered needs one.
       */
      callback: concurrency,
      /** Moves uploads that are counted at once. */
      intake: concurrency,
    }),
    /** Seconds a worker waits to fill a batch: cheaper under load, slower when quiet. */
    batchWindowSeconds: z.strictObject({
      control: z.int().min(0).max(60),
      page: z.int().min(0).max(60),
      callback: z.int().min(0).max(60),
      intake: z.int().min(0).max(60),
    }),
    /**
     * Concurrency kept for API functions; null keeps none, for a new account has only 10 in all and the deploy would
     * fail.
     */
    reservedConcurrency: z
      .strictObject({
        live: reserved,
        launch: reserved,
        runs: reserved,
        run: reserved,
        verbs: reserved,
        schedules: reserved,
        workspace: reserved.optional(),
        console: reserved.optional(),
      })
      .nullable(),
    runtime: RuntimeSettings,
  })
  .superRefine((settings, context) => {
    const { apiThrottle, existing, runtime, domain, region } = settings;
    const certificateRegion = domain?.certificateArn.split(':')[3];
    if (certificateRegion !== undefined && region !== null && certificateRegion !== region) {
      const message = `the certificate must be in the stage's region ${region}; it is in ${certificateRegion}`;
      context.addIssue({ code: 'custom', path: ['domain', 'certificateArn'], message });
    }
    if (domain?.hostedZone && !`.${domain.name}`.endsWith(`.${domain.hostedZone.name}`)) {
      const message = `${domain.name} is not in the zone ${domain.hostedZone.name}`;
      context.addIssue({ code: 'custom', path: ['domain', 'hostedZone', 'name'], message });
    }
    if (runtime.rateLimits.live.perSecond > apiThrottle.perSecond) {
      context.addIssue({
        code: 'custom',
        path: ['runtime', 'rateLimits', 'live', 'perSecond'],
        message: `one workspace may not have more than the whole API, apiThrottle.perSecond ${apiThrottle.perSecond}`,
      });
    }
    for (const [name, value] of Object.entries(existing)) {
      if (region === null || value?.startsWith('arn:') !== true || value.split(':')[3] === region) continue;
      context.addIssue({
        code: 'custom',
        path: ['existing', name],
        message: `functions read secrets of their own region, ${region}`,
      });
    }
  });

/** How one stage of Trireme is deployed. */
export type StageSettings = Readonly<z.infer<typeof StageSettings>>;

const common: StageSettings = {
  account: null,
  region: null,
  domain: null,
  publicUrl: null,
  corsOrigins: null,
  alarmEmail: null,
  dashboard: true,
  spendAlarmUsdPerDay: null,
  logRetentionDays: 30,
  keepStateOnRemoval: true,
  pointInTimeRecovery: true,
  existing: {},
  servePages: true,
  apiThrottle: { perSecond: 500, burst: 1_000 },
  workerConcurrency: { control: 5, page: 20, callback: 10, intake: 2 },
  batchWindowSeconds: { control: 0, page: 0, callback: 0, intake: 0 },
  reservedConcurrency: null,
  runtime: {
    retentionDays: 30,
    outboundPorts: [443],
    callbackHosts: null,
    allowLocalHttp: false,
    extraActions: [],
    pageTimeoutSeconds: 60,
    concurrentRuns: 10,
    inputsInFlight: 500,
    uploadsOpen: 100,
    quotas: { runsWaiting: null, schedules: null, pagesPerDay: null },
    rateLimits: {
      live: { perSecond: 20, burst: 40 },
      launch: { perSecond: 10, burst: 20 },
      read: { perSecond: 50, burst: 100 },
      wait: { perSecond: 20, burst: 100 },
    },
  },
};

/** The stages of this deployment: add your own here. `npx cdk deploy -c stage=prod` takes one by its name. */
const stages: Readonly<Record<string, StageSettings>> = {
  /** What `npm start` runs on one machine. */
  local: {
    ...common,
    // Each unit is up to one worker thread of about 27 MB.
    workerConcurrency: { control: 2, page: 4, callback: 2, intake: 2 },
    runtime: { ...common.runtime, allowLocalHttp: true, extraActions: ['http-request'] },
  },
  dev: { ...common, logRetentionDays: 7 },
  /**
   * For a new account, which allows ten invocations at once: eight workers, the sweep, and what is left for calls.
   * `npm run trireme -- owner account check` says what an account allows.
   */
  small: {
    ...common,
    apiThrottle: { perSecond: 20, burst: 40 },
    workerConcurrency: { control: 2, page: 2, callback: 2, intake: 2 },
    runtime: {
      ...common.runtime,
      // One call that waits (?wait) at a time: it keeps an invocation busy.
      rateLimits: { ...common.runtime.rateLimits, wait: { perSecond: 1, burst: 25 } },
    },
  },
  prod: {
    ...common,
    logRetentionDays: 90,
    apiThrottle: { perSecond: 2_000, burst: 4_000 },
    workerConcurrency: { control: 20, page: 100, callback: 50, intake: 5 },
    batchWindowSeconds: { control: 0, page: 1, callback: 1, intake: 0 },
  },
};

/** The stage that `npm start` runs. */
export const LOCAL_STAGE = 'local';

export const STAGE_NAMES: readonly string[] = Object.keys(stages);

/** The settings of a stage, checked. Throws an Error that names the setting at fault and what is allowed. */
export function settingsOf(stage: string, overrides: Partial<StageSettings> = {}): StageSettings {
  const settings = Object.hasOwn(stages, stage) ? stages[stage] : undefined;
  if (settings === undefined) {
    throw new Error(`Unknown stage "${stage}": infra/settings.ts has ${STAGE_NAMES.join(', ')} (-c stage=NAME)`);
  }
  return checkSettings(stage, { ...settings, ...overrides });
}

/** Returns the settings if a stage of this name may have them, else throws as `settingsOf` does. */
export function checkSettings(stage: string, settings: StageSettings): StageSettings {
  const faults: string[] = [];
  if (!STAGE_NAME.test(stage))
    faults.push('its name: a to z, 0 to 9 and -, beginning with a letter, at most 20 characters');
  const result = StageSettings.safeParse(settings);
  if (!result.success) {
    faults.push(...result.error.issues.map((issue) => `${issue.path.join('.') || 'the settings'}: ${issue.message}`));
  } else if (result.data.runtime.allowLocalHttp && stage !== 'local') {
    faults.push('runtime.allowLocalHttp: true is allowed on the stage local only');
  }
  if (faults.length > 0) throw new Error(`Stage ${stage} of infra/settings.ts is wrong:\n  ${faults.join('\n  ')}`);
  return settings;
}
