import { MAX_DELAY_MS } from '../../domain/timing.ts';
import { isComplete, isFromOpening, NO_WAIT, placesOf, type RunWindow, takenOver } from '../../domain/input.ts';
import { hasEnded, WORKING_STATUSES } from '../../domain/run-status.ts';
import { NO_TOTALS, type RunControl, type RunDefinition } from '../../domain/run.ts';
import { admitRun } from './admit-run.ts';
import { dependenciesMet } from './await-dependencies.ts';
import { concludeRun, finishRun, sendFormerFinished } from './finish-run.ts';
import { sendAllOpened } from './open-input.ts';
import { invalidateRun } from '../launch/invalidate-run.ts';
import { listRetry } from './list-retry.ts';
import type { CorePorts, Ports } from '../ports.ts';
import { isReleased } from '../quotas.ts';
import { type DispatchMessage, type Receipt } from '../messages.ts';
import type { WorkspaceLimits } from '../stores/admission-store.ts';
import type { WindowOpening } from '../stores/progress-store.ts';
import { settleAll } from '../settle-all.ts';

/**
 * Starts a run: waits for its dependencies, takes a slot, opens its window, sends the first page of each input in it. A
 * resumed run goes on with the window it was stopped with; if no input is left in it, the run ends here.
 */
export async function dispatchRun(ports: DispatchPorts, message: DispatchMessage, receipt: Receipt): Promise<void> {
  const run = await ports.runs.readRun(message.runUid);
  if (run === null || run.control.epoch !== message.epoch) return;
  const { control, definition } = run;
  if (hasEnded(control.status)) return concludeRun(ports, control, definition); // refused at launch: INVALID
  await sendFormerFinished(ports, control, definition);
  if (definition.upload !== undefined && control.inputsTotal === 0) {
    return ports.messages.send(
      { kind: 'intake', runUid: control.uid, epoch: control.epoch },
      { workspaceUid: control.workspaceUid },
    );
  }
  const waitMs = (control.postponedUntil ?? 0) - ports.clock.now();
  if (waitMs > 0 && !(await isReleased(ports, control))) {
    // A due entry starts it too. Where a queue can delay a message that long, the message starts it to the second.
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
  // Only the dispatch that opened the window sends its inputs; if another did too, each first page would run twice.
  if (!opened && !again) return;
  // Inputs that got their place since, or wait, were sent by a worker.
  const mine = Array.from(window.open, ([input, open]) => ({ input, ...open }));
  const untouched = mine.filter((inHand) => isFromOpening(inHand, window));
  await sendAllOpened(ports, admitted, definition, untouched, again);
}

/** The ports of laying a run out. */
type DispatchPorts = CorePorts & Pick<Ports, 'actions'>;

/**
 * Gives a run a slot, unless it works already, and opens its window once the slot is taken, side by side with the move
 * to QUEUED. If the run is stopped just then, the window remains, as if the stop had come a moment later. Null: the run
 * has to wait, is refused, is being ended, or has a later epoch. Idempotent: a second call returns the open window.
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
    // Hardly ever has such a run a window; opening one finds that out, too.
    control.epoch === 1 && !working ? null : ports.progress.readWindow(definition.uid),
    working ? null : ports.admission.oldestWaiter(definition.workspaceUid),
  ]);
  const open = () => layOut(ports, control, definition, { limits, window });
  const { control: admitted, beside } = working
    ? { control, beside: null }
    : await admitRun(ports, control, definition, { limits, waiting }, open);
  if (admitted.epoch !== control.epoch || !WORKING_STATUSES.includes(admitted.status)) return null;
  const laidOut = beside ?? (await open());
  if (laidOut === null) return null; // a window of release 0.1.0: a resume lays the run out anew
  const { epoch, length } = laidOut.window;
  return epoch === admitted.epoch && length > 0 ? { control: admitted, ...laidOut } : null;
}

interface LaidOut {
  readonly control: RunControl;
  readonly window: RunWindow;
  /** Whether it was opened just now, by this call. */
  readonly opened: boolean;
}

/**
 * The window of this epoch: the existing one, or one opened now. Null: release 0.1.0 wrote it, and it cannot be read.
 */
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

/** What a new window begins with: all inputs, the state of the window before, or a retry's list of failed inputs. */
async function beginFrom(
  ports: CorePorts,
  control: RunControl,
  definition: RunDefinition,
  stored: RunWindow | null,
): Promise<Omit<WindowOpening, 'epoch'>> {
  if (stored === null || stored.length === 0) {
    // In a retry without a list (its run ended under 0.1.0) positions are the inputs, as in the first attempt.
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
