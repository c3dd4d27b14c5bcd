import { hasBeenAsked, NO_WAIT, type OpenInput } from '../../domain/input.ts';
import type { PageRecord } from '../../domain/page.ts';
import { NO_TOTALS, type RunControl, type RunDefinition } from '../../domain/run.ts';
import type { CorePorts } from '../ports.ts';
import type { PageMessage } from '../messages.ts';
import type { WindowOpening } from '../stores/progress-store.ts';
import { settleAll } from '../settle-all.ts';

/** An open input with its index. */
export interface InHand extends OpenInput {
  readonly input: number;
}

/** The only input of a run that has just one. */
export const ONLY_INPUT: InHand = {
  input: 0,
  place: 0,
  position: 0,
  counted: { pages: 0, outputs: 0, callbacks: 0 },
  ...NO_WAIT,
};

/** The window of a run that has just one input. */
export function openingOfOne(epoch: number): WindowOpening {
  const inHand = [{ position: 0, input: 0, wait: null }];
  return { epoch, order: 0, length: 1, next: 1, totals: NO_TOTALS, inHand };
}

/** The message that starts an input at its first page. */
export function firstPage(
  runUid: string,
  epoch: number,
  { input, place, position }: Pick<InHand, 'input' | 'place' | 'position'>,
  again = false,
): PageMessage {
  return {
    kind: 'page',
    runUid,
    epoch,
    input,
    place,
    position,
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
 * The message that continues an input after its last recorded page, or repeats that page where it ended the input (its
 * end is not counted yet, or it failed and is retried). Attempts and waits continue as the window has them.
 */
export function pageAfter(control: RunControl, inHand: InHand, pageRecord: PageRecord | null): PageMessage {
  const first = firstPage(control.uid, control.epoch, inHand, true);
  const ends = pageRecord !== null && endsInput(pageRecord);
  const page = pageRecord === null ? 0 : ends ? pageRecord.page : pageRecord.page + 1;
  const { attempt, until, reserved = false } = inHand;
  const waits =
    inHand.page === page ? { attempt, until, reserved, counted: hasBeenAsked(inHand) } : { attempt: 0, until: null };
  if (pageRecord === null) return { ...first, ...waits };
  const cursor = !ends && pageRecord.outcome.kind === 'RESULT' ? pageRecord.outcome.nextCursor : pageRecord.cursor;
  const { results, callbacks, tries } = pageRecord;
  return { ...first, ...waits, page, cursor, results, callbacks, tries };
}

/** Whether no page follows this one. */
export function endsInput({ outcome }: PageRecord): boolean {
  return outcome.kind === 'FAILURE' || outcome.last;
}

/** Whether an input has ended with this page: no page follows, and no retry has begun the input anew since. */
export function hasEndedWith(pageRecord: PageRecord, { restartEpoch }: Pick<RunControl, 'restartEpoch'>): boolean {
  return endsInput(pageRecord) && (pageRecord.outcome.kind === 'RESULT' || pageRecord.epoch >= restartEpoch);
}

/** Sends an input that has just got its place. In a later epoch it continues after its last recorded page. */
export async function sendOpened(
  ports: Pick<CorePorts, 'progress' | 'messages'>,
  control: RunControl,
  { workspaceUid }: RunDefinition,
  inHand: InHand,
  again = false,
): Promise<void> {
  await ports.messages.send(await openedMessage(ports, control, inHand, again), { workspaceUid });
}

/** As {@link sendOpened} for many inputs: all are read first, so that their messages go in batches. */
export async function sendAllOpened(
  ports: Pick<CorePorts, 'progress' | 'messages'>,
  control: RunControl,
  { workspaceUid }: RunDefinition,
  all: readonly InHand[],
  again: boolean,
): Promise<void> {
  const messages = await settleAll(all.map((inHand) => openedMessage(ports, control, inHand, again)));
  await settleAll(messages.map((message) => ports.messages.send(message, { workspaceUid })));
}

async function openedMessage(
  { progress }: Pick<CorePorts, 'progress'>,
  control: RunControl,
  inHand: InHand,
  again: boolean,
): Promise<PageMessage> {
  if (control.epoch === 1) return firstPage(control.uid, control.epoch, inHand, again);
  return pageAfter(control, inHand, await progress.readLastPageRecord(control.uid, inHand.input));
}
