import { isComplete, roundBeginsAt } from '../../domain/deletion.ts';
import { FIRST_DELETION_CHECK_MS } from '../../domain/timing.ts';
import type { CorePorts } from '../ports.ts';
import { nextCheck } from '../runs/check-times.ts';
import type { DueEntry } from '../stores/due-store.ts';

/** Checks a deletion: asks for its next round, or for a step whose message was lost, until it is complete. */
export async function checkDeletion(ports: CorePorts, { kind, uid }: DueEntry): Promise<void> {
  const stored = await ports.runs.readOrDeleted(uid);
  if (stored === null || stored.deletion === null || isComplete(stored.deletion)) return;
  const { control, deletion } = stored;
  const now = ports.clock.now();
  const beginsAt = roundBeginsAt(deletion);
  if (now < beginsAt) return ports.due.putDue({ at: beginsAt, kind, uid });
  await ports.due.putDue({ at: nextCheck(now), kind, uid });
  if (deletion.movedAt + FIRST_DELETION_CHECK_MS > now) return; // it makes progress
  await ports.messages.send({ kind: 'purge', runUid: uid }, { workspaceUid: control.workspaceUid });
}
