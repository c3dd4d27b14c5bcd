import { LANDING_MARGIN_MS } from '../../domain/timing.ts';
import { deriveUid } from '../../domain/ids.ts';
import { isFailed } from '../../domain/input.ts';
import { pagesAdded } from '../../domain/page.ts';
import { hasEnded } from '../../domain/run-status.ts';
import { endingMove, NO_TOTALS, type RunControl, type RunDefinition, type Totals } from '../../domain/run.ts';
import { admitWaiting } from './admit-run.ts';
import type { CorePorts } from '../ports.ts';
import { sendRecordedCallback } from '../callbacks/send-callbacks.ts';
import { settleAll } from '../settle-all.ts';
import { notifyOfEnd } from '../notifications/notify-of-end.ts';
import { noteUsage } from '../usage/note-usage.ts';

/** Ends a run whose inputs have all ended. Idempotent: a second call only repeats what follows from the end. */
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
  await concludeRun(ports, ended, definition);
}

/** From when on no page of a stopped run can be recorded any more (epoch ms): pages under way have ended by then. */
export function landedAt(ports: Pick<CorePorts, 'settings'>, stopped: RunControl): number {
  return (stopped.finishedAt ?? stopped.updatedAt) + ports.settings.pageTimeoutMs + LANDING_MARGIN_MS;
}

/**
 * Does what follows from a run's end: gives its slot to the run that waits longest, wakes the runs that depend on it,
 * counts what it did, sends run.finished. Each step is idempotent, so the sweep repeats it after an interruption. For a
 * stopped run, run.finished is sent once no page can be recorded any more; if it is resumed before, by
 * {@link sendFormerFinished}.
 */
export async function concludeRun(ports: CorePorts, ended: RunControl, definition: RunDefinition): Promise<void> {
  // The record of run.finished comes last: where it exists, the sweep considers the rest done.
  await settleAll([
    freeSlot(ports, ended),
    wakeDependents(ports, ended),
    noteUsage(ports, ended),
    notifyOfEnd(ports, ended, definition),
  ]);
  if (ended.status === 'STOPPED' && ports.clock.now() < landedAt(ports, ended)) return;
  const { status, attempt } = ended;
  const at = ended.finishedAt ?? ended.updatedAt;
  await announceEnd(ports, ended, definition, { status, attempt, at });
}

/**
 * Sends run.finished of the stop from which a run was resumed, if it was resumed before that could be sent. Pages
 * recorded by now count in it; later ones belong to the next ending. The resume calls this after its move; in case it
 * failed, so does whoever lays the run out or ends it again, before doing so.
 */
export async function sendFormerFinished(
  ports: CorePorts,
  control: RunControl,
  definition: RunDefinition,
): Promise<void> {
  const former = control.history.findLast(({ status }) => hasEnded(status));
  if (former?.status !== 'STOPPED' || hasEnded(control.status)) return;
  const { status, at } = former;
  await announceEnd(ports, control, definition, { status, at, attempt: control.attempt - 1 });
}

/** An ending of a run: what the control record says about it, or said before the run was resumed. */
interface Ending extends Pick<RunControl, 'status' | 'attempt'> {
  /** Epoch ms. */
  readonly at: number;
}

/** Records run.finished of a run's ending and sends it. */
async function announceEnd(
  ports: CorePorts,
  control: RunControl,
  definition: RunDefinition,
  { status, attempt, at }: Ending,
): Promise<void> {
  if (definition.callback === null) return;
  const stopped = status === 'STOPPED';
  const refUid = deriveUid(definition.uid, 'run_finished', { ending: attempt });
  if (stopped && (await ports.callbacks.readRecord(refUid)) !== null) return; // already sent: its counts do not change any more
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
      callbacks: callbacks + attempt, // one run.finished for each attempt so far
    },
    attempt,
    at,
  });
}

/** Sends a dispatch to the runs that wait for this one, so that they check their dependencies again. */
export async function wakeDependents(ports: CorePorts, { uid, workspaceUid }: RunControl): Promise<void> {
  for (const dependent of await ports.runs.listDependents(uid)) {
    const control = await ports.runs.readControl(dependent);
    if (control?.status !== 'BLOCKED' || control.reason?.code !== 'DEPENDENCY') continue;
    await ports.messages.send({ kind: 'dispatch', runUid: dependent, epoch: control.epoch }, { workspaceUid });
  }
}

/** Releases the run's slot. A stop raises the epoch, so the slot of a stopped run belongs to the epoch before. */
async function freeSlot(ports: CorePorts, { workspaceUid, uid, epoch, status }: RunControl): Promise<void> {
  await ports.admission.releaseSlot(workspaceUid, uid, status === 'STOPPED' ? epoch - 1 : epoch);
  await admitWaiting(ports, workspaceUid);
}

/** What a run's inputs have recorded: ended inputs as the window counts them, plus open ones by their last pages. */
export async function countRecorded(ports: CorePorts, definition: RunDefinition): Promise<Totals> {
  const window = await ports.progress.readWindow(definition.uid);
  if (window === null) return NO_TOTALS;
  let { pages, outputs, callbacks } = window.totals;
  for (const [input, { counted }] of window.open) {
    const pageRecord = await ports.progress.readLastPageRecord(definition.uid, input);
    if (pageRecord === null) continue;
    pages += pagesAdded(pageRecord, counted.pages);
    outputs += pageRecord.results - counted.outputs;
    callbacks += pageRecord.callbacks - counted.callbacks;
  }
  return { ...window.totals, pages, outputs, callbacks };
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
