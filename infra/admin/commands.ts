import { ACCOUNT_COMMANDS } from './account-commands.ts';
import type { Command } from './command.ts';
import { KEY_COMMANDS } from './key-commands.ts';
import { SECRET_COMMANDS } from './secret-commands.ts';
import { STATE_COMMANDS } from './state-commands.ts';
import { USAGE_COMMAND } from './usage-command.ts';
import { WORKSPACE_COMMANDS } from './workspace-commands.ts';

/** All commands of the owner's command line. */
export const COMMANDS: readonly Command[] = [
  ...KEY_COMMANDS,
  ...WORKSPACE_COMMANDS,
  ...SECRET_COMMANDS,
  USAGE_COMMAND,
  ...ACCOUNT_COMMANDS,
  ...STATE_COMMANDS,
];
