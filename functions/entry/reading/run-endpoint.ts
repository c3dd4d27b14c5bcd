import { runDetailView } from '../../../shared/contract/run-view.ts';
import type { Clock } from '../../../shared/engine/ports.ts';
import { countCallbacks } from '../../../shared/engine/read/count-callbacks.ts';
import { countRun } from '../../../shared/engine/read/count-run.ts';
import { findRun } from '../../../shared/engine/read/find-run.ts';
import { readNextCursor } from '../../../shared/engine/read/next-cursor.ts';
import type { ReadPorts } from '../../../shared/engine/read/read-ports.ts';
import { waitForRun } from '../../../shared/engine/read/wait-for-run.ts';
import type { EndpointsOf } from '../http/create-api-handler.ts';
import { defineEndpoint } from '../http/endpoint.ts';
import type { SpendRate } from '../http/rate-limit.ts';
import type { PagingPorts } from './list-page.ts';
import { nextPageUrl } from './next-page-url.ts';

/** What reading one run takes. */
export type RunPorts = Pick<ReadPorts, 'runs' | 'progress' | 'callbacks' | 'reader'> &
  PagingPorts & { readonly clock: Pick<Clock, 'now' | 'after'> };

/** Reads one run, held until it has ended where the caller asks and its workspace has seconds left to wait. */
export function createRunEndpoint(ports: RunPorts, spendRate: SpendRate): EndpointsOf<'run'> {
  return {
    getRun: defineEndpoint('getRun', {
      find: ({ params, caller }) => findRun(ports, caller.workspaceUid, params.run_uid),
      async handle({ found, query, request, caller }) {
        const until = ports.clock.now() + (query.wait ?? 0) * 1_000;
        const control = await waitForRun(ports, found.control, until, async () => {
          const { refusedUntil } = await spendRate(caller.workspaceUid, 'wait');
          return refusedUntil === null;
        });
        const run = { ...found, control };
        const counts = await countRun(ports, control);
        const callbacks = await countCallbacks(ports, run, counts);
        const cursor = await readNextCursor(ports, run);
        const next = cursor === null ? null : nextPageUrl(ports, request, run, cursor, (await ports.keyring()).sign);
        return { body: runDetailView(run.definition, control, counts, callbacks, next) };
      },
    }),
  };
}
