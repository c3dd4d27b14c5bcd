import { parseArgs } from 'node:util';
import type { Workspace } from '../../shared/storage/workspace-store.ts';
import type { RuntimeSettings } from '../../shared/api/env.ts';
import type { WorkspaceLimits } from '../../shared/engine/stores.ts';
import type { OwnLimits } from '../../shared/storage/limit-reader.ts';
import { RATE_TYPES, type RateLimit, type RateType } from '../../shared/domain/token-bucket.ts';
import { settingsOf } from '../settings.ts';
import { runCommand, STAGE_HELP, STAGE_OPTIONS, UsageError, workspaceNamed } from './run-command.ts';
import type { StageAccess } from './stage-access.ts';

const MAX_RUNS_AT_ONCE = 1_000;
const MAX_INPUTS_IN_FLIGHT = 500;
/** Calls per second, and burst. */
const MAX_RATE = 99_999;

const HELP = `Manage workspaces and their limits.

  npm run workspaces -- list [--json]
      Lists the workspaces with the limits in force.
  npm run workspaces -- set --workspace NAME [--runs-at-once N] [--inputs-in-flight N]
                                [--live-rate R] [--launch-rate R] [--read-rate R] [--wait-rate R]
      Changes limits of a workspace, and prints the limits in force.
      N is a whole number: at most ${MAX_RUNS_AT_ONCE} runs at once, ${MAX_INPUTS_IN_FLIGHT} inputs in flight.
      R is calls per second and burst, such as 20/40; for --wait-rate, seconds of waiting per second and burst.
      Each is at most ${MAX_RATE}.
      The value "default" restores the stage's value. A changed rate takes effect within a minute.

A limit marked (own) was set for the workspace; the others are the stage's, from infra/settings.ts. Both commands also
move limits that were set under release 0.1.0 to where functions cannot change them.

${STAGE_HELP}`;

const options = {
  ...STAGE_OPTIONS,
  workspace: { type: 'string' },
  'runs-at-once': { type: 'string' },
  'inputs-in-flight': { type: 'string' },
  'live-rate': { type: 'string' },
  'launch-rate': { type: 'string' },
  'read-rate': { type: 'string' },
  'wait-rate': { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

await runCommand(HELP, () => {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [verb, ...rest] = positionals;
  if (rest.length > 0) throw new UsageError(`give one command, not ${positionals.length}: ${positionals.join(' ')}`);
  return {
    ...values,
    act: async (stage, name) => {
      const defaults = settingsOf(name).runtime;
      if (verb === 'list') return list(stage, defaults, values.json);
      if (verb === 'set') return set(stage, defaults, values);
      throw new UsageError(`unknown command ${verb ?? '(none)'}; allowed: list, set`);
    },
  };
});

async function list(stage: StageAccess, defaults: RuntimeSettings, json: boolean): Promise<string> {
  const all: LimitedWorkspace[] = [];
  for (const workspace of await stage.workspaces.listWorkspaces()) {
    await stage.limits.move(workspace.uid);
    all.push(withLimits(workspace, await stage.limits.read(workspace.uid), defaults));
  }
  if (json) return JSON.stringify(all);
  if (all.length === 0) return 'There are no workspaces; npm run keys -- create --workspace NAME makes one.';
  return all.map(describe).join('\n');
}

async function set(stage: StageAccess, defaults: RuntimeSettings, values: SetValues): Promise<string> {
  if (values.workspace === undefined) throw new UsageError('--workspace NAME is required');
  const workspace = await workspaceNamed(stage.workspaces, values.workspace);
  const rates = RATE_TYPES.map((type) => [type, rateOf(`--${type}-rate`, values[`${type}-rate`])] as const);
  const runsAtOnce = limitOf('--runs-at-once', values['runs-at-once'], MAX_RUNS_AT_ONCE);
  const inputsInFlight = limitOf('--inputs-in-flight', values['inputs-in-flight'], MAX_INPUTS_IN_FLIGHT);
  const limits = await stage.limits.set(workspace.uid, {
    ...(runsAtOnce === undefined ? {} : { runsAtOnce }),
    ...(inputsInFlight === undefined ? {} : { inputsInFlight }),
    rates: Object.fromEntries(rates.filter(([, rate]) => rate !== undefined)),
  });
  return describe(withLimits(workspace, limits, defaults));
}

/** A workspace with its own limits (null: the stage's apply) and with the limits in force. */
type LimitedWorkspace = Workspace &
  Pick<OwnLimits, 'rates'> & {
    readonly limits: Omit<OwnLimits, 'rates'>;
    readonly inForce: WorkspaceLimits & { readonly rates: Readonly<Record<RateType, RateLimit>> };
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
      rates: {
        live: rates.live ?? live,
        launch: rates.launch ?? launch,
        read: rates.read ?? read,
        wait: rates.wait ?? wait,
      },
    },
  };
}

interface SetValues {
  readonly workspace?: string | undefined;
  readonly 'runs-at-once'?: string | undefined;
  readonly 'inputs-in-flight'?: string | undefined;
  readonly 'live-rate'?: string | undefined;
  readonly 'launch-rate'?: string | undefined;
  readonly 'read-rate'?: string | undefined;
  readonly 'wait-rate'?: string | undefined;
}

/** Undefined: not given. Null: the stage's own. */
function limitOf(flag: string, text: string | undefined, max: number): number | null | undefined {
  if (text === undefined || text === 'default') return text === undefined ? undefined : null;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= max) return value;
  throw new UsageError(`${flag} is ${text}; allowed: 1 to ${max}, or default`);
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
    ...RATE_TYPES.map((type) => {
      const { perSecond, burst } = inForce.rates[type];
      return shown(type, `${perSecond}/${burst}`, rates[type]);
    }),
  ].join(', ');
}
