import { deriveUid } from '../domain/ids.ts';
import { endingMove, hasEnded, type RunControl, type RunDefinition, type Totals } from '../domain/run.ts';
import { admitWaiting } from './admit-run.ts';
import type { CorePorts } from './ports.ts';
import { sendRecordedCallback } from './send-callbacks.ts';

/** Ends a run whose inputs have all settled. Said twice, it ends once; what follows from the end is done each time. */
export async function finishRun(
  ports: CorePorts,
  control: RunControl,
  definition: RunDefinition,
  totals: Totals,
): Promise<void> {
  const now = ports.clock.now();
  const lastError = await errorOf(ports, definition, totals);
  const moved = await ports.runs.moveRun(definition.uid, endingMove(totals), control.epoch, {
    now,
    reason: null,
    finishedAt: now,
    deadlineAt: null,
    totals,
    lastError,
    lastInfo: await infoOf(ports, definition, totals),
    ending: true,
  });
  const ended = moved.moved ? moved.control : moved.current;
  if (ended === null || ended.epoch !== control.epoch || !hasEnded(ended.status)) return;
  await closeRun(ports, ended, definition);
}

/**
 * What follows from a run's end: run.finished, its slot to the one that waits longest. Each step is idempotent, so an
 * interrupted close is closed again by a redelivery or by the sweeper.
 */
export async function closeRun(ports: CorePorts, ended: RunControl, definition: RunDefinition): Promise<void> {
  if (definition.callback !== null) {
    const refUid = deriveUid(definition.uid, 'run_finished', { ending: ended.endings });
    const { totals, formerCallbacks } = ended;
    await sendRecordedCallback(ports, definition, refUid, {
      type: 'run.finished',
      status: ended.status,
      error: ended.status === 'FAILED' || ended.status === 'INVALID' ? ended.lastError : null,
      manifest: {
        inputs: definition.inputsTotal,
        succeeded: totals.succeeded,
        failed: totals.failed,
        outputs: totals.outputs,
        callbacks: totals.callbacks + formerCallbacks + 1,
      },
      attempt: ended.attempt,
      at: ended.finishedAt ?? ended.updatedAt,
    });
  }
  await ports.admission.releaseSlot(definition.workspaceUid, definition.uid, ended.epoch);
  await admitWaiting(ports, definition.workspaceUid);
}

/** The error of the last input that failed. */
async function errorOf(ports: CorePorts, definition: RunDefinition, totals: Totals): Promise<RunControl['lastError']> {
  if (totals.lastFailed === null) return null;
  const slot = await ports.progress.readLastSlot(definition.uid, totals.lastFailed);
  return slot !== null && slot.outcome.kind === 'FAILURE' ? slot.outcome.error : null;
}

async function infoOf(ports: CorePorts, definition: RunDefinition, totals: Totals): Promise<RunControl['lastInfo']> {
  if (totals.lastEmpty === null) return null;
  const slot = await ports.progress.readLastSlot(definition.uid, totals.lastEmpty);
  return slot !== null && slot.outcome.kind === 'RESULT' ? slot.outcome.info : null;
}
