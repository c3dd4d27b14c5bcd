import { KEEPS_SLOT_MS, MAX_DELAY_MS } from '../../domain/timing.ts';
import { boundWait } from '../../domain/asked-wait.ts';
import type { OpenInput, Wait } from '../../domain/input.ts';
import type { RunControl, RunDefinition } from '../../domain/run.ts';
import { postponeIfWaiting } from '../runs/postpone-run.ts';
import type { CorePorts } from '../ports.ts';
import { type PageMessage, type Receipt } from '../messages.ts';

/** A page as a message brought it. */
export interface PageInHand {
  readonly message: PageMessage;
  readonly receipt: Receipt;
  readonly control: RunControl;
  readonly definition: RunDefinition;
  /** When its worker took it up (epoch ms). */
  readonly takenAt: number;
}

/** What a page is to wait for. */
interface Asked {
  /** Attempts spent. */
  readonly attempt: number;
  /** Epoch ms. */
  readonly at: number;
  /** It is a place in the line of the action's pace. */
  readonly held?: boolean;
  /** The upstream or the action asked for it: it lasts the longer, the more often in a row they did. */
  readonly asked?: boolean;
}

/**
 * Has a page wait. The wait is written into the window first, and only the message that wrote it sends the page on.
 */
export async function postponePage(ports: CorePorts, page: PageInHand, wait: Asked): Promise<null> {
  const noted = await noteWait(ports, page, wait);
  return noted === null ? null : sendPostponed(ports, page, noted);
}

/** The wait that an earlier delivery of this message wrote down: it is neither run nor made to wait twice. */
export async function readPostponed(ports: CorePorts, { message, receipt }: PageInHand): Promise<Wait | null> {
  if (receipt.count === 1) return null;
  const window = await ports.progress.readWindow(message.runUid);
  const entry = window?.epoch === message.epoch ? window.open.get(message.input) : undefined;
  return entry?.by === receipt.by && entry.page === message.page ? entry : null;
}

/** Sends a page on to where its wait ends, or has its whole run wait. */
export async function sendPostponed(
  ports: CorePorts,
  { message, control, definition }: PageInHand,
  { attempt, until, held = false }: Wait,
): Promise<null> {
  if (until !== null && until > ports.clock.now() + KEEPS_SLOT_MS) {
    const window = await ports.progress.readWindow(message.runUid);
    if (await postponeIfWaiting(ports, control, definition, window)) return null;
  }
  await sendWhenDue(ports, definition, { ...message, attempt, until, held, again: false });
  return null;
}

/** Sends a page so that it comes when its wait is over, or as late as a queue can. */
export async function sendWhenDue(
  ports: CorePorts,
  { workspaceUid }: RunDefinition,
  message: PageMessage,
): Promise<void> {
  const delayMs = Math.min(MAX_DELAY_MS, Math.max(0, (message.until ?? 0) - ports.clock.now()));
  await ports.messages.send(message, { workspaceUid, delayMs });
}

/** The wait as this message wrote it. Null where the page came from another one: another message owns the chain. */
async function noteWait(ports: CorePorts, { message, receipt }: PageInHand, wait: Asked): Promise<Wait | null> {
  const { runUid, epoch, input } = message;
  const window = await ports.progress.readWindow(runUid);
  let stored: OpenInput | null = window?.epoch === epoch ? (window.open.get(input) ?? null) : null;
  while (stored !== null) {
    const ours = stored.attempt === message.attempt && stored.until === message.until;
    if (stored.page > message.page || (stored.page === message.page && !ours)) return null;
    const noting = waitOf(ports, message.page, stored, wait, receipt.by);
    const noted = await ports.progress.noteWait(runUid, epoch, { input, ...stored }, noting);
    if (noted.noted) return noting;
    stored = noted.open;
  }
  return null;
}

/** The wait of a page, in place of the one that stands: waits in a row are counted page by page. */
function waitOf(
  { clock, random }: Pick<CorePorts, 'clock' | 'random'>,
  page: number,
  stored: OpenInput,
  { attempt, at, held = false, asked = false }: Asked,
  by: string,
): Wait {
  const now = clock.now();
  const { times, since } = (stored.page === page ? stored.limited : undefined) ?? { times: 0, since: now };
  const bounded = asked ? boundWait(at, { now, waitsBefore: times, random: random.fraction() }) : null;
  const until = bounded ?? Math.ceil(at); // the window and due keys hold whole ms
  const limited = asked ? { limited: { times: times + 1, since } } : times > 0 ? { limited: { times, since } } : {};
  return { page, attempt, until, held, ...limited, by };
}
