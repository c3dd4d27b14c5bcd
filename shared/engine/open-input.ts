import type { RunWindow } from '../domain/input.ts';
import type { RunControl, RunDefinition } from '../domain/run.ts';
import type { PageMessage, CorePorts } from './ports.ts';

/** Marks a window entry as opened in place of a finished input, so that a redelivery knows which one it opened. */
function openedBy(done: number): string {
  return `after ${done}`;
}

/** The message that starts an input at its first page. */
export function firstPage(runUid: string, epoch: number, input: number, again = false): PageMessage {
  return {
    kind: 'page',
    runUid,
    epoch,
    input,
    page: 0,
    cursor: null,
    attempt: 0,
    until: null,
    results: 0,
    callbacks: 0,
    tries: 0,
    cycle: null,
    again,
  };
}

/** Gives the place of a finished input to the next one, if any is left, and sends that one's first page. */
export async function openNextInput(
  ports: Pick<CorePorts, 'progress' | 'messages'>,
  control: RunControl,
  definition: RunDefinition,
  done: number,
): Promise<void> {
  const opened = await claimNext(ports, control, definition, done);
  if (opened === null) return;
  const message = firstPage(definition.uid, control.epoch, opened);
  await ports.messages.send(message, { workspaceUid: definition.workspaceUid });
}

/** The input opened in place of `done`, now or by an earlier delivery; null where none was or it is under way. */
async function claimNext(
  ports: Pick<CorePorts, 'progress'>,
  control: RunControl,
  definition: RunDefinition,
  done: number,
): Promise<number | null> {
  let window: RunWindow | null = await ports.progress.readWindow(definition.uid);
  while (window !== null && window.epoch === control.epoch) {
    if (!window.open.has(done)) return openedBefore(window, done);
    const input = window.next < definition.inputsTotal ? window.next : null;
    const next = input === null ? null : { input, entry: { page: 0, attempt: 0, until: null, by: openedBy(done) } };
    const swap = await ports.progress.swapInput(definition.uid, control.epoch, done, next, window.next);
    if (swap.swapped) return input;
    window = swap.window;
  }
  return null;
}

function openedBefore(window: RunWindow, done: number): number | null {
  for (const [input, entry] of window.open) {
    if (entry.by === openedBy(done)) return input;
  }
  return null;
}
