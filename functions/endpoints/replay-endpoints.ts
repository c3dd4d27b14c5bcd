import { CALL_STEPS_MS } from '../../shared/domain/timing.ts';
import { requireNotifications } from '../../shared/engine/notifications/settings.ts';
import type { CallbackRecord } from '../../shared/domain/callback.ts';
import { callbackView } from '../../shared/api/callbacks/view.ts';
import type { CorePorts } from '../../shared/engine/ports.ts';
import type { OncePorts } from '../../shared/engine/once-by-key.ts';
import { findCallback } from '../../shared/engine/read/find-callback.ts';
import { findRun } from '../../shared/engine/read/find-run.ts';
import type { ReadPorts } from '../../shared/engine/read/read-ports.ts';
import { replayCallback, replayCallbacks } from '../../shared/engine/callbacks/replay-callbacks.ts';
import type { EndpointsOf } from '../http/create-api-handler.ts';
import { defineEndpoint } from '../http/endpoint.ts';
import { answerOnce } from '../http/once-by-key.ts';

type ReplayEndpoints = Pick<EndpointsOf<'verbs'>, 'replayCallback' | 'replayRunCallbacks'>;

function aboutRun({ runUid }: CallbackRecord): { readonly runOf?: () => string } {
  return runUid === null ? {} : { runOf: () => runUid };
}

/** Replays one callback, or a run's callbacks by status. */
export function createReplayEndpoints(ports: ReadPorts & CorePorts, once: OncePorts): ReplayEndpoints {
  return {
    replayCallback: defineEndpoint('replayCallback', {
      find: ({ params, caller }) => findCallback(ports, caller.workspaceUid, params.callback_uid),
      handle: (call) =>
        answerOnce(once, call, {
          ...aboutRun(call.found.record),
          async run(claim) {
            const { run, record, batchUid } = call.found;
            if (run === null) await requireNotifications(ports, record.workspaceUid);
            const replay = await replayCallback(ports, record, (await claim()).seed);
            return { body: callbackView(replay, run?.definition ?? null, batchUid) };
          },
        }),
    }),

    replayRunCallbacks: defineEndpoint('replayRunCallbacks', {
      find: ({ params, caller }) => findRun(ports, caller.workspaceUid, params.run_uid),
      handle: (call) =>
        answerOnce(once, call, {
          runOf: () => call.found.control.uid,
          async run(claim) {
            const { seed } = await claim();
            const { status: statuses = ['FAILED'] } = call.body;
            const until = ports.clock.now() + CALL_STEPS_MS;
            const { replayed, isComplete } = await replayCallbacks(ports, call.found, { statuses, seed, until });
            return { body: { replayed }, headers: isComplete ? {} : { 'X-Complete': 'false' } };
          },
        }),
    }),
  };
}
