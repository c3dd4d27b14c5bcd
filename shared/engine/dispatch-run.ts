import type { OpenInput, RunWindow } from '../domain/input.ts';
import { hasEnded, WORKING_STATUSES } from '../domain/run.ts';
import { admitRun } from './admit-run.ts';
import { closeRun } from './finish-run.ts';
import { firstPage } from './open-input.ts';
import type { CorePorts, DispatchMessage, Receipt } from './ports.ts';

const DISPATCHER = 'dispatch';

/** Lays a run out: takes its slot, opens its window, sends the first page of every input in it. */
export async function dispatchRun(ports: CorePorts, message: DispatchMessage, receipt: Receipt): Promise<void> {
  const control = await ports.runs.readControl(message.runUid);
  const definition = await ports.runs.readDefinition(message.runUid);
  if (control === null || definition === null || control.epoch !== message.epoch) return;
  if (hasEnded(control.status)) return closeRun(ports, control, definition); // refused at launch: INVALID
  const admitted = control.status === 'CREATED' ? await admitRun(ports, control, definition) : control;
  if (admitted.epoch !== message.epoch || !WORKING_STATUSES.includes(admitted.status)) return;

  const { inputsInFlight } = await ports.admission.readLimits(definition.workspaceUid);
  const width = Math.min(inputsInFlight, definition.inputsTotal);
  const entry: OpenInput = { page: 0, attempt: 0, until: null, by: DISPATCHER };
  const wanted: RunWindow = {
    epoch: control.epoch,
    next: width,
    open: new Map(Array.from({ length: width }, (_, input) => [input, entry])),
  };
  const window = await ports.progress.openWindow(definition.uid, wanted, definition.expiresAt);
  if (window.epoch !== control.epoch) return;
  const sends: Promise<void>[] = [];
  for (const [input, { by }] of window.open) {
    if (by !== DISPATCHER) continue; // a worker has it in hand since
    const page = firstPage(definition.uid, control.epoch, input, receipt.count > 1);
    sends.push(ports.messages.send(page, { workspaceUid: definition.workspaceUid }));
  }
  await Promise.all(sends);
}
