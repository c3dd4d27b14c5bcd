import { dayOf, usageBeyondDay } from '../../domain/usage.ts';
import type { RunControl } from '../../domain/run.ts';
import type { CorePorts } from '../ports.ts';

/**
 * Records what an ended run has done beyond what the record of its day counts: it ended after its day was summed, or
 * was resumed or retried. For any other run nothing is written. Idempotent.
 */
export async function noteUsage(ports: Pick<CorePorts, 'usage'>, control: RunControl): Promise<void> {
  const counts = usageBeyondDay(control);
  if (counts === null) return;
  const { uid: runUid, workspaceUid, actionName, createdAt, epoch } = control;
  await ports.usage.putBeyondDay({ workspaceUid, runUid, day: dayOf(createdAt), actionName, counts, epoch });
}
