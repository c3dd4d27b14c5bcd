import { runView } from '../../shared/api/runs/view.ts';
import type { RunControl, RunDefinition } from '../../shared/domain/run.ts';
import type { CorePorts } from '../../shared/engine/ports.ts';
import type { OncePorts } from '../../shared/engine/once-by-key.ts';
import { countRun } from '../../shared/engine/read/count-run.ts';
import { deleteRun } from '../../shared/engine/deletion/delete-run.ts';
import { findRun } from '../../shared/engine/read/find-run.ts';
import type { ReadPorts } from '../../shared/engine/read/read-ports.ts';
import { resumeRun } from '../../shared/engine/runs/resume-run.ts';
import { retryRun } from '../../shared/engine/runs/retry-run.ts';
import { stopRun } from '../../shared/engine/runs/stop-run.ts';
import type { EndpointsOf } from '../http/create-api-handler.ts';
import { defineEndpoint } from '../http/endpoint.ts';
import { answerOnce } from '../http/once-by-key.ts';
import type { Reply, ReplyBody } from '../http/endpoint.ts';

type VerbPorts = CorePorts & Pick<ReadPorts, 'reader'>;

/** Cancels, resumes and retries a run, which answer with the run as it is after that; and deletes it. */
export function createVerbEndpoints(
  ports: VerbPorts,
  once: OncePorts,
): Pick<EndpointsOf<'verbs'>, 'cancelRun' | 'resumeRun' | 'retryRun' | 'deleteRun'> {
  async function answer(definition: RunDefinition, control: RunControl): Promise<Reply<ReplyBody<'cancelRun'>>> {
    return { body: runView(definition, control, await countRun(ports, control)) };
  }
  return {
    cancelRun: defineEndpoint('cancelRun', {
      find: ({ params, caller }) => findRun(ports, caller.workspaceUid, params.run_uid),
      handle: async ({ found: { definition } }) =>
        answer(definition, await stopRun(ports, definition, 'CANCELLED_BY_CALLER')),
    }),
    resumeRun: defineEndpoint('resumeRun', {
      find: ({ params, caller }) => findRun(ports, caller.workspaceUid, params.run_uid),
      handle: async ({ found: { definition } }) => answer(definition, await resumeRun(ports, definition)),
    }),
    retryRun: defineEndpoint('retryRun', {
      find: ({ params, caller }) => findRun(ports, caller.workspaceUid, params.run_uid),
      handle: (call) =>
        answerOnce(once, call, {
          runOf: () => call.found.control.uid,
          async run(claim) {
            const { control, definition } = call.found;
            const { before } = await claim(control.retryCount);
            // The call may be repeated after a crash: a higher retry count means that the retry was already made.
            const made = before !== null && control.retryCount > before;
            return answer(definition, made ? control : await retryRun(ports, definition));
          },
        }),
    }),
    deleteRun: defineEndpoint('deleteRun', {
      find: ({ params, caller }) => findRun(ports, caller.workspaceUid, params.run_uid),
      async handle({ found: { definition } }) {
        await deleteRun(ports, definition);
        return { body: undefined };
      },
    }),
  };
}
