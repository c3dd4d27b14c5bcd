import { SLOT_LEASE_MS } from '../../domain/timing.ts';
import { type RunControl, type RunDefinition } from '../../domain/run.ts';
import type { CorePorts } from '../ports.ts';
import type { Waiter, WorkspaceLimits } from '../stores/admission-store.ts';
import { settleAll } from '../settle-all.ts';

/** A run after its admission, and the result of the work that was done beside its move. */
interface Admitted<Beside> {
  readonly control: RunControl;
  /** Null: the run has no slot yet and waits in line. */
  readonly beside: Beside | null;
}

/** A workspace's limits, and the run that has waited longest in its line, as it was just read. */
export interface Stored {
  readonly limits: WorkspaceLimits;
  readonly waiting: Waiter | null;
}

/**
 * Gives a run a slot, or a place in the line. A run registers as waiting first, then the free slots are given out:
 * whoever arrives or releases a slot admits the run that has waited longest, so no slot stays free while a run waits.
 * `beside` is done side by side with the move, once the slot is taken.
 */
export async function admitRun<Beside>(
  ports: CorePorts,
  control: RunControl,
  definition: RunDefinition,
  { limits, waiting }: Stored,
  beside: () => Promise<Beside>,
): Promise<Admitted<Beside>> {
  const { workspaceUid } = definition;
  if (waiting === null && (await ports.admission.takeSlot(workspaceUid, control.uid, control.epoch, limits))) {
    const [queued, done] = await settleAll([queueRun(ports, control), beside()]);
    return { control: queued.control, beside: done };
  }
  const waiter: Waiter = { runUid: control.uid, epoch: control.epoch, createdAt: control.createdAt };
  await ports.admission.addWaiter(workspaceUid, waiter, definition.expiresAt);
  const now = ports.clock.now();
  const reason = { code: 'CONCURRENCY_LIMIT', since: now, retryAt: null, blockingUids: [] } as const;
  const blocked = await ports.runs.moveRun(control.uid, 'block', control.epoch, { now, reason });
  // A run that is BLOCKED already waited for other runs; now it waits for a slot.
  if (!blocked.moved && control.status === 'BLOCKED') await ports.runs.amendBlocked(control, { now, reason });
  await admitWaiting(ports, workspaceUid);
  return { control: blocked.moved ? blocked.control : (blocked.current ?? control), beside: null };
}

/** Releases slots that were left behind by a crash, and admits runs that wait for a slot. */
export async function reconcileSlots(ports: CorePorts, workspaceUid: string): Promise<void> {
  const now = ports.clock.now();
  for (const { runUid, epoch, takenAt } of await ports.admission.listSlots(workspaceUid)) {
    if (takenAt + SLOT_LEASE_MS > now) continue;
    const control = await ports.runs.readControl(runUid);
    const works = control?.epoch === epoch && ['QUEUED', 'RUNNING'].includes(control.status);
    if (!works) await ports.admission.releaseSlot(workspaceUid, runUid, epoch);
  }
  await admitWaiting(ports, workspaceUid);
}

/**
 * Releases slots that an ended run still has: a verb that took a slot and failed before its move leaves one behind.
 * Returns when to check again (epoch ms), because a verb may be at work right now; null: the run has no slot any more.
 */
export async function releaseEnded(ports: CorePorts, ended: RunControl): Promise<number | null> {
  const now = ports.clock.now();
  let checkAgainAt: number | null = null;
  for (const { runUid, epoch, takenAt } of await ports.admission.listSlots(ended.workspaceUid)) {
    if (runUid !== ended.uid) continue;
    if (epoch > ended.epoch && takenAt + SLOT_LEASE_MS > now) {
      checkAgainAt = takenAt + SLOT_LEASE_MS;
    } else {
      await ports.admission.releaseSlot(ended.workspaceUid, runUid, epoch);
      await admitWaiting(ports, ended.workspaceUid);
    }
  }
  return checkAgainAt;
}

/** Gives free slots to waiting runs, the longest waiting first, until no slot is free or no run waits. */
export async function admitWaiting(ports: CorePorts, workspaceUid: string): Promise<void> {
  for (;;) {
    const waiter = await ports.admission.oldestWaiter(workspaceUid);
    if (waiter === null) return;
    const control = await ports.runs.readControl(waiter.runUid);
    if (
      control === null ||
      control.epoch !== waiter.epoch ||
      !['CREATED', 'SCHEDULED', 'BLOCKED', 'QUEUED'].includes(control.status)
    ) {
      await ports.admission.removeWaiter(workspaceUid, waiter); // it no longer waits: stopped, or gone
      continue;
    }
    if (!(await ports.admission.takeSlot(workspaceUid, waiter.runUid, waiter.epoch))) return;
    const queued = await queueRun(ports, control);
    // Others may be admitting this run right now. Whoever queued it sends its dispatch, and, in case that one fails, so
    // does whoever removes it from the line. Of two dispatches only the one that opens the window sends pages.
    const taken = await ports.admission.removeWaiter(workspaceUid, waiter);
    if (!queued.moved && !taken) continue;
    const message = { kind: 'dispatch', runUid: waiter.runUid, epoch: waiter.epoch } as const;
    await ports.messages.send(message, { workspaceUid });
  }
}

/** Moves a run from CREATED, SCHEDULED or BLOCKED to QUEUED. From then on its deadline counts. */
async function queueRun(
  ports: CorePorts,
  control: RunControl,
): Promise<{ readonly moved: boolean; readonly control: RunControl }> {
  const definition = await ports.runs.readDefinition(control.uid);
  const now = ports.clock.now();
  const moved = await ports.runs.moveRun(control.uid, 'admit', control.epoch, {
    now,
    reason: null,
    deadlineAt: definition === null ? null : now + (control.deadlineLeftMs ?? definition.deadlineSeconds * 1_000),
    deadlineLeftMs: null,
  });
  if (moved.moved) return moved;
  const current = moved.current ?? control;
  const working = current.epoch === control.epoch && ['QUEUED', 'RUNNING'].includes(current.status);
  // The run was stopped after it got the slot and before the move: the slot is released, so that it does not leak.
  if (!working) await ports.admission.releaseSlot(control.workspaceUid, control.uid, control.epoch);
  return { moved: false, control: current };
}
