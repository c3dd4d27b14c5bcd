import { parseArgs } from 'node:util';
import type { Workspace } from '../../shared/storage/workspace-store.ts';
import type { OwnLimits } from '../../shared/storage/limit-store.ts';
import { RATE_TYPES, type RateLimit } from '../../shared/domain/token-bucket.ts';
import { runCommand, STAGE_HELP, STAGE_OPTIONS, UsageError, workspaceNamed } from './run-command.ts';
import type { StageAccess } from './stage-access.ts';

const HELP = `Workspaces and their limits.

  npm run workspaces -- list [--json]
  npm run workspaces -- set --workspace NAME [--runs-at-once N] [--inputs-in-flight N]
                                [--live-rate R] [--launch-rate R] [--read-rate R] [--wait-rate R]
      N is a whole number from 1 on, R calls (of --wait-rate: seconds waited) per second and burst such as 20/40; "default" is the stage's own.
      A changed rate holds within a minute. Both commands move limits that 0.1.0 kept where functions may write.

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
  if (rest.length > 0) throw new UsageError(`one command at a time: ${positionals.join(' ')}`);
  return {
    ...values,
    act: async (stage) => {
      if (verb === 'list') return list(stage, values.json);
      if (verb === 'set') return set(stage, values);
      throw new UsageError(`unknown command ${verb ?? '(none)'}; there are list, set`);
    },
  };
});

async function list(stage: StageAccess, json: boolean): Promise<string> {
  const all: LimitedWorkspace[] = [];
  for (const workspace of await stage.workspaces.listWorkspaces()) {
    await stage.limits.move(workspace.uid);
    all.push(withLimits(workspace, await stage.limits.read(workspace.uid)));
  }
  if (json) return JSON.stringify(all);
  if (all.length === 0) return 'There are no workspaces; npm run keys -- create --workspace NAME makes one.';
  return all.map(describe).join('\n');
}

async function set(stage: StageAccess, values: SetValues): Promise<string> {
  if (values.workspace === undefined) throw new UsageError('--workspace NAME is needed');
  const workspace = await workspaceNamed(stage.workspaces, values.workspace);
  const rates = RATE_TYPES.map((type) => [type, rateOf(`--${type}-rate`, values[`${type}-rate`])] as const);
  const runsAtOnce = limitOf('--runs-at-once', values['runs-at-once'], 1_000);
  const inputsInFlight = limitOf('--inputs-in-flight', values['inputs-in-flight'], 500);
  const limits = await stage.limits.set(workspace.uid, {
    ...(runsAtOnce === undefined ? {} : { runsAtOnce }),
    ...(inputsInFlight === undefined ? {} : { inputsInFlight }),
    rates: Object.fromEntries(rates.filter(([, rate]) => rate !== undefined)),
  });
  return describe(withLimits(workspace, limits));
}

/** A workspace with its own limits; null where the stage's hold. */
type LimitedWorkspace = Workspace & Pick<OwnLimits, 'rates'> & { readonly limits: Omit<OwnLimits, 'rates'> };

function withLimits(workspace: Workspace, { rates, ...limits }: OwnLimits): LimitedWorkspace {
  return { ...workspace, limits, rates };
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
  const [, perSecond, burst] = /^(\d{1,5}(?:\.\d{1,3})?)\/(\d{1,5})$/.exec(text)?.map(Number) ?? [];
  if (perSecond !== undefined && burst !== undefined && perSecond > 0 && burst > 0) return { perSecond, burst };
  throw new UsageError(`${flag} is ${text}; allowed: calls per second and burst such as 20/40, or default`);
}

function describe({ name, uid, limits, rates }: LimitedWorkspace): string {
  const told = (value: number | null): string => (value === null ? 'default' : String(value));
  const toldRates = RATE_TYPES.map((type) => {
    const rate = rates[type];
    return `${type} ${rate === null ? 'default' : `${rate.perSecond}/${rate.burst}`}`;
  });
  const own = `runs at once ${told(limits.runsAtOnce)}, inputs in flight ${told(limits.inputsInFlight)}`;
  return `${name}  ${uid}  ${own}, ${toldRates.join(', ')}`;
}
