import { LANDING_MARGIN_MS } from '../../domain/timing.ts';
import { deriveUid } from '../../domain/ids.ts';
import { isFailed } from '../../domain/input.ts';
import { endingMove, hasEnded, NO_TOTALS, type RunControl, type RunDefinition, type Totals } from '../../domain/run.ts';
import { admitWaiting } from './admit-run.ts';
import type { CorePorts } from '../ports.ts';
import { sendRecordedCallback } from '../callbacks/send-callbacks.ts';
import { settleAll } from '../settle-all.ts';

/** Ends a run whose inputs have all settled. Said twice, it ends once; what follows from the end is done each time. */
export async function finishRun(
  ports: CorePorts,
  control: RunControl,
  definition: RunDefinition,
  totals: Totals,
): Promise<void> {
  const now = ports.clock.now();
  const lastError = await errorOf(ports, control, definition, totals);
  const moved = await ports.runs.moveRun(definition.uid, endingMove(totals), control.epoch, {
    now,
    reason: null,
    finishedAt: now,
    deadlineAt: null,
    totals,
    lastError,
    lastInfo: await infoOf(ports, definition, totals),
  });
  const ended = moved.moved ? moved.control : moved.current;
  if (ended === null || ended.epoch !== control.epoch || !hasEnded(ended.status)) return;
  await closeRun(ports, ended, definition);
}

/** When nothing of a stopped run can land any more (epoch ms): its page in flight has ended one way or the other. */
export function landedAt(ports: Pick<CorePorts, 'settings'>, stopped: RunControl): number {
  return (stopped.finishedAt ?? stopped.updatedAt) + ports.settings.pageTimeoutMs + LANDING_MARGIN_MS;
}

/**
 * What follows from a run's end: its slot to the one that waits longest, word to those that depend on it, run.finished.
 * Each step is idempotent, so an interrupted close is closed again by a redelivery or by the sweeper. A stopped run is
 * announced once nothing of it can land any more; one that is taken up before that, by {@link sendFormerFinished}.
 */
export async function closeRun(ports: CorePorts, ended: RunControl, definition: RunDefinition): Promise<void> {
  // The record of run.finished comes last: where it stands, the sweeper takes the rest for done.
  await settleAll([freeSlot(ports, ended), wakeDependents(ports, ended)]);
  if (ended.status === 'STOPPED' && ports.clock.now() < landedAt(ports, ended)) return;
  const { status, attempt } = ended;
  const at = ended.finishedAt ?? ended.updatedAt;
  await announceEnd(ports, ended, definition, { status, attempt, at });
}

/**
 * Tells of the stop that a run has been taken up from, if it was before anything of it could be told: what is recorded
 * by now counts, what lands yet belongs to the next ending. Told by who took the run up, after the move; should that one
 * have died, by whoever lays the run out or ends it anew, before that.
 */
export async function sendFormerFinished(
  ports: CorePorts,
  control: RunControl,
  definition: RunDefinition,
): Promise<void> {
  const former = control.history.findLast(({ status }) => hasEnded(status));
  if (former?.status !== 'STOPPED' || hasEnded(control.status)) return;
  const { status, at } = former;
  const said = { status, at, attempt: control.attempt - 1 };
  await announceEnd(ports, control, definition, said);
}

/** What the control record says of an ending, or said before the run was taken up. */
interface Ending extends Pick<RunControl, 'status' | 'attempt'> {
  /** Epoch ms. */
  readonly at: number;
}

/** Records run.finished of a run's last ending and sends it. */
async function announceEnd(
  ports: CorePorts,
  control: RunControl,
  definition: RunDefinition,
  { status, attempt, at }: Ending,
): Promise<void> {
  if (definition.callback === null) return;
  const stopped = status === 'STOPPED';
  const refUid = deriveUid(definition.uid, 'run_finished', { ending: attempt });
  if (stopped && (await ports.callbacks.readRecord(refUid)) !== null) return; // and its counts stay as they were told
  const { succeeded, failed, outputs, callbacks } = stopped ? await countRecorded(ports, definition) : control.totals;
  await sendRecordedCallback(ports, definition, refUid, {
    type: 'run.finished',
    status,
    error: status === 'FAILED' || status === 'INVALID' ? control.lastError : null,
    manifest: {
      inputs: definition.inputsTotal,
      succeeded,
      failed,
      outputs,
      callbacks: callbacks + attempt, // a run.finished for each attempt so far
    },
    attempt,
    at,
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

/** What the inputs of an unfinished run have recorded: those that ended as the window counts them, those in hand by their last pages. */
export async function countRecorded(ports: CorePorts, definition: RunDefinition): Promise<Totals> {
  const window = await ports.progress.readWindow(definition.uid);
  if (window === null) return NO_TOTALS;
  let { outputs, callbacks } = window.totals;
  for (const [input, { counted }] of window.open) {
    const pageRecord = await ports.progress.readLastPageRecord(definition.uid, input);
    if (pageRecord === null) continue;
    outputs += pageRecord.results - counted.outputs;
    callbacks += pageRecord.callbacks - counted.callbacks;
  }
  return { ...window.totals, outputs, callbacks };
}

/** The error of the last input that failed. */
async function errorOf(
  ports: CorePorts,
  { restartEpoch }: RunControl,
  { uid, inputsTotal }: RunDefinition,
  { failed }: Totals,
): Promise<RunControl['lastError']> {
  if (failed === 0) return null;
  for await (const noted of ports.progress.listFailed(uid, { input: inputsTotal - 1, direction: 'down' })) {
    const last = noted.find((one) => isFailed(one, restartEpoch));
    if (last === undefined) continue;
    const pageRecord = await ports.progress.readPageRecord(uid, last.input, last.page);
    return pageRecord !== null && pageRecord.outcome.kind === 'FAILURE' ? pageRecord.outcome.error : null;
  }
  return null;
}

async function infoOf(ports: CorePorts, definition: RunDefinition, totals: Totals): Promise<RunControl['lastInfo']> {
  if (totals.lastEmpty === null) return null;
  const pageRecord = await ports.progress.readLastPageRecord(definition.uid, totals.lastEmpty);
  return pageRecord !== null && pageRecord.outcome.kind === 'RESULT' ? pageRecord.outcome.info : null;
}
