import { KEEPS_SLOT_MS, MAX_DELAY_MS } from '../../domain/timing.ts';
import { boundWait } from '../../domain/asked-wait.ts';
import { hasBeenAsked, type OpenInput, type Wait } from '../../domain/input.ts';
import type { RunControl, RunDefinition } from '../../domain/run.ts';
import { postponeIfWaiting } from '../runs/postpone-run.ts';
import type { CorePorts } from '../ports.ts';
import { type PageMessage, type Receipt } from '../messages.ts';

/** A page at work: its message, and what was read for it. */
export interface PageInHand {
  readonly message: PageMessage;
  readonly receipt: Receipt;
  readonly control: RunControl;
  readonly definition: RunDefinition;
  /** When the worker began with the message (epoch ms). */
  readonly takenAt: number;
}

/** A wait that a page needs. */
interface Asked {
  /** Attempts spent. */
  readonly attempt: number;
  /** Until when, epoch ms. */
  readonly at: number;
  /** `at` is a reserved place in the line of the action's pace. */
  readonly reserved?: boolean;
  /** The upstream or the action asked for it. Such waits get longer the more of them come in a row. */
  readonly asked?: boolean;
  /** The quota pages_per_day, of so many pages, holds it back. */
  readonly quota?: number;
}

/**
 * Postpones a page. The wait is written into the window first, and only the message that wrote it sends the page on.
 */
export async function postponePage(ports: CorePorts, page: PageInHand, wait: Asked): Promise<null> {
  const noted = await noteWait(ports, page, wait);
  return noted === null ? null : sendPostponed(ports, page, noted);
}

/**
 * The wait that an earlier delivery of this message recorded, so that the page neither runs nor waits twice; or null.
 */
export async function readPostponed(ports: CorePorts, { message, receipt }: PageInHand): Promise<Wait | null> {
  if (receipt.count === 1) return null;
  const window = await ports.progress.readWindow(message.runUid);
  const entry = window?.epoch === message.epoch ? window.open.get(message.input) : undefined;
  return entry?.by === receipt.by && entry.page === message.page ? entry : null;
}

/** Sends a page to the end of its wait, or postpones the whole run. */
export async function sendPostponed(
  ports: CorePorts,
  { message, control, definition }: PageInHand,
  wait: Wait,
): Promise<null> {
  const { attempt, until, reserved = false } = wait;
  const counted = hasBeenAsked(wait);
  if (until !== null && until > ports.clock.now() + KEEPS_SLOT_MS) {
    const window = await ports.progress.readWindow(message.runUid);
    if (await postponeIfWaiting(ports, control, definition, window)) return null;
  }
  await sendWhenDue(ports, definition, { ...message, attempt, until, reserved, counted, again: false });
  return null;
}

/** Sends a page so that it comes when its wait is over, or earlier where a queue cannot delay it that long. */
export async function sendWhenDue(
  ports: CorePorts,
  { workspaceUid }: RunDefinition,
  message: PageMessage,
): Promise<void> {
  const delayMs = Math.min(MAX_DELAY_MS, Math.max(0, (message.until ?? 0) - ports.clock.now()));
  await ports.messages.send(message, { workspaceUid, delayMs });
}

/** Records the wait. Null: another message has recorded a wait or attempt since, and sends the input on. */
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

/** The new wait of a page, after the stored one. Waits in a row are counted per page. */
function waitOf(
  { clock, random }: Pick<CorePorts, 'clock' | 'random'>,
  page: number,
  stored: OpenInput,
  { attempt, at, reserved = false, asked = false, quota }: Asked,
  by: string,
): Wait {
  const now = clock.now();
  const { times, since } = (stored.page === page ? stored.limited : undefined) ?? { times: 0, since: now };
  const bounded = asked ? boundWait(at, { now, waitsBefore: times, random: random.fraction() }) : null;
  const until = bounded ?? Math.ceil(at); // the window and due keys hold whole ms
  const timesAsked = asked ? times + 1 : times;
  const held = quota === undefined ? {} : { quota };
  const isLimited = timesAsked > 0 || reserved || quota !== undefined;
  const limited = isLimited ? { limited: { times: timesAsked, since, ...held } } : {};
  return { page, attempt, until, reserved, ...limited, by };
}
