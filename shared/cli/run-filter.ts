import type { Command } from 'commander';
import type { ExecutionMode, ListRunsQuery, RunStatus } from '../client/trireme.ts';
import { several, severalOf } from './define.ts';

const STATUSES: readonly RunStatus[] = [
  'CREATED',
  'INVALID',
  'BLOCKED',
  'QUEUED',
  'SCHEDULED',
  'RUNNING',
  'STOPPED',
  'SUCCEEDED',
  'PARTIAL_SUCCEEDED',
  'FAILED',
];
const MODES: readonly ExecutionMode[] = ['LIVE', 'ASYNC'];

/** The options that choose runs. */
export interface RunFilter {
  readonly status?: readonly RunStatus[];
  readonly action?: readonly string[];
  readonly mode?: readonly ExecutionMode[];
  readonly tag?: readonly string[];
  readonly name?: readonly string[];
  readonly schedule?: readonly string[];
  readonly createdAfter?: string;
  readonly createdBefore?: string;
}

/** Adds them to a command. */
export function withRunFilter(command: Command): Command {
  return command
    .option('--status <status>', 'only with this status; each filter may be given several times', severalOf(STATUSES))
    .option('--action <name>', 'only of this action', several)
    .option('--mode <mode>', 'only LIVE or ASYNC', severalOf(MODES))
    .option('--tag <tag>', 'only with this tag', several)
    .option('--name <name>', 'only with this name', several)
    .option('--schedule <uid>', 'only of this schedule', several)
    .option('--created-after <time>', 'only created after this time, such as 2030-01-31T09:00:00Z')
    .option('--created-before <time>', 'only created before this time');
}

/** The query, or the filter of a bulk, that they say. */
export function runQueryOf(filter: RunFilter): Omit<ListRunsQuery, 'limit' | 'sort'> {
  return {
    status: filter.status,
    action_name: filter.action,
    execution_mode: filter.mode,
    tag: filter.tag,
    name: filter.name,
    scheduled_run_uid: filter.schedule,
    created_after: filter.createdAfter,
    created_before: filter.createdBefore,
  };
}
