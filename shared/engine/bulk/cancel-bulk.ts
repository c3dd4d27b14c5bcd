import { cancelled, isOver } from '../../domain/bulk.ts';
import { EngineError } from '../../domain/errors.ts';
import type { BulkPorts, StoredBulk } from './bulk-ports.ts';
import { findBulk } from './find-bulk.ts';

/**
 * Cancels a bulk: no further step begins. Runs of a step under way are still done, and counted. A cancelled bulk is
 * returned unchanged. Throws NOT_FOUND, and INVALID_STATE for one that has finished.
 */
export async function cancelBulk(
  ports: Pick<BulkPorts, 'clock' | 'bulks'>,
  workspaceUid: string,
  uid: string,
): Promise<StoredBulk> {
  for (;;) {
    const bulk = await findBulk(ports, workspaceUid, uid);
    if (bulk.status === 'CANCELLED') return bulk;
    if (isOver(bulk.status)) {
      const message = `cancel is not possible for a bulk that is ${bulk.status}; it must be QUEUED, COUNTING or RUNNING.`;
      throw new EngineError('INVALID_STATE', message, { params: { status: bulk.status } });
    }
    const next = cancelled(bulk, ports.clock.now());
    if (await ports.bulks.replaceBulk(next)) return next;
  }
}
