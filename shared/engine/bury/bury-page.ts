import { CALLBACK_BODY_VERSION } from '../../domain/callback.ts';
import type { OpenInput, RunWindow } from '../../domain/input.ts';
import type { PageSlot } from '../../domain/page.ts';
import type { RunControl, RunDefinition, RunStatus } from '../../domain/run.ts';
import { finishInput } from '../runs/finish-input.ts';
import { endsInput, openingOfOne, pageAfter } from '../runs/open-input.ts';
import { sendWhenDue } from '../pages/postpone-page.ts';
import type { CorePorts } from '../ports.ts';
import type { PageMessage } from '../messages.ts';
import { sendPageCallbacks } from '../callbacks/send-callbacks.ts';
import { type Burial, type DeadLetter, tellDeath } from './burial.ts';

/**
 * Ends the input whose page died: a FAILURE in its slot, if that is empty and no other message stands for the page, and
 * what follows from it. Where the page was recorded, or its wait written down, and only its follow-up died, that is made
 * up for.
 */
export async function buryPage(ports: CorePorts, message: PageMessage, letter: DeadLetter): Promise<Burial> {
  const { runUid, input, page, epoch } = message;
  const control = await ports.runs.readControl(runUid);
  if (control === null || control.epoch !== epoch || !MAY_END.includes(control.status)) return 'NOTHING';
  const definition = await ports.runs.readDefinition(runUid);
  if (definition === null) return 'NOTHING';
  const window = await readWindow(ports, message, definition);
  const entry = window?.epoch === epoch ? window.open.get(input) : undefined;
  if (entry === undefined) return 'NOTHING'; // the input has ended

  const standing = await ports.progress.readSlot(runUid, input, page);
  const isOpen = standing === null || (standing.outcome.kind === 'FAILURE' && standing.epoch < control.restartEpoch);
  if (!isOpen) return carryOn(ports, { control, definition, entry, letter }, standing);
  if (!standsFor(message, entry)) {
    if (entry.page !== page || entry.by !== letter.by) return 'NOTHING';
    const { attempt, until, held = false } = entry; // it wrote this wait down, and could perhaps not send the page on
    await sendWhenDue(ports, definition, { ...message, attempt, until, held, again: true });
    return 'CARRIED_ON';
  }
  const what = `Page ${page} of input ${input}`;
  const error = tellDeath(ports, letter, { what, run_uid: runUid, input, page });
  const slot = failureSlot(ports, { message, letter, control, definition }, { kind: 'FAILURE', error });
  const put = await ports.progress.putSlot(slot, [], definition.expiresAt, control.restartEpoch);
  if (!put.won) return carryOn(ports, { control, definition, entry, letter }, put.stored);
  await finishInput(ports, { control, definition, slot, at: entry, sendsAgain: false });
  return 'INPUT_FAILED';
}

/** Statuses in which a page may be under way: that of a run of one input is sent before the run is laid out. */
const MAY_END: readonly RunStatus[] = ['CREATED', 'BLOCKED', 'QUEUED', 'RUNNING'];

/** The run's window; one of a single input whose worker never came to laying it out is opened here, to be ended. */
async function readWindow(
  ports: CorePorts,
  { runUid, epoch }: PageMessage,
  { inputsTotal, expiresAt }: RunDefinition,
): Promise<RunWindow | null> {
  const standing = await ports.progress.readWindow(runUid);
  if (standing !== null || inputsTotal !== 1) return standing;
  return (await ports.progress.openWindow(runUid, openingOfOne(epoch), expiresAt))?.window ?? null;
}

/** Whether the page's chain hangs on this message: the input's place was not given to one that waits or tries again. */
function standsFor({ page, attempt, until }: PageMessage, entry: OpenInput): boolean {
  if (entry.page !== page) return entry.page < page;
  return entry.attempt === attempt && entry.until === until;
}

interface Chain {
  readonly control: RunControl;
  readonly definition: RunDefinition;
  readonly entry: OpenInput;
  readonly letter: DeadLetter;
}

/** Tells again what follows from a recorded page, if this message was to tell it and nobody has gone on since. */
async function carryOn(
  ports: CorePorts,
  { control, definition, entry, letter }: Chain,
  slot: PageSlot,
): Promise<Burial> {
  if (endsInput(slot)) {
    await finishInput(ports, { control, definition, slot, at: entry, sendsAgain: false });
    return 'CARRIED_ON';
  }
  const last = await ports.progress.readLastSlot(slot.runUid, slot.input);
  const isOurs = slot.by === letter.by || slot.epoch < control.epoch;
  if (!isOurs || last?.page !== slot.page) return 'NOTHING';
  await sendPageCallbacks(ports, definition, slot);
  const { workspaceUid } = definition;
  await ports.messages.send(pageAfter(control, { input: slot.input, ...entry }, slot), { workspaceUid });
  return 'CARRIED_ON';
}

function failureSlot(
  ports: Pick<CorePorts, 'clock'>,
  { message, letter, control, definition }: Omit<Chain, 'entry'> & { readonly message: PageMessage },
  outcome: Extract<PageSlot['outcome'], { kind: 'FAILURE' }>,
): PageSlot {
  return {
    runUid: message.runUid,
    input: message.input,
    page: message.page,
    outcome,
    cursor: message.cursor,
    results: message.results,
    callbacks: message.callbacks + (definition.callback?.on === 'all' ? 1 : 0),
    tries: message.tries + message.attempt,
    epoch: message.epoch,
    attempt: control.attempt,
    by: letter.by,
    at: ports.clock.now(),
    version: CALLBACK_BODY_VERSION,
  };
}
