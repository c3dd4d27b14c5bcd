import type { Workspace, WorkspaceStore } from '../../shared/storage/workspace-store.ts';
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { StageSettings } from '../settings.ts';
import type { StageAccess } from './stage-access.ts';

/** An option of a command. */
export interface CommandOption {
  /** What stands for its value in the help, such as NAME; null: it takes none. */
  readonly value: string | null;
  readonly required?: true;
  readonly help: string;
}

/** What was given for a command's options. */
export interface CommandValues {
  /** Undefined where it was not given. */
  text(option: string): string | undefined;
  /** The value of an option that is required. */
  needed(option: string): string;
  flag(option: string): boolean;
}

/** A stage of infra/settings.ts and a region of AWS, whether the stage is deployed there or not. */
export interface AwsPlace {
  readonly stageName: string;
  readonly settings: StageSettings;
  readonly region: string;
  /** What requests to AWS are signed with. */
  readonly signing: Pick<CloudFormationClient['config'], 'credentials' | 'sha256'>;
}

/** One command of the owner's command line: on a stage, or on what only AWS has. */
export type Command = StageCommand | AwsCommand;

interface CommandFacts {
  /** Such as `keys create` or `usage`. */
  readonly name: string;
  /** What it does, in a sentence. */
  readonly help: string;
  readonly options: Readonly<Record<string, CommandOption>>;
  /** Whole command lines, without what runs them. */
  readonly examples: readonly string[];
}

export interface StageCommand extends CommandFacts {
  /** Does the work and returns the text to print. `stageName`: the stage in infra/settings.ts. */
  run(stage: StageAccess, values: CommandValues, stageName: string): Promise<string>;
}

/** It needs --stage; the stage need not be deployed. */
export interface AwsCommand extends CommandFacts {
  runInAws(place: AwsPlace, values: CommandValues): Promise<string>;
}

export const WORKSPACE_OPTION = {
  value: 'NAME',
  required: true,
  help: 'the name of the workspace',
} as const satisfies CommandOption;
export const JSON_OPTION = { value: null, help: 'print one line of JSON' } as const satisfies CommandOption;

/** A command line that is wrong; its message is printed alone. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A check found that something is missing; its message is printed alone, whole. */
export class CheckFailed extends Error {
  override readonly name = 'CheckFailed';
}

/** The workspace of that name. Throws UsageError if there is none. */
export async function workspaceNamed(workspaces: WorkspaceStore, name: string): Promise<Workspace> {
  const workspace = await workspaces.findWorkspace(name);
  if (workspace === null) throw new UsageError(`the workspace ${name} does not exist; keys create makes it`);
  return workspace;
}
