import type * as z from 'zod';
import type { RunFilters } from '../../shared/api/runs/schemas.ts';
import type { RunFilter } from '../../shared/engine/read/list-runs.ts';

type Given = z.output<z.ZodObject<RunFilters>>;

/** The filter of a list of runs, as a caller gives it. */
export function runFilterOf(given: { readonly [Name in keyof Given]: Readonly<Given[Name]> }): RunFilter {
  return {
    statuses: given.status ?? null,
    actionNames: given.action_name ?? null,
    modes: given.execution_mode ?? null,
    uids: given.uid ?? null,
    scheduledRunUids: given.scheduled_run_uid ?? null,
    names: given.name ?? null,
    tags: given.tag ?? null,
    createdFrom: given.created_after === undefined ? 0 : Date.parse(given.created_after) + 1,
    createdBefore: given.created_before === undefined ? Infinity : Date.parse(given.created_before),
  };
}
