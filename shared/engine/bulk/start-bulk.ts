import type { BulkAction } from '../../domain/bulk.ts';
import { expiryAfter } from '../../domain/expiry.ts';
import { FIRST_BULK_CHECK_MS, LIST_LAG_MS } from '../../domain/timing.ts';
import type { RunFilter } from '../read/list-runs.ts';
import type { BulkPorts, StoredBulk } from './bulk-ports.ts';

/** A bulk as its caller requested it. */
export interface BulkRequest {
  readonly workspaceUid: string;
  readonly action: BulkAction;
  readonly filter: RunFilter;
  readonly asked: StoredBulk['asked'];
  readonly dryRun: boolean;
}

/**
 * Accepts a bulk over the runs that exist now and pass its filter. Its first step begins when the list of runs has
 * caught up with the writes before it.
 */
export async function startBulk(ports: BulkPorts, request: BulkRequest, uid: string): Promise<StoredBulk> {
  const now = ports.clock.now();
  const { filter } = request;
  const bulk: StoredBulk = {
    ...request,
    filter: { ...filter, createdBefore: Math.min(filter.createdBefore, now + 1) },
    uid,
    status: 'QUEUED',
    version: 1,
    step: 0,
    matched: 0,
    parts: 0,
    isCounted: false,
    part: 0,
    offset: 0,
    done: 0,
    failed: 0,
    failures: [],
    listedTo: null,
    createdAt: now,
    updatedAt: now,
    finishedAt: null,
    expiresAt: expiryAfter(now, ports.settings.retentionDays),
  };
  await ports.due.putDue({ at: now + FIRST_BULK_CHECK_MS, kind: 'bulk', uid });
  await ports.bulks.createBulk(bulk);
  const message = { kind: 'bulk', bulkUid: uid, step: 0, dueAt: null } as const;
  await ports.messages.send(message, { workspaceUid: bulk.workspaceUid, delayMs: LIST_LAG_MS });
  return bulk;
}
