import { bulkView } from '../../shared/api/bulk/view.ts';
import { hashedUuid } from '../../shared/domain/ids.ts';
import type { BulkPorts } from '../../shared/engine/bulk/bulk-ports.ts';
import { cancelBulk } from '../../shared/engine/bulk/cancel-bulk.ts';
import { findBulk } from '../../shared/engine/bulk/find-bulk.ts';
import { startBulk } from '../../shared/engine/bulk/start-bulk.ts';
import type { OncePorts } from '../../shared/engine/once-by-key.ts';
import type { EndpointsOf } from '../http/create-api-handler.ts';
import { defineEndpoint } from '../http/endpoint.ts';
import { answerOnce } from '../http/once-by-key.ts';
import { runFilterOf } from './run-filter.ts';

/** Creates, shows and cancels bulks. */
export function createBulkEndpoints(
  ports: BulkPorts,
  once: OncePorts,
): Pick<EndpointsOf<'verbs'>, 'createBulk' | 'getBulk' | 'cancelBulk'> {
  return {
    createBulk: defineEndpoint('createBulk', {
      handle: (call) =>
        answerOnce(once, call, {
          keepsAnswer: true,
          async recall(seed) {
            const bulk = await ports.bulks.readBulk(uidOf(seed));
            return bulk === null ? null : { body: bulkView(bulk) };
          },
          async run(claim) {
            const { action, filter: asked, dry_run: dryRun = false } = call.body;
            const { workspaceUid } = call.caller;
            const uid = uidOf((await claim()).seed);
            const request = { workspaceUid, action, filter: runFilterOf(asked), asked, dryRun };
            return { body: bulkView(await startBulk(ports, request, uid)) };
          },
        }),
    }),

    getBulk: defineEndpoint('getBulk', {
      find: ({ params, caller }) => findBulk(ports, caller.workspaceUid, params.bulk_uid),
      handle: async ({ found }) => ({ body: bulkView(found) }),
    }),

    cancelBulk: defineEndpoint('cancelBulk', {
      find: ({ params, caller }) => findBulk(ports, caller.workspaceUid, params.bulk_uid),
      handle: async ({ found, caller }) => ({
        body: bulkView(await cancelBulk(ports, caller.workspaceUid, found.uid)),
      }),
    }),
  };
}

function uidOf(seed: Uint8Array): string {
  return hashedUuid(`bulk ${Buffer.from(seed).toString('hex')}`);
}
