import { FORGOTTEN_START_MS, SOONEST_CHECK_MS, stuckMs } from '../../domain/timing.ts';
import { isComplete } from '../../domain/input.ts';
import { hasEnded, WORKING_STATUSES } from '../../domain/run-status.ts';
import type { RunControl, RunDefinition } from '../../domain/run.ts';
import { reconcileSlots } from '../runs/admit-run.ts';
import { finishRun, landedAt } from '../runs/finish-run.ts';
import { finishInput } from '../runs/finish-input.ts';
import { handOver } from '../live/hand-over.ts';
import { keepRun } from '../runs/keep-run.ts';
import { logWait } from '../runs/log-moves.ts';
import { hasEndedWith, pageAfter } from '../runs/open-input.ts';
import type { CorePorts } from '../ports.ts';
import type { DueEntry, RunCheck } from '../stores/due-store.ts';
import { stopRun } from '../runs/stop-run.ts';
import { nextCheck } from '../runs/check-times.ts';
import { reconcileEndedRun } from './reconcile-ended-run.ts';

const FIRST_CHECK: RunCheck = { block: 0, againAt: null };

/** Checks an uncommitted launch once more later: its commit may arrive long after its sender died. */
async function watchUncommitted(ports: CorePorts, { kind, uid, look }: DueEntry): Promise<void> {
  if (look !== undefined) return;
  await ports.due.putDue({ at: nextCheck(ports.clock.now()), kind, uid, look: FIRST_CHECK });
}

/** Checks a run: sends lost messages again, and puts the next check while the run has open work. */
export async function checkRun(ports: CorePorts, entry: DueEntry): Promise<void> {
  const stored = await ports.runs.readControl(entry.uid);
  const definition = stored === null ? null : await ports.runs.readDefinition(entry.uid);
  const now = ports.clock.now();
  if (stored === null || definition === null) return watchUncommitted(ports, entry);
  const control = await handOver(ports, stored); // if it is a live call still at work, its caller no longer waits
  if (control.expiresAt * 1_000 <= now) return;
  logWait(ports.log, control);
  const { kind, uid } = entry;
  const next = hasEnded(control.status)
    ? await reconcileEndedRun(ports, control, definition, entry.look ?? FIRST_CHECK)
    : { at: await reconcileWorkingRun(ports, control, definition) };
  if (next !== null) await ports.due.putDue({ ...next, kind, uid, at: Math.max(next.at, now + SOONEST_CHECK_MS) });
}

/** Sends again what an unfinished run may have lost, and returns when to check again (epoch ms). */
async function reconcileWorkingRun(ports: CorePorts, control: RunControl, definition: RunDefinition): Promise<number> {
  const now = ports.clock.now();
  const { uid, workspaceUid } = definition;
  if (control.deadlineAt !== null && control.deadlineAt <= now) {
    const stopped = await stopRun(ports, definition, 'DEADLINE');
    return landedAt(ports, stopped);
  }
  if (!(await keepRun(ports, control, definition))) {
    const stopped = await stopRun(ports, definition, 'DEADLINE');
    return landedAt(ports, stopped);
  }
  const again = Math.min(nextCheck(now), control.deadlineAt ?? Infinity);
  // A postponed run has its own due entry; this check starts it only if that had no effect.
  const startsBy = control.postponedUntil === null ? 0 : control.postponedUntil + FORGOTTEN_START_MS;
  if (control.status === 'SCHEDULED' && now < startsBy) return startsBy;
  if (control.status === 'BLOCKED') await reconcileSlots(ports, workspaceUid);
  const window = await ports.progress.readWindow(uid);
  if (!WORKING_STATUSES.includes(control.status) || window?.epoch !== control.epoch) {
    await ports.messages.send({ kind: 'dispatch', runUid: uid, epoch: control.epoch }, { workspaceUid });
    return again;
  }
  for (const [input, open] of window.open) {
    const pageRecord = await ports.progress.readLastPageRecord(uid, input);
    const movedAt = Math.max(pageRecord?.at ?? 0, control.updatedAt, open.until ?? 0);
    if (movedAt + stuckMs(ports.settings) > now) continue;
    if (pageRecord !== null && hasEndedWith(pageRecord, control)) {
      await finishInput(ports, { control, definition, pageRecord, at: open, resendsNext: false });
    } else await ports.messages.send(pageAfter(control, { input, ...open }, pageRecord), { workspaceUid });
  }
  if (isComplete(window)) await finishRun(ports, control, definition, window.totals);
  return again;
}
