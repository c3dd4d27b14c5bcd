import * as z from 'zod';
import { runView, statusView } from '../../shared/api/runs/view.ts';
import { isRunUid } from '../../shared/domain/ids.ts';
import type { CorePorts } from '../../shared/engine/ports.ts';
import { countRun } from '../../shared/engine/read/count-run.ts';
import { findRun } from '../../shared/engine/read/find-run.ts';
import { listCountedRuns } from '../../shared/engine/read/list-runs.ts';
import type { ReadPorts } from '../../shared/engine/read/read-ports.ts';
import type { EndpointsOf } from '../http/create-api-handler.ts';
import { defineEndpoint } from '../http/endpoint.ts';
import { listPage, type PagingPorts } from './list-page.ts';
import { nextPageUrl } from './next-page-url.ts';
import { runFilterOf } from './run-filter.ts';

type RunEndpoints = Pick<EndpointsOf<'runs'>, 'listRuns' | 'getRunStatus'>;

/** A place in a list of runs, as its cursor has it. */
export const runPlace = z.strictObject({ createdAt: z.int().min(0), uid: z.string().refine(isRunUid) });

/** The list of runs, and the status of one. */
export function createRunEndpoints(ports: ReadPorts & PagingPorts & Pick<CorePorts, 'clock'>): RunEndpoints {
  return {
    listRuns: defineEndpoint('listRuns', {
      async handle(call) {
        const { sign } = await ports.keyring();
        return listPage(ports, call, {
          place: runPlace,
          steps: (after) =>
            listCountedRuns(ports, {
              workspaceUid: call.caller.workspaceUid,
              filter: runFilterOf(call.query),
              order: call.query.sort === 'created_at' ? 'ascending' : 'descending',
              after,
              limit: call.query.limit,
            }),
          view: (run) =>
            runView(
              run.definition,
              run.control,
              run.counts,
              nextPageUrl(ports, call.request, run, run.nextCursor, sign),
            ),
        });
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
