import { afterStep, blocksOf, type Deletion, isComplete, isLastRound, roundBeginsAt } from '../../domain/deletion.ts';
import type { RunControl } from '../../domain/run.ts';
import { DELETION_STEP_MS } from '../../domain/timing.ts';
import type { PurgeMessage } from '../messages.ts';
import { followEnd } from './delete-run.ts';
import type { PurgePorts } from './deletion-ports.ts';

/**
 * Deletes the next part of what a deleted run has left, for some seconds, notes how far it came and asks for the next
 * step. A step that is repeated finds nothing more to delete.
 */
export async function purgeRun(ports: PurgePorts, { runUid }: PurgeMessage): Promise<void> {
  const stored = await ports.runs.readOrDeleted(runUid);
  if (stored === null || stored.deletion === null) return;
  const { control, deletion } = stored;
  const now = ports.clock.now();
  if (isComplete(deletion) || now < roundBeginsAt(deletion)) return;
  const block = await deleteSome(ports, control, deletion, now + DELETION_STEP_MS);
  const noted = await ports.runs.noteDeletion(runUid, deletion, afterStep(deletion, block, ports.clock.now()));
  if (!noted || block === null) return; // another worker goes on, or this round is over
  await ports.messages.send({ kind: 'purge', runUid }, { workspaceUid: control.workspaceUid });
}

/** Deletes until the round is over (null) or its time; then returns the block with which it goes on. */
async function deleteSome(
  ports: PurgePorts,
  control: RunControl,
  deletion: Deletion,
  until: number,
): Promise<number | null> {
  const { removal, clock } = ports;
  let { block } = deletion;
  if (block === 0) {
    await followEnd(ports, control); // before its list of dependents goes
    await removal.deleteAnswers(control);
    if (!(await removal.deleteNotifications(control, until))) return block;
    if (!(await removal.deleteObjects(control, deletion, until))) return block;
  }
  for (const blocks = blocksOf(control, deletion); block < blocks; block += 1) {
    if (clock.now() >= until || !(await removal.deleteBlock(control, block, until))) return block;
  }
  const keepsRequests = !isLastRound(deletion); // a request under way may still store its answer
  return (await removal.deleteRest(control.uid, until, { keepsRequests })) ? null : block;
}
