import { newDeletion } from '../../domain/deletion.ts';
import { EngineError } from '../../domain/errors.ts';
import { hasEnded } from '../../domain/run-status.ts';
import type { RunControl, RunDefinition } from '../../domain/run.ts';
import { FIRST_DELETION_CHECK_MS } from '../../domain/timing.ts';
import type { CorePorts } from '../ports.ts';
import { releaseEnded } from '../runs/admit-run.ts';
import { noSuchRun } from '../read/find-run.ts';
import { countRecorded, wakeDependents } from '../runs/finish-run.ts';
import { settleAll } from '../settle-all.ts';
import { noteUsage } from '../usage/note-usage.ts';
import { unlistSummed } from '../usage/unlist-summed.ts';

/**
 * Deletes a run that has ended. From the write on it is no run any more for any read, verb or message; what it has left
 * is deleted in the background. Throws INVALID_STATE for a run that has not ended, NOT_FOUND for one that is gone.
 */
export async function deleteRun(ports: CorePorts, definition: RunDefinition): Promise<void> {
  const { uid, workspaceUid, upload } = definition;
  for (;;) {
    const control = await ports.runs.readControl(uid);
    if (control === null) throw noSuchRun(uid);
    if (!hasEnded(control.status)) throw refusal(control);
    const now = ports.clock.now();
    await ports.due.putDue({ at: now + FIRST_DELETION_CHECK_MS, kind: 'purge', uid });
    // The totals of a stopped run are noted only when nothing of it can be recorded any more, and from now on nothing
    // is.
    const totals = control.status === 'STOPPED' ? await countRecorded(ports, definition) : null;
    const deleted = await ports.runs.deleteRun(control, newDeletion(now, upload?.uid ?? null), totals);
    if (deleted === null) continue; // another changed it meanwhile: read it again
    await followEnd(ports, deleted);
    await ports.messages.send({ kind: 'purge', runUid: uid }, { workspaceUid });
    return;
  }
}

/**
 * Does for others what the end of a deleted run asks for, if that was not done before the deletion: gives its slot on,
 * has the runs that wait for it look how it ended, and counts what it did. Idempotent.
 */
export async function followEnd(ports: CorePorts, deleted: RunControl): Promise<void> {
  await settleAll([
    releaseEnded(ports, deleted),
    wakeDependents(ports, deleted),
    noteUsage(ports, deleted),
    unlistSummed(ports, deleted),
  ]);
}

function refusal({ uid, status, mode }: RunControl): EngineError {
  const hint = mode === 'LIVE' ? 'try again when it has ended' : 'cancel it first, or wait for its end';
  const message = `Run ${uid} is ${status} and can only be deleted once it has ended; ${hint}.`;
  return new EngineError('INVALID_STATE', message, { params: { status } });
}
