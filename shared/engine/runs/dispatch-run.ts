import { MAX_DELAY_MS } from '../../domain/timing.ts';
import { isComplete, isFromOpening, NO_WAIT, placesOf, type RunWindow, takenOver } from '../../domain/input.ts';
import { hasEnded, NO_TOTALS, type RunControl, type RunDefinition, WORKING_STATUSES } from '../../domain/run.ts';
import { admitRun } from './admit-run.ts';
import { dependenciesMet } from './await-dependencies.ts';
import { closeRun, finishRun, sendFormerFinished } from './finish-run.ts';
import { sendAllOpened } from './open-input.ts';
import { invalidateRun } from '../launch/invalidate-run.ts';
import { listRetry } from './list-retry.ts';
import type { CorePorts, Ports } from '../ports.ts';
import { type DispatchMessage, type Receipt } from '../messages.ts';
import type { WindowOpening, WorkspaceLimits } from '../stores.ts';
import { settleAll } from '../settle-all.ts';

/**
 * Lays a run out: waits for what it depends on, takes its slot, opens its window, sends the inputs in it on their way. A
 * run that was taken up again keeps the window it was stopped with; if nothing was left to do in it, it ends here.
 */
export async function dispatchRun(ports: DispatchPorts, message: DispatchMessage, receipt: Receipt): Promise<void> {
  const run = await ports.runs.readRun(message.runUid);
  if (run === null || run.control.epoch !== message.epoch) return;
  const { control, definition } = run;
  if (hasEnded(control.status)) return closeRun(ports, control, definition); // refused at launch: INVALID
  await sendFormerFinished(ports, control, definition);
  if (definition.upload !== undefined && control.inputsTotal === 0) {
    return ports.messages.send(
      { kind: 'intake', runUid: control.uid, epoch: control.epoch },
      { workspaceUid: control.workspaceUid },
    );
  }
  const waitMs = (control.postponedUntil ?? 0) - ports.clock.now();
  if (waitMs > 0) {
    // Its due entry stands; where a queue can wait for the moment, a message meets it to the second.
    if (waitMs > MAX_DELAY_MS) return;
    return ports.messages.send(message, { workspaceUid: control.workspaceUid, delayMs: waitMs });
  }
  const working = WORKING_STATUSES.includes(control.status);
  if (!working && !(await dependenciesMet(ports, control, definition))) return;
  const laidOut = await layOutRun(ports, control, definition);
  if (laidOut === null) return;
  const { window, opened, control: admitted } = laidOut;
  const again = receipt.count > 1;
  if (isComplete(window)) return finishRun(ports, admitted, definition, window.totals);
  // Whoever opened the window sends what is in it; another dispatch would have each first page run twice.
  if (!opened && !again) return;
  // What came to its place since, or waits, a worker has sent.
  const mine = Array.from(window.open, ([input, open]) => ({ input, ...open }));
  const untouched = mine.filter((inHand) => isFromOpening(inHand, window));
  await sendAllOpened(ports, admitted, definition, untouched, again);
}

/** What laying a run out takes. */
type DispatchPorts = CorePorts & Pick<Ports, 'actions'>;

/**
 * Gives a run its slot, unless it works already, and its window: that one is opened with its slot taken, beside the move
 * that says so. Should the run be stopped just then, its window stands as if it had been stopped a moment later. Null: it
 * has to wait, is refused, is being ended, or went on to a later epoch. Said twice, it is laid out once.
 */
export async function layOutRun(
  ports: DispatchPorts,
  control: RunControl,
  definition: RunDefinition,
): Promise<LaidOut | null> {
  if (control.status !== 'RUNNING' && (await invalidateRun(ports, control, definition))) return null;
  const working = WORKING_STATUSES.includes(control.status);
  const [limits, window, waiting] = await settleAll([
    ports.admission.readLimits(definition.workspaceUid),
    ports.progress.readWindow(definition.uid),
    working ? null : ports.admission.oldestWaiter(definition.workspaceUid),
  ]);
  const open = () => layOut(ports, control, definition, { limits, window });
  const { control: admitted, beside } = working
    ? { control, beside: null }
    : await admitRun(ports, control, definition, { limits, waiting }, open);
  if (admitted.epoch !== control.epoch || !WORKING_STATUSES.includes(admitted.status)) return null;
  const laidOut = beside ?? (await open());
  if (laidOut === null) return null; // of release 0.1.0: a resume lays it out anew
  const { epoch, length } = laidOut.window;
  return epoch === admitted.epoch && length > 0 ? { control: admitted, ...laidOut } : null;
}

interface LaidOut {
  readonly control: RunControl;
  readonly window: RunWindow;
  /** Whether it was opened just now, by this call. */
  readonly opened: boolean;
}

/** The window of this epoch: as it stands, or opened now. */
async function layOut(
  ports: DispatchPorts,
  control: RunControl,
  definition: RunDefinition,
  {
    limits: { inputsInFlight },
    window: stored,
  }: { readonly limits: WorkspaceLimits; readonly window: RunWindow | null },
): Promise<Omit<LaidOut, 'control'> | null> {
  if (stored !== null && stored.epoch >= control.epoch) return { window: stored, opened: false };
  const from = await beginFrom(ports, control, definition, stored);
  const inHand = [...from.inHand];
  let { next } = from;
  const { pace = null } = ports.actions.get(definition.actionName) ?? {};
  const places = placesOf(from.length, { limit: inputsInFlight, inputsAPlace: ports.settings.inputsAPlace, pace });
  for (; inHand.length < places && next < from.length; next += 1) {
    const { input } = await ports.progress.readPosition(definition.uid, from.order, next);
    inHand.push({ position: next, input, wait: null });
  }
  const opening = { ...from, epoch: control.epoch, next, inHand };
  return ports.progress.openWindow(definition.uid, opening, definition.expiresAt);
}

/** What a new window goes on from: nothing, the one before, or the failed inputs that a retry begins anew. */
async function beginFrom(
  ports: CorePorts,
  control: RunControl,
  definition: RunDefinition,
  stored: RunWindow | null,
): Promise<Omit<WindowOpening, 'epoch'>> {
  if (stored === null || stored.length === 0) {
    // Under a retry without a list (its run ended under 0.1.0) positions are the inputs themselves, as in the first attempt.
    const order = control.restartEpoch;
    return { order, length: control.inputsTotal, next: 0, totals: NO_TOTALS, inHand: [] };
  }
  if (stored.order < control.restartEpoch) return listRetry(ports, control, definition, stored);
  const { order, length, next, totals, open } = stored;
  const inHand = Array.from(open, ([input, { position, place: _place, counted: _counted, ...wait }]) => ({
    position,
    input,
    wait: wait.by === NO_WAIT.by ? null : takenOver(wait),
  }));
  return { order, length, next, totals, inHand };
}
