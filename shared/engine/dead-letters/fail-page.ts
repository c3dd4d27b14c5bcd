import { CALLBACK_BODY_VERSION } from '../../domain/callback-body.ts';
import { hasBeenAsked, type OpenInput, type RunWindow } from '../../domain/input.ts';
import type { PageRecord } from '../../domain/page.ts';
import type { RunStatus } from '../../domain/run-status.ts';
import type { RunControl, RunDefinition } from '../../domain/run.ts';
import { finishInput } from '../runs/finish-input.ts';
import { endsInput, openingOfOne, pageAfter } from '../runs/open-input.ts';
import { openPageLog } from '../pages/page-log.ts';
import { sendWhenDue } from '../pages/postpone-page.ts';
import type { CorePorts } from '../ports.ts';
import type { PageMessage } from '../messages.ts';
import { sendPageCallbacks } from '../callbacks/send-callbacks.ts';
import { type DeadLetterOutcome, type DeadLetter, reportDeadLetter } from './dead-letter.ts';

/**
 * Fails the input whose page's message became a dead letter: writes a FAILURE as the page's record, if there is none
 * and no other message stands for the page, and does what follows from it. Where the page or its wait was already
 * recorded, only what follows is done again.
 */
export async function failPage(
  ports: CorePorts,
  message: PageMessage,
  deadLetter: DeadLetter,
): Promise<DeadLetterOutcome> {
  const { runUid, input, page, epoch } = message;
  const control = await ports.runs.readControl(runUid);
  if (control === null || control.epoch !== epoch || !MAY_END.includes(control.status)) return 'NOTHING';
  const definition = await ports.runs.readDefinition(runUid);
  if (definition === null) return 'NOTHING';
  const window = await readWindow(ports, message, definition);
  const entry = window?.epoch === epoch ? window.open.get(input) : undefined;
  if (entry === undefined) return 'NOTHING'; // the input has ended

  const stored = await ports.progress.readPageRecord(runUid, input, page);
  const isOpen = stored === null || (stored.outcome.kind === 'FAILURE' && stored.epoch < control.restartEpoch);
  if (!isOpen) return carryOn(ports, { control, definition, entry, deadLetter }, stored);
  if (!standsFor(message, entry)) {
    if (entry.page !== page || entry.by !== deadLetter.by) return 'NOTHING';
    const { attempt, until, reserved = false } = entry; // this message recorded the wait, but may not have sent the page on
    const counted = hasBeenAsked(entry);
    await sendWhenDue(ports, definition, { ...message, attempt, until, reserved, counted, again: true });
    return 'CARRIED_ON';
  }
  const what = `Page ${page} of input ${input}`;
  const error = reportDeadLetter(ports, deadLetter, { what, run_uid: runUid, input, page });
  const pageRecord = failureRecord(ports, { message, deadLetter, control, definition }, { kind: 'FAILURE', error });
  await openPageLog(ports, {
    runUid,
    input,
    page,
    attempt: message.attempt + 1,
    by: deadLetter.by,
    isFirst: false,
    expiresAt: definition.expiresAt,
  }).keep(error);
  const put = await ports.progress.putPageRecord(pageRecord, [], definition.expiresAt, control.restartEpoch);
  if (!put.won) return carryOn(ports, { control, definition, entry, deadLetter }, put.stored);
  await finishInput(ports, { control, definition, pageRecord, at: entry, resendsNext: false });
  return 'INPUT_FAILED';
}

/** Statuses in which a page may be under way. A run of one input sends its page before the run is laid out. */
const MAY_END: readonly RunStatus[] = ['CREATED', 'BLOCKED', 'QUEUED', 'RUNNING'];

/** The run's window. That of a run with one input, whose worker failed before it opened one, is opened here. */
async function readWindow(
  ports: CorePorts,
  { runUid, epoch }: PageMessage,
  { inputsTotal, expiresAt }: RunDefinition,
): Promise<RunWindow | null> {
  const stored = await ports.progress.readWindow(runUid);
  if (stored !== null || inputsTotal !== 1) return stored;
  return (await ports.progress.openWindow(runUid, openingOfOne(epoch), expiresAt))?.window ?? null;
}

/** Whether the input goes on by this message: no other message has recorded a wait or another attempt for the page. */
function standsFor({ page, attempt, until }: PageMessage, entry: OpenInput): boolean {
  if (entry.page !== page) return entry.page < page;
  return entry.attempt === attempt && entry.until === until;
}

interface Chain {
  readonly control: RunControl;
  readonly definition: RunDefinition;
  readonly entry: OpenInput;
  readonly deadLetter: DeadLetter;
}

/** Sends again what follows from a recorded page, if this message had to send it and no later page is recorded. */
async function carryOn(
  ports: CorePorts,
  { control, definition, entry, deadLetter }: Chain,
  pageRecord: PageRecord,
): Promise<DeadLetterOutcome> {
  if (endsInput(pageRecord)) {
    await finishInput(ports, { control, definition, pageRecord, at: entry, resendsNext: false });
    return 'CARRIED_ON';
  }
  const last = await ports.progress.readLastPageRecord(pageRecord.runUid, pageRecord.input);
  const isOurs = pageRecord.by === deadLetter.by || pageRecord.epoch < control.epoch;
  if (!isOurs || last?.page !== pageRecord.page) return 'NOTHING';
  await sendPageCallbacks(ports, definition, pageRecord);
  const { workspaceUid } = definition;
  await ports.messages.send(pageAfter(control, { input: pageRecord.input, ...entry }, pageRecord), { workspaceUid });
  return 'CARRIED_ON';
}

function failureRecord(
  ports: Pick<CorePorts, 'clock'>,
  { message, deadLetter, control, definition }: Omit<Chain, 'entry'> & { readonly message: PageMessage },
  outcome: Extract<PageRecord['outcome'], { kind: 'FAILURE' }>,
): PageRecord {
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
    by: deadLetter.by,
    at: ports.clock.now(),
    version: CALLBACK_BODY_VERSION,
  };
}
