import { runDetailView } from '../../shared/api/runs/view.ts';
import type { RunWindow } from '../../shared/domain/input.ts';
import type { Clock } from '../../shared/engine/ports.ts';
import { areAllDelivered, callbackCounts, readDelivered } from '../../shared/engine/read/count-callbacks.ts';
import { countRun, isCounted } from '../../shared/engine/read/count-run.ts';
import { findRun } from '../../shared/engine/read/find-run.ts';
import { readNextCursor } from '../../shared/engine/read/next-cursor.ts';
import type { ReadPorts } from '../../shared/engine/read/read-ports.ts';
import { waitForRun } from '../../shared/engine/read/wait-for-run.ts';
import { settleAll } from '../../shared/engine/settle-all.ts';
import type { EndpointsOf } from '../http/create-api-handler.ts';
import { defineEndpoint } from '../http/endpoint.ts';
import type { SpendRate } from '../http/rate-limit.ts';
import type { PagingPorts } from './list-page.ts';
import { nextPageUrl } from './next-page-url.ts';

/** The ports that reading one run needs. */
export type RunPorts = Pick<ReadPorts, 'runs' | 'progress' | 'callbacks' | 'reader' | 'settings'> &
  PagingPorts & { readonly clock: Pick<Clock, 'now' | 'after'> };

/** Reads one run. With `wait`, answers once the run has ended, or its time or the workspace's wait limit is used up. */
export function createRunEndpoint(ports: RunPorts, spendRate: SpendRate): EndpointsOf<'run'> {
  return {
    getRun: defineEndpoint('getRun', {
      find: async ({ params: { run_uid: uid }, caller }) => {
        // A run that is read repeatedly is mostly under way and needs its window: both are read at the same time.
        const [run, read] = await settleAll([
          findRun(ports, caller.workspaceUid, uid),
          ports.runs.remembers(uid) ? readWindow(ports, uid) : undefined,
        ]);
        return { run, read };
      },
      async handle({ found, query, request, caller }) {
        const until = ports.clock.now() + (query.wait ?? 0) * 1_000;
        const control = await waitForRun(ports, found.run.control, until, async () => {
          const { refusedUntil } = await spendRate(caller.workspaceUid, 'wait');
          return refusedUntil === null;
        });
        const run = { ...found.run, control };
        const needsNoWindow = isCounted(control) && areAllDelivered(run);
        const read = control === found.run.control ? found.read : undefined;
        const window = needsNoWindow ? null : (read ?? (await readWindow(ports, control.uid))).window;
        const [counts, delivered, cursor] = await settleAll([
          countRun(ports, control, { window }),
          readDelivered(ports, run, window),
          readNextCursor(ports, run),
        ]);
        const callbacks = callbackCounts(run, counts, delivered);
        const next = cursor === null ? null : nextPageUrl(ports, request, run, cursor, (await ports.keyring()).sign);
        return { body: runDetailView(run.definition, control, counts, callbacks, next) };
      },
    }),
  };
}

async function readWindow(
  { progress }: Pick<RunPorts, 'progress'>,
  uid: string,
): Promise<{ readonly window: RunWindow | null }> {
  return { window: await progress.readWindow(uid) };
}
