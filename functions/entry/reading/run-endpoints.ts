import * as z from 'zod';
import type { Sign } from '../../../shared/contract/cursor.ts';
import { nextLiveUrl } from '../../../shared/contract/live-cursor.ts';
import type { RouteOf } from '../../../shared/contract/routes.ts';
import { runDetailView, runView, statusView } from '../../../shared/contract/run-view.ts';
import { isRunUid } from '../../../shared/domain/ids.ts';
import type { CorePorts } from '../../../shared/engine/ports.ts';
import { countCallbacks } from '../../../shared/engine/read/count-callbacks.ts';
import { countRun } from '../../../shared/engine/read/count-run.ts';
import { findRun } from '../../../shared/engine/read/find-run.ts';
import { listCountedRuns, type RunFilter } from '../../../shared/engine/read/list-runs.ts';
import { readNextCursor } from '../../../shared/engine/read/next-cursor.ts';
import type { ReadPorts, Run } from '../../../shared/engine/read/read-ports.ts';
import { waitForRun } from '../../../shared/engine/read/wait-for-run.ts';
import type { EndpointsOf } from '../http/create-api-handler.ts';
import { defineEndpoint } from '../http/endpoint.ts';
import type { HttpRequest } from '../http/http-request.ts';
import { listPage, type PagingPorts } from './list-page.ts';

type RunEndpoints = Pick<EndpointsOf<'runs'>, 'listRuns' | 'getRun' | 'getRunStatus'>;

/** Where a list of runs goes on. */
export const runPlace = z.strictObject({ createdAt: z.int().min(0), uid: z.string().refine(isRunUid) });

/** Reads of runs as wholes. */
export function createRunEndpoints(ports: ReadPorts & PagingPorts & Pick<CorePorts, 'clock'>): RunEndpoints {
  /** The page after a live call's that was handed over: its cursor is good for 24 h from this look at it. */
  function nextUrl(request: HttpRequest, { definition }: Run, cursor: string | null, sign: Sign): string | null {
    const { livePage, actionName } = definition;
    if (livePage === null || cursor === null) return null;
    return nextLiveUrl(request.url.origin, actionName, livePage, cursor, ports.clock.now(), sign);
  }
  return {
    listRuns: defineEndpoint('listRuns', {
      async handle(call) {
        const { sign } = await ports.keyring();
        return listPage(ports, call, {
          place: runPlace,
          steps: (after) =>
            listCountedRuns(ports, {
              workspaceUid: call.caller.workspaceUid,
              filter: filterOf(call.query),
              order: call.query.sort === 'created_at' ? 'ascending' : 'descending',
              after,
              limit: call.query.limit,
            }),
          view: (run) =>
            runView(run.definition, run.control, run.counts, nextUrl(call.request, run, run.nextCursor, sign)),
        });
      },
    }),

    getRun: defineEndpoint('getRun', {
      find: ({ params, caller }) => findRun(ports, caller.workspaceUid, params.run_uid),
      async handle({ found, query, request }) {
        const control = await waitForRun(ports, found.control, ports.clock.now() + (query.wait ?? 0) * 1_000);
        const run = { ...found, control };
        const counts = await countRun(ports, run.control);
        const callbacks = await countCallbacks(ports, run, counts);
        const cursor = await readNextCursor(ports, run);
        const next = cursor === null ? null : nextUrl(request, run, cursor, (await ports.keyring()).sign);
        return { body: runDetailView(run.definition, run.control, counts, callbacks, next) };
      },
    }),

    getRunStatus: defineEndpoint('getRunStatus', {
      find: ({ params, caller }) => findRun(ports, caller.workspaceUid, params.run_uid),
      async handle({ found: { control } }) {
        return { body: statusView(control, await countRun(ports, control)) };
      },
    }),
  };
}

type RunsQuery = Readonly<z.output<RouteOf<'listRuns'>['query']>>;

function filterOf(query: { readonly [Name in keyof RunsQuery]: Readonly<RunsQuery[Name]> }): RunFilter {
  return {
    statuses: query.status ?? null,
    actionNames: query.action_name ?? null,
    modes: query.execution_mode ?? null,
    uids: query.uid ?? null,
    scheduledRunUids: query.scheduled_run_uid ?? null,
    names: query.name ?? null,
    createdFrom: query.created_after === undefined ? 0 : Date.parse(query.created_after) + 1,
    createdBefore: query.created_before === undefined ? Infinity : Date.parse(query.created_before),
  };
}
