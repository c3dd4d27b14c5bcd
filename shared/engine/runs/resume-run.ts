import { EngineError } from '../../domain/errors.ts';
import { takenUpUntil } from '../../domain/expiry.ts';
import type { RunMove } from '../../domain/run-status.ts';
import type { RunControl, RunDefinition } from '../../domain/run.ts';
import { admitWaiting } from './admit-run.ts';
import { keepRun } from './keep-run.ts';
import { concludeRun, sendFormerFinished } from './finish-run.ts';
import type { CorePorts } from '../ports.ts';
import { takePlace } from '../quotas.ts';
import type { Waiter } from '../stores/admission-store.ts';
import type { ControlChange } from '../stores/run-store.ts';
import { countLanded } from './count-landed.ts';
import { nextCheck } from './check-times.ts';
import { isDoneBy, MAX_ATTEMPTS, refusal, tooLate } from './stop-run.ts';

/**
 * Resumes a stopped run: its unfinished inputs continue after their last recorded page. A run that waits for its
 * dependencies starts without them. A run that works or waits in line is returned unchanged, and one that this bulk has
 * resumed already. Throws INVALID_STATE for
 * any other status.
 */
export async function resumeRun(
  ports: CorePorts,
  definition: RunDefinition,
  bulkUid: string | null = null,
): Promise<RunControl> {
  const mark = bulkUid === null ? {} : { bulkUid };
  for (;;) {
    const control = await ports.runs.readControl(definition.uid);
    if (control === null) throw new EngineError('NOT_FOUND', 'The run no longer exists.');
    if (isDoneBy(bulkUid, control)) return control;
    if (control.mode === 'LIVE') throw refusal('resume', control);
    if (control.status === 'BLOCKED' && control.reason?.code === 'DEPENDENCY') {
      if (await waive(ports, control, mark)) return { ...control, dependenciesWaived: true };
      continue;
    }
    if (['CREATED', 'QUEUED', 'SCHEDULED', 'RUNNING', 'BLOCKED'].includes(control.status)) return control;
    if (control.status !== 'STOPPED' || control.attempt >= MAX_ATTEMPTS) throw refusal('resume', control);
    const taken = await takeUp(ports, control, definition, ['resume', 'resumeBlocked'], mark);
    if (taken !== null) return taken;
  }
}

/** Starts a run that waits for its dependencies without them. False: it no longer waits for them. */
async function waive(ports: CorePorts, control: RunControl, mark: Pick<ControlChange, 'bulkUid'>): Promise<boolean> {
  const { uid, workspaceUid, epoch } = control;
  const waived = { now: ports.clock.now(), dependenciesWaived: true, ...mark };
  if (!(await ports.runs.amendBlocked(control, waived))) return false;
  await ports.messages.send({ kind: 'dispatch', runUid: uid, epoch }, { workspaceUid });
  return true;
}

/**
 * Starts an ended run again in a new epoch, with a slot or in line for one. What follows from its last ending is done
 * first, because nobody would do it afterwards; for a run stopped just now, which may still record pages, run.finished
 * is sent after the move. Null: the run was changed by another, and nothing was done. Throws INVALID_STATE where it is too
 * late, LIMIT_REACHED where it never started and too many runs wait.
 */
export async function takeUp(
  ports: CorePorts,
  control: RunControl,
  definition: RunDefinition,
  [queue, block]: readonly [RunMove, RunMove],
  change: Partial<ControlChange>,
): Promise<RunControl | null> {
  const { clock } = ports;
  const until = takenUpUntil(control, definition.deadlineSeconds);
  if (clock.now() > until) throw tooLate(control.status === 'STOPPED' ? 'resume' : 'retry', control, until);
  // A run that has started was let through by the quota already.
  const { uid, workspaceUid, epoch } = control;
  if (control.startedAt === null) await takePlace(ports, { kind: 'runs_waiting', workspaceUid, uid, hasEnded: true });
  if (control.status === 'STOPPED') await countLanded(ports, control, definition);
  await concludeRun(ports, control, definition);
  const now = ports.clock.now();
  const common = {
    ...change,
    now,
    deadlineLeftMs: null,
    finishedAt: null,
    newEpoch: true,
    newAttempt: true,
  } as const;
  await ports.due.putDue({ at: nextCheck(now), kind: 'watch', uid });
  const waiting = await ports.admission.oldestWaiter(workspaceUid);
  if (waiting === null && (await ports.admission.takeSlot(workspaceUid, uid, epoch + 1))) {
    const deadlineAt = now + definition.deadlineSeconds * 1_000;
    const queued = await ports.runs.moveRun(uid, queue, epoch, { ...common, reason: null, deadlineAt });
    if (!queued.moved) {
      if (queued.current?.epoch !== epoch + 1) await ports.admission.releaseSlot(workspaceUid, uid, epoch + 1);
      return null;
    }
    await keepRun(ports, queued.control, definition);
    await sendFormerFinished(ports, queued.control, definition);
    await ports.messages.send({ kind: 'dispatch', runUid: uid, epoch: epoch + 1 }, { workspaceUid });
    return queued.control;
  }
  const reason = { code: 'CONCURRENCY_LIMIT', since: now, retryAt: null, blockingUids: [] } as const;
  const blocked = await ports.runs.moveRun(uid, block, epoch, { ...common, reason });
  if (!blocked.moved) return null;
  await keepRun(ports, blocked.control, definition);
  await sendFormerFinished(ports, blocked.control, definition);
  const waiter: Waiter = { runUid: uid, epoch: epoch + 1, createdAt: control.createdAt };
  await ports.admission.addWaiter(workspaceUid, waiter, definition.expiresAt);
  await admitWaiting(ports, workspaceUid);
  const looked = await ports.runs.readControl(uid);
  return looked?.epoch === epoch + 1 ? looked : blocked.control; // not the state after another verb
}
