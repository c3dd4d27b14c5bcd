import type { RuntimeSettings } from '../../shared/api/env.ts';
import { parseHostRule } from '../../shared/domain/callback-host.ts';
import { type OwnQuotas, type Quotas, quotasInForce } from '../../shared/domain/quota.ts';
import { RATE_TYPES, type RateLimit, type RateType } from '../../shared/domain/token-bucket.ts';
import type { WorkspaceLimits } from '../../shared/engine/stores/admission-store.ts';
import type { OwnLimits } from '../../shared/storage/limit-reader.ts';
import type { Workspace } from '../../shared/storage/workspace-store.ts';
import { settingsOf } from '../settings.ts';
import {
  type CommandValues,
  JSON_OPTION,
  type StageCommand,
  UsageError,
  WORKSPACE_OPTION,
  workspaceNamed,
} from './command.ts';
import type { StageAccess } from './stage-access.ts';

const MAX_RUNS_AT_ONCE = 1_000;
const MAX_INPUTS_IN_FLIGHT = 500;
const MAX_PLACES = 1_000;
const MAX_HOSTS = 50;
const MAX_PAGES = 1_000_000_000;
/** Calls per second, and burst. */
const MAX_RATE = 99_999;

const RATE_HELP = `calls per second and burst, such as 20/40, each at most ${MAX_RATE}; or default`;

export const WORKSPACE_COMMANDS: readonly StageCommand[] = [
  {
    name: 'workspaces list',
    help: 'Lists the workspaces with the limits in force; (own) marks those that were set for the workspace.',
    options: { json: JSON_OPTION },
    examples: ['workspaces list --stage prod --region eu-west-1'],
    run: list,
  },
  {
    name: 'workspaces set',
    help: 'Changes limits of a workspace, and prints the limits in force. The value "default" restores that of infra/settings.ts; "none" takes a quota away.',
    options: {
      workspace: WORKSPACE_OPTION,
      'runs-at-once': { value: 'N', help: `1 to ${MAX_RUNS_AT_ONCE}, or default` },
      'inputs-in-flight': { value: 'N', help: `of one run: 1 to ${MAX_INPUTS_IN_FLIGHT}, or default` },
      'runs-waiting': { value: 'N', help: `quota of runs that have not started: 1 to ${MAX_PLACES}, none or default` },
      schedules: { value: 'N', help: `quota of schedules that are not deleted: 1 to ${MAX_PLACES}, none or default` },
      'uploads-open': { value: 'N', help: `quota of uploads without a launch: 1 to ${MAX_PLACES}, or default` },
      'pages-per-day': {
        value: 'N',
        help: `quota of pages that start on a UTC day: 1 to ${MAX_PAGES}, none or default`,
      },
      'live-rate': { value: 'R', help: RATE_HELP },
      'launch-rate': { value: 'R', help: 'the same, of launches and changes' },
      'read-rate': { value: 'R', help: 'the same, of reads' },
      'callback-hosts': {
        value: 'LIST',
        help: `hosts that callbacks may be sent to, with commas between: hooks.example.com, or *.example.com for all below it; at most ${MAX_HOSTS}; or default`,
      },
      'wait-rate': { value: 'R', help: 'the same, in seconds of waiting (?wait)' },
    },
    examples: [
      'workspaces set --workspace acme --live-rate 50/100 --runs-at-once 20',
      'workspaces set --workspace acme --runs-at-once default',
      'workspaces set --workspace acme --pages-per-day 100000 --schedules none',
      "workspaces set --workspace acme --callback-hosts 'hooks.acme.example,*.acme.example'",
    ],
    run: set,
  },
];

/** Both commands also move limits that were set under release 0.1.0 to where functions cannot change them. */
async function list(stage: StageAccess, values: CommandValues, stageName: string): Promise<string> {
  const { runtime } = settingsOf(stageName);
  const all: LimitedWorkspace[] = [];
  for (const workspace of await stage.workspaces.listWorkspaces()) {
    await stage.limits.move(workspace.uid);
    all.push(withLimits(workspace, await stage.limits.read(workspace.uid), runtime));
  }
  if (values.flag('json')) return JSON.stringify(all);
  if (all.length === 0) return 'There are no workspaces; keys create --workspace NAME makes one.';
  return all.map(describe).join('\n');
}

async function set(stage: StageAccess, values: CommandValues, stageName: string): Promise<string> {
  const rates = RATE_TYPES.map((type) => [type, rateOf(`--${type}-rate`, values.text(`${type}-rate`))] as const);
  const runsAtOnce = limitOf('--runs-at-once', values.text('runs-at-once'), MAX_RUNS_AT_ONCE);
  const inputsInFlight = limitOf('--inputs-in-flight', values.text('inputs-in-flight'), MAX_INPUTS_IN_FLIGHT);
  const callbackHosts = hostsOf(values.text('callback-hosts'));
  const workspace = await workspaceNamed(stage.workspaces, values.needed('workspace'));
  const limits = await stage.limits.set(workspace.uid, {
    ...(runsAtOnce === undefined ? {} : { runsAtOnce }),
    ...(inputsInFlight === undefined ? {} : { inputsInFlight }),
    ...(callbackHosts === undefined ? {} : { callbackHosts }),
    quotas: quotasFrom(values),
    rates: Object.fromEntries(rates.filter(([, rate]) => rate !== undefined)),
  });
  return describe(withLimits(workspace, limits, settingsOf(stageName).runtime));
}

/** There is always a quota of open uploads. */
const QUOTA_OPTIONS: readonly (readonly [name: keyof Quotas, option: string, max: number, lowest: 'none' | 1])[] = [
  ['runsWaiting', 'runs-waiting', MAX_PLACES, 'none'],
  ['schedules', 'schedules', MAX_PLACES, 'none'],
  ['uploadsOpen', 'uploads-open', MAX_PLACES, 1],
  ['pagesPerDay', 'pages-per-day', MAX_PAGES, 'none'],
];

/** The quotas that were given. */
function quotasFrom(values: CommandValues): Partial<OwnQuotas> {
  const given = QUOTA_OPTIONS.map(
    ([name, option, max, lowest]) => [name, limitOf(`--${option}`, values.text(option), max, lowest)] as const,
  );
  return Object.fromEntries(given.filter(([, limit]) => limit !== undefined));
}

/** A workspace with its own limits (null: the stage's apply) and with the limits in force. */
type LimitedWorkspace = Workspace &
  Pick<OwnLimits, 'rates'> & {
    readonly limits: Omit<OwnLimits, 'rates'>;
    readonly inForce: WorkspaceLimits & {
      readonly callbackHosts: readonly string[] | null;
      readonly quotas: Quotas;
      readonly rates: Readonly<Record<RateType, RateLimit>>;
    };
  };

function withLimits(
  workspace: Workspace,
  { rates, ...limits }: OwnLimits,
  defaults: RuntimeSettings,
): LimitedWorkspace {
  const { live, launch, read, wait } = defaults.rateLimits;
  return {
    ...workspace,
    limits,
    rates,
    inForce: {
      runsAtOnce: limits.runsAtOnce ?? defaults.concurrentRuns,
      inputsInFlight: limits.inputsInFlight ?? defaults.inputsInFlight,
      callbackHosts: limits.callbackHosts ?? defaults.callbackHosts,
      quotas: quotasInForce(limits.quotas, { ...defaults.quotas, uploadsOpen: defaults.uploadsOpen }),
      rates: {
        live: rates.live ?? live,
        launch: rates.launch ?? launch,
        read: rates.read ?? read,
        wait: rates.wait ?? wait,
      },
    },
  };
}

/** Undefined: not given. Null: the stage's own. 0: none, where `lowest` allows that. */
function limitOf(
  flag: string,
  text: string | undefined,
  max: number,
  lowest: 'none' | 1 = 1,
): number | null | undefined {
  if (text === undefined || text === 'default') return text === undefined ? undefined : null;
  if (text === 'none' && lowest === 'none') return 0;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= max) return value;
  throw new UsageError(`${flag} is ${text}; allowed: 1 to ${max}, ${lowest === 'none' ? 'none ' : ''}or default`);
}

/** Undefined: not given. Null: the stage's own. */
function hostsOf(text: string | undefined): readonly string[] | null | undefined {
  if (text === undefined || text === 'default') return text === undefined ? undefined : null;
  const rules = text.split(',').map((host) => {
    const read = parseHostRule(host.trim());
    if ('message' in read) throw new UsageError(`--callback-hosts: ${read.message}`);
    return read.rule;
  });
  if (rules.length <= MAX_HOSTS) return [...new Set(rules)];
  throw new UsageError(`--callback-hosts names ${rules.length} hosts; allowed: ${MAX_HOSTS}`);
}

/** Undefined: not given. Null: the stage's own. */
function rateOf(flag: string, text: string | undefined): RateLimit | null | undefined {
  if (text === undefined || text === 'default') return text === undefined ? undefined : null;
  const [, perSecond = 0, burst = 0] = /^(\d{1,9}(?:\.\d{1,3})?)\/(\d{1,9})$/.exec(text)?.map(Number) ?? [];
  if (perSecond > 0 && burst > 0 && perSecond <= MAX_RATE && burst <= MAX_RATE) return { perSecond, burst };
  throw new UsageError(
    `${flag} is ${text}; allowed: calls per second and burst such as 20/40, each at most ${MAX_RATE}, or default`,
  );
}

function describe({ name, uid, limits, rates, inForce }: LimitedWorkspace): string {
  const shown = (what: string, value: string | number, own: unknown): string =>
    `${what} ${value}${own === null ? '' : ' (own)'}`;
  return [
    `${name}  ${uid}  ${shown('runs at once', inForce.runsAtOnce, limits.runsAtOnce)}`,
    shown('inputs in flight', inForce.inputsInFlight, limits.inputsInFlight),
    ...(inForce.callbackHosts === null
      ? []
      : [shown('callback hosts', inForce.callbackHosts.join(' '), limits.callbackHosts)]),
    ...QUOTA_OPTIONS.map(([quota, option]) =>
      shown(option.replaceAll('-', ' '), inForce.quotas[quota] ?? 'none', limits.quotas[quota]),
    ),
    ...RATE_TYPES.map((type) => {
      const { perSecond, burst } = inForce.rates[type];
      return shown(type, `${perSecond}/${burst}`, rates[type]);
    }),
  ].join(', ');
}
