import { begun, isOver, listed, worked } from '../../domain/bulk.ts';
import { BULK_STALLED_MS } from '../../domain/timing.ts';
import type { BulkMessage, Receipt } from '../messages.ts';
import type { BulkWorkPorts, StoredBulk } from './bulk-ports.ts';
import { listPart } from './list-part.ts';
import { workOnRuns } from './work-on-runs.ts';

/**
 * Does one step of a bulk: gives it its turn, lists a part of its runs, or does a few of them. The step is recorded,
 * then the next one is sent. Of two workers with the same step both may do it; one records it, and sends the next.
 */
export async function stepBulk(ports: BulkWorkPorts, message: BulkMessage, receipt: Receipt): Promise<void> {
  const bulk = await ports.bulks.readBulk(message.bulkUid);
  if (bulk === null || isOver(bulk.status)) return endCheck(ports, message);
  if (message.step === null) {
    const isStalled = bulk.status === 'QUEUED' || bulk.updatedAt + BULK_STALLED_MS <= ports.clock.now();
    if (!isStalled) return;
  } else if (message.step !== bulk.step) {
    // The worker that recorded this step may have died before it sent the next.
    if (message.step < bulk.step && receipt.count > 1) await sendStep(ports, bulk);
    return;
  }
  const next = await doStep(ports, bulk, receipt);
  if (next !== null && !isOver(next.status)) await sendStep(ports, next);
}

/** The bulk after the step; null: another has recorded it, or it is not this bulk's turn yet. */
async function doStep(ports: BulkWorkPorts, bulk: StoredBulk, receipt: Receipt): Promise<StoredBulk | null> {
  const now = (): number => ports.clock.now();
  switch (bulk.status) {
    case 'QUEUED':
      return (await takeTurn(ports, bulk)) ? record(ports, bulk, (current) => begun(current, now())) : null;
    case 'COUNTING': {
      const { runUids, listedTo, more } = await listPart(ports, bulk);
      const list = { runs: runUids.length, more };
      return record(ports, bulk, (current) => ({ ...listed(current, list, now()), listedTo }));
    }
    case 'RUNNING': {
      const work = await workOnRuns(ports, bulk, receipt);
      return record(ports, bulk, (current) => worked(current, work, now()));
    }
    case 'FINISHED':
    case 'CANCELLED':
      return null;
  }
}

/**
 * One bulk of a workspace is at work at a time, so that the others' mark in a run is of a bulk that is over. The others
 * ask again when they are checked.
 */
async function takeTurn(ports: BulkWorkPorts, bulk: StoredBulk): Promise<boolean> {
  const holder = await ports.bulks.takeTurn(bulk, null);
  if (holder === null) return true;
  const other = await ports.bulks.readBulk(holder);
  if (other !== null && !isOver(other.status)) return false;
  return (await ports.bulks.takeTurn(bulk, holder)) === null;
}

/** Records a step; a bulk that was only cancelled meanwhile takes it too. Null: another worker has recorded it. */
async function record(
  ports: BulkWorkPorts,
  bulk: StoredBulk,
  after: (current: StoredBulk) => StoredBulk,
): Promise<StoredBulk | null> {
  let current: StoredBulk | null = bulk;
  while (current?.step === bulk.step) {
    const next = after(current);
    if (await ports.bulks.replaceBulk(next)) return next;
    current = await ports.bulks.readBulk(bulk.uid);
  }
  return null;
}

async function sendStep(ports: BulkWorkPorts, { uid, step, workspaceUid }: StoredBulk): Promise<void> {
  await ports.messages.send({ kind: 'bulk', bulkUid: uid, step, dueAt: null }, { workspaceUid });
}

/** A bulk that is over is checked no more. */
async function endCheck(ports: BulkWorkPorts, { bulkUid: uid, dueAt }: BulkMessage): Promise<void> {
  if (dueAt !== null) await ports.due.deleteDue({ at: dueAt, kind: 'bulk', uid });
}
