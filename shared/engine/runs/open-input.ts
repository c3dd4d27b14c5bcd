import { SHARD_SIZE, shardOf, type OpenInput, type RunWindow } from '../../domain/input.ts';
import type { PageSlot } from '../../domain/page.ts';
import type { RunControl, RunDefinition } from '../../domain/run.ts';
import type { CorePorts } from '../ports.ts';
import type { PageMessage } from '../messages.ts';

type OpenPorts = Pick<CorePorts, 'progress' | 'messages'>;

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

/**
 * The message that takes an input up where its log ends: the page after the last one, or that one again where it ended
 * the input (its end was not yet marked, or it failed and is retried). Attempts and waits go on as the window says.
 */
export function pageAfter(control: RunControl, input: number, slot: PageSlot | null, entry: OpenInput): PageMessage {
  const first = firstPage(control.uid, control.epoch, input, true);
  const ends = slot !== null && endsInput(slot);
  const page = slot === null ? 0 : ends ? slot.page : slot.page + 1;
  const { attempt, until, held = false } = entry;
  const waits = entry.page === page ? { attempt, until, held } : { attempt: 0, until: null };
  if (slot === null) return { ...first, ...waits };
  const cursor = !ends && slot.outcome.kind === 'RESULT' ? slot.outcome.nextCursor : slot.cursor;
  const { results, callbacks, tries } = slot;
  return { ...first, ...waits, page, cursor, results, callbacks, tries };
}

/** Whether no page follows. */
export function endsInput({ outcome }: PageSlot): boolean {
  return outcome.kind === 'FAILURE' || outcome.last;
}

/** Whether an input ended with this page: none follows, and no retry has reopened it since. */
export function hasEndedWith(slot: PageSlot, { restartEpoch }: Pick<RunControl, 'restartEpoch'>): boolean {
  return endsInput(slot) && (slot.outcome.kind === 'RESULT' || slot.epoch >= restartEpoch);
}

/** Gives the place of a finished input to the next one and sends that one on its way. False: none is left. */
export async function openNextInput(
  ports: OpenPorts,
  control: RunControl,
  definition: RunDefinition,
  done: number,
): Promise<boolean> {
  const opened = await claimNext(ports, control, definition, done);
  if (opened === null) return false;
  await sendOpened(ports, control, definition, opened.input, opened.entry);
  return true;
}

/** Sends an input that has just been given its place; under a later epoch it goes on where its log ends. */
export async function sendOpened(
  ports: OpenPorts,
  control: RunControl,
  definition: RunDefinition,
  input: number,
  entry: OpenInput,
  again = false,
): Promise<void> {
  const fresh = control.epoch === 1;
  const slot = fresh ? null : await ports.progress.readLastSlot(definition.uid, input);
  const message = fresh
    ? firstPage(definition.uid, control.epoch, input, again)
    : pageAfter(control, input, slot, entry);
  await ports.messages.send(message, { workspaceUid: definition.workspaceUid });
}

/** The first input from an index on that has not ended, or null. In the first epoch none beyond the window has. */
export async function nextUnsettled(
  ports: Pick<CorePorts, 'progress'>,
  control: RunControl,
  from: number,
): Promise<number | null> {
  let input = from;
  while (control.epoch > 1 && input < control.inputsTotal) {
    const shard = shardOf(input);
    const marks = await ports.progress.readMarks(control.uid, shard);
    while (shardOf(input) === shard && marks.has(input)) input += 1;
    if (shardOf(input) === shard) break;
    // What the roll-up holds as complete is passed over: a retry may find its next input a million further on.
    const open = await ports.progress.nextOpenShard(control.uid, control.inputsTotal, shardOf(input));
    input = open === null ? control.inputsTotal : Math.max(input, open * SHARD_SIZE);
  }
  return input < control.inputsTotal ? input : null;
}

interface Opened {
  readonly input: number;
  readonly entry: OpenInput;
}

/** The input opened in place of `done`, now or by an earlier delivery; null where none was or it is under way. */
async function claimNext(
  ports: OpenPorts,
  control: RunControl,
  definition: RunDefinition,
  done: number,
): Promise<Opened | null> {
  let window: RunWindow | null = await ports.progress.readWindow(definition.uid);
  while (window !== null && window.epoch === control.epoch) {
    if (!window.open.has(done)) return openedBefore(window, done);
    const input = await nextUnsettled(ports, control, window.next);
    const entry: OpenInput = { page: 0, attempt: 0, until: null, by: openedBy(done) };
    const next = input === null ? null : { input, entry };
    const swap = await ports.progress.swapInput(definition.uid, control.epoch, done, next, window.next);
    if (swap.swapped) return next;
    window = swap.window;
  }
  return null;
}

function openedBefore(window: RunWindow, done: number): Opened | null {
  for (const [input, entry] of window.open) {
    if (entry.by === openedBy(done)) return { input, entry };
  }
  return null;
}
