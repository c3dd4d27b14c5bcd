import { resolve } from 'node:path';
import type { Workspace, WorkspaceStore } from '../../shared/storage/workspace-store.ts';
import { findRunningSystem } from '../local/start/running-system.ts';
import { findDeployedStage, openStage, type StageAccess, type StageAddress } from './stage-access.ts';

/** The stage of infra/settings.ts that `npm start` runs. */
const LOCAL_STAGE = 'local';

/** Options every owner's command takes. */
export const STAGE_OPTIONS = {
  stage: { type: 'string' },
  region: { type: 'string' },
  'data-dir': { type: 'string', default: '.trireme' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

export const STAGE_HELP = `Where:
  (no option)                  the system that npm start runs on this machine, with the data folder .trireme
  --data-dir DIR               the same, with another data folder
  --stage NAME [--region R]    a stage deployed in AWS, with your credentials; the region is theirs by default
  --help                       print this text`;

/** A command line that is wrong; its message is printed alone. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

interface Command {
  readonly stage?: string | undefined;
  readonly region?: string | undefined;
  readonly 'data-dir': string;
  readonly help: boolean;
  /** Does the work and returns the text to print. `name`: the stage in infra/settings.ts. */
  readonly act: (stage: StageAccess, name: string) => Promise<string>;
}

/** Runs a command to its exit code: 0, 1 when it failed, 2 when the command line was wrong. */
export async function runCommand(help: string, parse: () => Command): Promise<void> {
  try {
    const command = parse();
    const text = command.help
      ? help
      : await command.act(openStage(await addressOf(command)), command.stage ?? LOCAL_STAGE);
    process.stdout.write(`${text}\n`);
  } catch (error) {
    const usage = error instanceof UsageError || error instanceof RangeError || isParseError(error);
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}${usage ? ' (see --help)' : ''}\n`);
    process.exitCode = usage ? 2 : 1;
  }
}

async function addressOf(command: Command): Promise<StageAddress> {
  if (command.stage !== undefined) return findDeployedStage(command.stage, command.region);
  if (command.region !== undefined) throw new UsageError('--region is allowed only with --stage');
  return findRunningSystem(resolve(command['data-dir']));
}

function isParseError(error: unknown): boolean {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

/** The workspace of that name. Throws UsageError if there is none. */
export async function workspaceNamed(workspaces: WorkspaceStore, name: string): Promise<Workspace> {
  const workspace = await workspaces.findWorkspace(name);
  if (workspace === null) throw new UsageError(`the workspace ${name} does not exist; keys create creates it`);
  return workspace;
}
