import { deriveUid } from '../../domain/ids.ts';
import { shardOf, shardsBegun } from '../../domain/input.ts';
import { endingMove, hasEnded, type RunControl, type RunDefinition, type Totals } from '../../domain/run.ts';
import { admitWaiting } from './admit-run.ts';
import type { CorePorts } from '../ports.ts';
import { sendRecordedCallback } from '../callbacks/send-callbacks.ts';

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

/** A page of a stopped run that was in flight may land this much later than its function's own time. */
const LANDING_MARGIN_MS = 40_000;

/** When nothing of a stopped run can land any more (epoch ms): its page in flight has ended one way or the other. */
export function landedAt(ports: Pick<CorePorts, 'settings'>, stopped: RunControl): number {
  return (stopped.finishedAt ?? stopped.updatedAt) + ports.settings.pageTimeoutMs + LANDING_MARGIN_MS;
}

/**
 * What follows from a run's end: its slot to the one that waits longest, word to those that depend on it, run.finished.
 * Each step is idempotent, so an interrupted close is closed again by a redelivery or by the sweeper. A stopped run is
 * closed once nothing of it can land any more, or when it is taken up again before that: its run.finished then counts
 * what is there.
 */
export async function closeRun(
  ports: CorePorts,
  ended: RunControl,
  definition: RunDefinition,
  takenUp = false,
): Promise<void> {
  // The record of run.finished comes last: where it stands, the sweeper takes the rest for done.
  await Promise.all([freeSlot(ports, ended), wakeDependents(ports, ended)]);
  await announceEnd(ports, ended, definition, takenUp);
}

/** Records run.finished and sends it. */
async function announceEnd(
  ports: CorePorts,
  ended: RunControl,
  definition: RunDefinition,
  takenUp: boolean,
): Promise<void> {
  if (definition.callback === null) return;
  const stopped = ended.status === 'STOPPED';
  if (stopped && !takenUp && ports.clock.now() < landedAt(ports, ended)) return;
  const refUid = deriveUid(definition.uid, 'run_finished', { ending: ended.endings });
  if (stopped && (await ports.callbacks.readRecord(refUid)) !== null) return; // and its counts stay as they were told
  const totals = stopped ? await countRecorded(ports, ended, definition) : ended.totals;
  const { formerCallbacks } = ended;
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

/** Has the runs that wait for this one look again. */
async function wakeDependents(ports: CorePorts, { uid, workspaceUid }: RunControl): Promise<void> {
  for (const dependent of await ports.runs.listDependents(uid)) {
    const control = await ports.runs.readControl(dependent);
    if (control?.status !== 'BLOCKED' || control.reason?.code !== 'DEPENDENCY') continue;
    await ports.messages.send({ kind: 'dispatch', runUid: dependent, epoch: control.epoch }, { workspaceUid });
  }
}

/** Gives the run's slot back. Stopping raised the epoch, so a stopped run held its slot under the one before. */
async function freeSlot(ports: CorePorts, { workspaceUid, uid, epoch, status }: RunControl): Promise<void> {
  await ports.admission.releaseSlot(workspaceUid, uid, status === 'STOPPED' ? epoch - 1 : epoch);
  await admitWaiting(ports, workspaceUid);
}

/** What the inputs of an unfinished run have recorded: the settled ones by their marks, those in hand by their last pages. */
export async function countRecorded(ports: CorePorts, control: RunControl, definition: RunDefinition): Promise<Totals> {
  const window = await ports.progress.readWindow(definition.uid);
  const inHand = new Set(window?.open.keys());
  const begun = shardsBegun(window, control);
  const settled = await ports.progress.readTotals(definition.uid, definition.inputsTotal, inHand, begun);
  let { outputs, callbacks } = settled;
  for (const input of inHand) {
    const marks = await ports.progress.readMarks(definition.uid, shardOf(input));
    const slot = marks.has(input) ? null : await ports.progress.readLastSlot(definition.uid, input);
    outputs += slot?.results ?? 0;
    callbacks += slot?.callbacks ?? 0;
  }
  return { ...settled, outputs, callbacks };
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
