import { RUNS_A_PART } from '../../domain/bulk.ts';
import { BULK_STEP_MS } from '../../domain/timing.ts';
import { listRuns } from '../read/list-runs.ts';
import type { BulkPart, BulkWorkPorts, StoredBulk } from './bulk-ports.ts';

/**
 * The next part of a bulk's list: up to a hundred runs that pass its filter, oldest first. It is written before it is
 * counted; of several workers the first one's part stands.
 */
export async function listPart(ports: BulkWorkPorts, bulk: StoredBulk): Promise<BulkPart> {
  const until = ports.clock.now() + BULK_STEP_MS;
  const runUids: string[] = [];
  let after = bulk.listedTo;
  for (;;) {
    const list = {
      workspaceUid: bulk.workspaceUid,
      filter: bulk.filter,
      order: 'ascending',
      after,
      limit: RUNS_A_PART,
    } as const;
    let isPaused = false;
    for await (const step of listRuns(ports, list)) {
      after = step.after;
      isPaused = step.row === null;
      if (step.row !== null) runUids.push(step.row.control.uid);
      if (runUids.length === RUNS_A_PART) break;
    }
    const more = isPaused || runUids.length === RUNS_A_PART;
    if (more && runUids.length < RUNS_A_PART && ports.clock.now() < until) continue;
    return ports.bulks.putPart(bulk, bulk.parts, { runUids, listedTo: after, more });
  }
}
