import { parseArgs } from 'node:util';
import type { Workspace } from '../../shared/adapters/dynamodb/workspace-store.ts';
import { runCommand, STAGE_HELP, STAGE_OPTIONS, UsageError, workspaceNamed } from './run-command.ts';
import type { StageAccess } from './stage-access.ts';

const HELP = `Workspaces and their limits.

  npm run workspaces -- list [--json]
  npm run workspaces -- set --workspace NAME [--runs-at-once N] [--inputs-in-flight N]
      N is a whole number from 1 on, or "default" for the stage's own.

${STAGE_HELP}`;

const options = {
  ...STAGE_OPTIONS,
  workspace: { type: 'string' },
  'runs-at-once': { type: 'string' },
  'inputs-in-flight': { type: 'string' },
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

async function list({ workspaces }: StageAccess, json: boolean): Promise<string> {
  const all = await workspaces.listWorkspaces();
  if (json) return JSON.stringify(all);
  if (all.length === 0) return 'There are no workspaces; npm run keys -- create --workspace NAME makes one.';
  return all.map(describe).join('\n');
}

async function set({ workspaces }: StageAccess, values: SetValues): Promise<string> {
  if (values.workspace === undefined) throw new UsageError('--workspace NAME is needed');
  const workspace = await workspaceNamed(workspaces, values.workspace);
  const limits = {
    runsAtOnce: limitOf('--runs-at-once', values['runs-at-once'], workspace.limits.runsAtOnce, 1_000),
    inputsInFlight: limitOf('--inputs-in-flight', values['inputs-in-flight'], workspace.limits.inputsInFlight, 100),
  };
  await workspaces.setLimits(workspace.uid, limits);
  return describe({ ...workspace, limits });
}

interface SetValues {
  readonly workspace?: string | undefined;
  readonly 'runs-at-once'?: string | undefined;
  readonly 'inputs-in-flight'?: string | undefined;
}

function limitOf(flag: string, text: string | undefined, before: number | null, max: number): number | null {
  if (text === undefined) return before;
  if (text === 'default') return null;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= max) return value;
  throw new UsageError(`${flag} is ${text}; allowed: 1 to ${max}, or default`);
}

function describe({ name, uid, limits }: Workspace): string {
  const told = (value: number | null): string => (value === null ? 'default' : String(value));
  return `${name}  ${uid}  runs at once ${told(limits.runsAtOnce)}, inputs in flight ${told(limits.inputsInFlight)}`;
}
