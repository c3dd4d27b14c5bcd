import { EngineError } from '../../domain/errors.ts';
import type { BulkPorts, StoredBulk } from './bulk-ports.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * A workspace's bulk. Throws NOT_FOUND, with the same message for a malformed uid, an unknown one, another workspace's
 * bulk, and an expired one.
 */
export async function findBulk(
  ports: Pick<BulkPorts, 'clock' | 'bulks'>,
  workspaceUid: string,
  uid: string,
): Promise<StoredBulk> {
  const bulk = UUID.test(uid) ? await ports.bulks.readBulk(uid) : null;
  if (bulk?.workspaceUid === workspaceUid && bulk.expiresAt * 1_000 > ports.clock.now()) return bulk;
  throw new EngineError('NOT_FOUND', `The bulk ${uid} does not exist.`);
}
