import { type OpenInput, type RunWindow, windowBefore } from '../../domain/input.ts';
import { hasEnded, type RunControl, type RunDefinition, WORKING_STATUSES } from '../../domain/run.ts';
import { admitRun } from './admit-run.ts';
import { dependenciesMet } from './await-dependencies.ts';
import { checkCompletion } from './check-completion.ts';
import { closeRun, tellFormerEnding } from './finish-run.ts';
import { nextUnsettled, sendOpened } from './open-input.ts';
import { invalidateRun } from '../launch/invalidate-run.ts';
import { reopenInputs } from './reopen-inputs.ts';
import type { CorePorts, Ports } from '../ports.ts';
import type { DispatchMessage, Receipt } from '../messages.ts';
import { together } from '../together.ts';

const DISPATCHER = 'dispatch';

/**
 * Lays a run out: waits for what it depends on, takes its slot, opens its window, sends the inputs in it on their way. A
 * run that was taken up again keeps the window it was stopped with; if nothing was left to do in it, it ends here.
 */
export async function dispatchRun(ports: DispatchPorts, message: DispatchMessage, receipt: Receipt): Promise<void> {
  const control = await ports.runs.readControl(message.runUid);
  const definition = await ports.runs.readDefinition(message.runUid);
  if (control === null || definition === null || control.epoch !== message.epoch) return;
  if (hasEnded(control.status)) return closeRun(ports, control, definition); // refused at launch: INVALID
  await tellFormerEnding(ports, control, definition);
  if (definition.upload !== undefined && control.inputsTotal === 0) {
    return ports.messages.send(
      { kind: 'intake', runUid: control.uid, epoch: control.epoch },
      { workspaceUid: control.workspaceUid },
    );
  }
  if (control.postponedUntil !== null && control.postponedUntil > ports.clock.now()) return; // its due entry stands
  const working = WORKING_STATUSES.includes(control.status);
  if (!working && !(await dependenciesMet(ports, control, definition))) return;
  const laidOut = await layOutRun(ports, control, definition);
  if (laidOut === null) return;
  const { window, opened, control: admitted } = laidOut;
  const again = receipt.count > 1;
  // Whoever opened the window sends what is in it; another dispatch would have each first page run twice.
  const mine = [...window.open].filter(([, { by }]) => by === DISPATCHER); // others a worker has in hand since
  if (opened || again)
    await together(mine.map(([input, entry]) => sendOpened(ports, admitted, definition, input, entry, again)));
  if (window.open.size === 0) await checkCompletion(ports, admitted, definition);
}

/** What laying a run out takes. */
type DispatchPorts = CorePorts & Pick<Ports, 'actions'>;

/**
 * Gives a run its slot, unless it works already, and its window. Null: it has to wait, is refused, is
 * being ended, or went on to a later epoch. Said twice, it is laid out once.
 */
export async function layOutRun(
  ports: DispatchPorts,
  control: RunControl,
  definition: RunDefinition,
): Promise<LaidOut | null> {
  if (control.status !== 'RUNNING' && (await invalidateRun(ports, control, definition))) return null;
  const working = WORKING_STATUSES.includes(control.status);
  const admitted = working ? control : await admitRun(ports, control, definition);
  if (admitted.epoch !== control.epoch || !WORKING_STATUSES.includes(admitted.status)) return null;
  const laidOut = await layOut(ports, admitted, definition);
  const { epoch, before } = laidOut.window;
  const isClosed = before !== undefined; // the run is being ended
  return epoch === admitted.epoch && !isClosed ? { control: admitted, ...laidOut } : null;
}

interface LaidOut {
  readonly control: RunControl;
  readonly window: RunWindow;
  /** Whether it was opened just now, by this call. */
  readonly opened: boolean;
}

/** The window of this epoch: as it stands, or opened now. */
async function layOut(
  ports: CorePorts,
  control: RunControl,
  definition: RunDefinition,
): Promise<Omit<LaidOut, 'control'>> {
  const standing = await ports.progress.readWindow(definition.uid);
  if (standing !== null && standing.epoch >= control.epoch) return { window: standing, opened: false };
  const before = windowBefore(standing);
  const restarts = control.restartEpoch > before.epoch;
  if (restarts) await reopenInputs(ports, control, definition);
  const kept = restarts ? null : standing;
  const { inputsInFlight } = await ports.admission.readLimits(definition.workspaceUid);
  const open = new Map<number, OpenInput>();
  for (const [input, entry] of kept?.open ?? []) {
    // An input that ended while the run was stopped has its mark, and its place is free.
    if ((await nextUnsettled(ports, control, input)) === input) open.set(input, { ...entry, by: DISPATCHER });
  }
  let next = restarts ? 0 : before.next;
  while (open.size < inputsInFlight) {
    const input = await nextUnsettled(ports, control, next);
    if (input === null) break;
    open.set(input, { page: 0, attempt: 0, until: null, by: DISPATCHER });
    next = input + 1;
  }
  const window: RunWindow = { epoch: control.epoch, next, open };
  const stands = await ports.progress.openWindow(definition.uid, window, definition.expiresAt);
  return { window: stands, opened: stands === window };
}
