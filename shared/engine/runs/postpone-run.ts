import { KEEPS_SLOT_MS, LATE_START_MS, MAX_DELAY_MS, QUOTA_CHECK_MS } from '../../domain/timing.ts';
import { heldBy } from '../../domain/input-status.ts';
import type { RunWindow } from '../../domain/input.ts';
import { WORKING_STATUSES } from '../../domain/run-status.ts';
import type { RunControl, RunDefinition } from '../../domain/run.ts';
import { admitWaiting } from './admit-run.ts';
import type { CorePorts } from '../ports.ts';

/**
 * Postpones a run whose open inputs all wait for over a minute: it releases its slot and continues by itself when the
 * first of them is due. True: it was postponed, its epoch is raised, and messages of the old epoch start nothing.
 */
export async function postponeIfWaiting(
  ports: CorePorts,
  control: RunControl,
  definition: RunDefinition,
  window: RunWindow | null,
): Promise<boolean> {
  const { uid, workspaceUid, epoch } = control;
  if (window === null || window.epoch !== epoch || window.open.size === 0) return false;
  const now = ports.clock.now();
  const firstDue = Math.min(...Array.from(window.open.values(), ({ until }) => until ?? 0));
  if (firstDue <= now + KEEPS_SLOT_MS) return false;
  const stored = await ports.runs.readControl(uid);
  if (stored === null || stored.epoch !== epoch || !WORKING_STATUSES.includes(stored.status)) return false;
  const isNear = firstDue <= now + MAX_DELAY_MS;
  const quota = heldBy([...window.open.values()], firstDue);
  const isAsked = window.open.values().some(({ limited }) => (limited?.times ?? 0) > 0); // else they wait for the action's own pace
  // A quota may be raised before it resets: the entry comes every few minutes, and looks whether it was.
  const startAt = isNear ? firstDue + LATE_START_MS : quota === null ? firstDue : now + QUOTA_CHECK_MS;
  await ports.due.putDue({ at: startAt, kind: 'start', uid });
  const postponed = await ports.runs.moveRun(uid, 'postpone', epoch, {
    now,
    mode: 'ASYNC', // also for a live call's run: no caller waits that long
    reason: {
      code: 'RATE_LIMIT',
      since: now,
      retryAt: firstDue,
      blockingUids: [],
      ...(quota === null ? {} : { quota }),
    },
    postponedUntil: firstDue,
    waitedMs: stored.waitedMs + (isAsked ? firstDue - now : 0),
    deadlineAt: null,
    deadlineLeftMs: stored.deadlineAt === null ? null : Math.max(0, stored.deadlineAt - now),
    newEpoch: true,
  });
  if (!postponed.moved) return false;
  if (isNear) {
    const dispatch = { kind: 'dispatch', runUid: uid, epoch: postponed.control.epoch } as const;
    await ports.messages.send(dispatch, { workspaceUid, delayMs: firstDue - now });
  }
  await ports.admission.releaseSlot(workspaceUid, definition.uid, epoch);
  await admitWaiting(ports, workspaceUid);
  return true;
}
