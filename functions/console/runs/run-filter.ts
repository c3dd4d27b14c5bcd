import type { CreateBulkBody, ExecutionMode, ListRunsQuery, RunStatus } from '../../../shared/client/trireme.ts';

import { instantOf } from '../data/instants.ts';

export const RUN_STATUSES: readonly RunStatus[] = [
  'RUNNING',
  'QUEUED',
  'SCHEDULED',
  'BLOCKED',
  'SUCCEEDED',
  'PARTIAL_SUCCEEDED',
  'FAILED',
  'STOPPED',
  'INVALID',
];

/** The filters of the list of runs, as the address has them. */
export function filterOf(query: URLSearchParams): CreateBulkBody['filter'] {
  const all = (name: string): readonly string[] | undefined => {
    const values = query.getAll(name);
    return values.length === 0 ? undefined : values;
  };
  const at = (name: string): string | undefined => {
    const value = query.get(name);
    return value === null ? undefined : instantOf(value);
  };
  const filter = {
    status: all('status') as readonly RunStatus[] | undefined, // cast: the API refuses what is no status
    action_name: all('action'),
    execution_mode: all('mode') as readonly ExecutionMode[] | undefined, // cast: as above
    name: all('name'),
    tag: all('tag'),
    scheduled_run_uid: all('schedule'),
    created_after: at('after'),
    created_before: at('before'),
  };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

export function listQueryOf(query: URLSearchParams): ListRunsQuery {
  return { ...(filterOf(query) as ListRunsQuery), limit: 50 }; // cast: absent filters were left out
}
