import type { CycleCheck } from '../domain/page.ts';

/** What functions tell each other; how it is written into a queue is the contract's. */

/** Run this page of this input. */
export interface PageMessage {
  readonly kind: 'page';
  readonly runUid: string;
  readonly epoch: number;
  readonly input: number;
  /** Where the run's window holds the input, and which position of its order that is. */
  readonly place: number;
  readonly position: number;
  readonly page: number;
  readonly cursor: string | null;
  /** Attempts spent on this page. */
  readonly attempt: number;
  /** Not to be run before (epoch ms); null: at once. Names, with `attempt`, the window entry this message came from. */
  readonly until: number | null;
  /** `until` is a place in the line of the action's pace, kept for this page; absent: no. */
  readonly held?: boolean;
  /** Results, callbacks and tries of the input before this page. */
  readonly results: number;
  readonly callbacks: number;
  readonly tries: number;
  readonly cycle: CycleCheck | null;
  /** May have been sent before (by the sweeper, a resume, a redelivered dispatch): the slot is read first. */
  readonly again: boolean;
  /** The page, or the one before it, took long: it needs a seat before it starts. Absent: no. */
  readonly slow?: boolean;
}

/** Deliver this callback: attempt 0 is the first. */
export interface CallbackMessage {
  readonly kind: 'callback';
  /** The record's uid; where no record stands, the page callback's own. */
  readonly uid: string;
  readonly attempt: number;
  /** It was put off: it needs a seat before it is posted, and has a record. Absent: no. */
  readonly slow?: boolean;
}

/** Lay out this run: take a slot, open its window, send its first pages. */
export interface DispatchMessage {
  readonly kind: 'dispatch';
  readonly runUid: string;
  readonly epoch: number;
}

/** Read this run's upload and count its inputs. */
export interface IntakeMessage {
  readonly kind: 'intake';
  readonly runUid: string;
  readonly epoch: number;
}

/** A time of a schedule has come. */
export interface FireMessage {
  readonly kind: 'fire';
  readonly scheduleUid: string;
  /** Epoch ms. */
  readonly nominalAt: number;
  /** The revision for which the entry that fired was made; null: no entry did. */
  readonly revision: number | null;
}

/** See to a schedule: its entries in EventBridge, and times that were missed. */
export interface ReconcileMessage {
  readonly kind: 'reconcile';
  readonly scheduleUid: string;
  /** The due entry that stands for this until it is done (epoch ms); null: none does. */
  readonly dueAt: number | null;
}

export type Message = PageMessage | CallbackMessage | DispatchMessage | IntakeMessage | FireMessage | ReconcileMessage;

/** Sends; resolved when the queue has it. Entries are gathered into batches, `delayMs` is at most 900,000. */
export interface MessageSender {
  send(message: Message, options: { readonly workspaceUid: string; readonly delayMs?: number }): Promise<void>;
}

/** What the queue said of a message that was received. */
export interface Receipt {
  /** Short hash of the message id: the same on every redelivery. */
  readonly by: string;
  /** Times it was received, this one too. */
  readonly count: number;
}
