import { SLOT_LEASE_MS } from '../../domain/timing.ts';
import { type RunControl, type RunDefinition } from '../../domain/run.ts';
import type { CorePorts } from '../ports.ts';
import type { Waiter, WorkspaceLimits } from '../stores.ts';
import { settleAll } from '../settle-all.ts';

/** A run's way to its slot, and what was done beside its move once it had one. */
interface Admitted<Beside> {
  readonly control: RunControl;
  /** Null: it had to stand in line. */
  readonly beside: Beside | null;
}

/** What a workspace has at work and in line, as it was read just now. */
export interface Stored {
  readonly limits: WorkspaceLimits;
  readonly waiting: Waiter | null;
}

/**
 * Gives a run its slot, or its place in the line. Register, then look again: whoever arrives or releases admits the one
 * that waits longest, never itself, so no slot stays empty while someone waits. `beside` is done with its slot taken.
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
  // It may have waited for other runs until now.
  if (!blocked.moved && control.status === 'BLOCKED') await ports.runs.amendBlocked(control, { now, reason });
  await admitWaiting(ports, workspaceUid);
  return { control: blocked.moved ? blocked.control : (blocked.current ?? control), beside: null };
}

/** Gives back slots that were left behind, and lets those in that wait for them. */
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
 * Gives back what an ended run still holds: a verb that took a slot and died before its move leaves one behind. Null
 * when it holds none; else when to look again (epoch ms), for a verb may be at work just now.
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

/** Gives free slots to those that wait, oldest first, until one side runs out. */
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
      await ports.admission.removeWaiter(workspaceUid, waiter); // it waits no longer: stopped, or gone
      continue;
    }
    if (!(await ports.admission.takeSlot(workspaceUid, waiter.runUid, waiter.epoch))) return;
    const queued = await queueRun(ports, control);
    // Others may be at this waiter just now: it is sent on by who queued it, and, should that one have died, by who takes
    // it out of the line. Sent twice, only the one that opens its window has its pages sent.
    const taken = await ports.admission.removeWaiter(workspaceUid, waiter);
    if (!queued.moved && !taken) continue;
    const message = { kind: 'dispatch', runUid: waiter.runUid, epoch: waiter.epoch } as const;
    await ports.messages.send(message, { workspaceUid });
  }
}

/** CREATED, SCHEDULED or BLOCKED → QUEUED, the clock of the deadline begins to run. */
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
  // The run was stopped between its slot and its move: the slot must not leak.
  if (!working) await ports.admission.releaseSlot(control.workspaceUid, control.uid, control.epoch);
  return { moved: false, control: current };
}
